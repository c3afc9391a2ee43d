// Package coretest has what tests of targets need: a locked fake target whose
// every byte is known, and the conformance suite that every driver passes.
package coretest
