// Package fs serves a tree of nodes as a FUSE file system. It is the only place
// that knows errno.
//
// # Model
//
// An inode is a [nodes.Node]; a lookup that finds the node an inode was made for
// gives that inode again, so that a directory stays the same one while somebody
// stands in it. A handle is a nodes.Handle. Computed text is opened with direct
// I/O and size 0, as /proc does it; streams are not seekable and never cached;
// logs have their true size and may be mapped.
//
// # Caching
//
// Names below a target are remembered by the kernel for a second: what they lead
// to asks the driver at each open and answers ESRCH once it is gone. Names of
// targets are taken out of that memory when a target is detached.
//
// # Interrupts and deadlocks
//
// Each request is served by a goroutine of its own; its context ends when the
// client is interrupted, and the answer is then EINTR at once. The server never
// touches its own mount, never waits for the kernel's answer to a notification in
// a handler that the kernel may be waiting for, and never holds a thread that
// waits for the answer.
//
// # Errors
//
// [Errno] maps the sentinels of core; what wraps none of them is EIO.
package fs
