// Package consumer holds the test that a module of its own, outside of this
// repository, can use it: with a table of its own, with the order model as it
// is, and with the program that the README shows.
package consumer
