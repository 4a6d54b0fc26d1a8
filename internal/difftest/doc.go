// Package difftest compares the embedded engine with other engines, and the
// histories that it allows with those that a store may have.
//
// [TestDifferential] sends random requests to the engine and to the endpoint in
// DDB_ENDPOINT, dynalite in `make ci` and AWS's DynamoDB Local in `make local`,
// and compares the answers. Requests are drawn from the grammar and from a model
// of what the tables hold, so that most of them mean something. A known
// difference is an entry in a list, with its source and a test of its own.
//
// [TestSingleItemsAreLinearizable] and [TestTransfersKeepTheSum] need no other
// engine.
package difftest
