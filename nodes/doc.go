// Package nodes is the tree: which files there are, what is in them, which words
// their ctl files take. It knows nothing of FUSE.
//
// # Model
//
// The tree is a table. A [Row] is one file: its name, one sentence of
// documentation, and exactly one source: show (a [Value], rendered whole at
// open), at (bytes in place), link, dir, stream or log. A [Table] is one
// directory: rows, and perhaps names that are looked up (threads/TID,
// functions/NAME), all of one row. A control file is a row with commands. A row's
// If says which power of the target it needs: without it the row is not there.
//
// A [Place] says where a file is: which mount, target, thread, frame, name. A
// [Node] is a row at a place: a small comparable value that package fs keeps in an
// inode and asks at each call. Opening a node gives a [Handle].
//
// README files, docs/tree.md, the completion of ctl words, the check that rows
// are well formed and the golden of the whole tree come from the same rows. There
// is no second list of files.
//
// # Locking
//
// [Mount] and [Target] guard their own fields with one mutex each, the mount's
// before the target's, neither held across a call into a core.Target. Everything
// else is made anew for each open.
//
// # Errors
//
// Errors wrap the sentinels of core. Failures of ctl lines, and of names that
// were looked up and not found, are kept in the error_log beside the ctl.
package nodes
