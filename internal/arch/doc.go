// Package arch holds the tests of the repository's shape: which package may
// import which, who may use reflect and unsafe, what stands at the top level,
// and what no file may contain.
//
// It has no code of its own. Each rule is a function over a file system, run
// on this repository and on one that breaks it.
package arch
