// Package guide holds the code that the README and docs/guide show, so that it
// is compiled and run: a test looks for every piece of Go in them here, in the
// model and in the examples.
package guide
