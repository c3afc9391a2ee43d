// Package tests holds the tests of the whole: the architecture as a table, scripts
// of the command line, the rules of the tree on real mounts. What is not a test is
// the source of the program that stackfs demo shows, embedded here because a
// directory with C files cannot be a Go package.
package tests

import "embed"

// Samples has samples/demo.c.
//
//go:embed samples/demo.c
var Samples embed.FS
