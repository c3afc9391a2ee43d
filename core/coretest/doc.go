// Package coretest has what tests of targets need: the conformance suite that
// every driver passes, and a fake target whose every byte is known.
//
// TestTarget checks what core promises of every target, in process and behind a
// keeper's proxy alike. What a target cannot do is left out by the powers that it
// lacks.
package coretest
