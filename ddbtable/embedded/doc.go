// Package embedded is a DynamoDB inside the process: for development, tests,
// examples and small tools on one machine.
//
// It reads real request bytes and writes real response bytes, through the
// SDK's own HTTP client interface and without a socket, so code under test
// runs the SDK's whole path. It is meant to be faithful: numbers are exact to 38
// digits, expressions are read with the real grammar, limits, error types and
// the order in which a request is checked are DynamoDB's. Where the service
// promises nothing, such as the order of a scan, it is not nicer than the
// service.
//
// It is not a server for production. It has one process, no replicas, and it
// checks that requests are signed but not by whom. For more than one machine
// use DynamoDB itself, or another engine that speaks its API: only the client
// changes.
//
// # First program
//
//	db, err := embedded.Open() // in memory; embedded.File("orders.db") to keep the data
//	if err != nil {
//		return err
//	}
//	defer db.Close()
//	client := db.Client() // a *dynamodb.Client
//
// # Other programs
//
// A [DB] is an http.Handler. [NewServer] makes an HTTP server for it with the
// limits that a hostile client calls for; examples/local-server is a program
// that does so on the loopback interface.
//
// # Operations
//
// The operations on tables and items, with expressions or the parameters from
// before them, batches, transactions, tags, time to live and the streams service
// are here. Continuous backups and quotas are described and nothing more.
// Settings that mean nothing here, such as encryption and warm throughput, are
// accepted and passed over; replicas and vector indexes are refused. PartiQL,
// backups to restore from, imports and exports are answered with
// UnknownOperationException.
//
// What takes the service a while, such as a new index, is done when the answer
// comes. Expired items stay readable until a sweep, which comes before the first
// request after each hour of the engine's clock and reads every table that
// has a time to live.
//
// A client of the SDK's dynamodbstreams package takes its region, endpoint,
// credentials and HTTP client from the options of [DB.Client].
//
// # Failures
//
// [DB.Inject] makes requests fail as the service does under load: throttles,
// batches that are done in part, transaction conflicts, errors before or after
// a write was applied, dropped connections, delays, full item collections. The
// examples of [Fault] show each.
//
// [Strict] makes the engine do what the service may do without any failure:
// reads that lag behind, tables that take time, batches done in part.
//
// # Cost
//
// An engine in memory starts in microseconds. A durable one syncs the disk
// before it acknowledges a write; writes that wait at the same time share a
// sync. Without a file all data is in memory; with one, the system keeps in
// memory what is in use.
//
// # What may change
//
// Texts of errors follow the service and may be reworded at any time: compare
// types. The files of a release can be read by later releases.
package embedded
