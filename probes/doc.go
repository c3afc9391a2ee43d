// Package probes makes targets speak: what happens to them becomes records,
// records lie in streams, streams have any number of readers.
//
// # Model
//
// A [Record] is one line of an events file, as text and as JSON. A [Stream] is
// the ring that an events file reads from, with the log beside it. A [Reader] is
// one open of an events file: a cursor of its own, which starts with the oldest
// record that is still there and learns of those it was too slow for by a loss
// record. [Merge] puts the records of several streams into one in order of time.
//
// # Locking
//
// A stream has one mutex, held for moments and never while a reader waits or a
// target is called. Append never blocks: it is called from where a target speaks.
//
// # Errors
//
// Reader.Next: io.EOF after the last record of a closed stream, core.ErrAgain when
// it is not to wait, the context's error when the wait is cut short.
package probes
