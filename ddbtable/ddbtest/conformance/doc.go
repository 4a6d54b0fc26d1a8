// Package conformance is a suite of tests, and nothing else, of what ddbtable
// does with an engine. It runs on the embedded engine; and on another one if
// the environment variable DDB_ENDPOINT has its URL, and DDB_TARGET the name
// under which target_test.go lists what the engine lacks. The Makefile has a
// target for each engine that it is run on.
package conformance
