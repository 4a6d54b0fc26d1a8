// Package ddbtest is for the tests of programs that use ddbtable: a client for
// each test, and tables that are there when the test begins and gone when it
// ends.
//
//	func TestOrderIsStored(t *testing.T) {
//		orders := ddbtest.Table(t, ddbtest.Client(t), shop.Orders)
//		want := shop.Order{ID: "o1", Buyer: "ada"}
//		if _, err := orders.Create(want).Run(t.Context()); err != nil {
//			t.Fatal(err)
//		}
//		…
//	}
//
// The client is that of an embedded engine: nothing needs to be installed or
// started, and no request leaves the process. If the environment variable
// DDB_ENDPOINT is set, to http://127.0.0.1:8000 for example, every client talks
// to that engine instead, so that one suite runs on both.
//
// [Strict] makes the engine do what DynamoDB may do and an engine on one machine
// never would, and so does the environment variable DDB_STRICT for a whole
// suite:
//
//	DDB_STRICT=1 go test ./...
//
// A test that wants failures opens an [Engine], and injects them; see the Inject
// method of [example.com/ddb/ddbtable/embedded.DB]. A [Clock] lets time pass
// without waiting, and a [Recorder] tells what was sent:
//
//	clock := ddbtest.NewClock(noon)
//	db := ddbtest.Engine(t, embedded.Clock(clock.Now))
//	r := ddbtest.Record(db.Client())
//	orders := ddbtest.Table(t, r.Client(), shop.Orders, ddbtable.UseClock(clock))
//	r.Sent() // forget what made the table
//	…
//	r.Expect(t, "GetItem", "UpdateItem")
//
// Mistakes and failures end the test with t.Fatal. Tests may run in parallel:
// no two share a table, nor an embedded engine.
package ddbtest
