// Command stackfs shows running programs as directories.
//
// # Model
//
// This package has the flags, the help and the life of the daemon; it hands the
// list of drivers to package nodes and a tree to package fs. A command is a
// function that makes a *cobra.Command. stackfs mount starts itself again in the
// background ([background]); what runs there, or in the foreground, is [server]:
// mount, attach, wait for an end, let go of the targets, unmount. Targets are held
// by keepers (stackfs keeper), so that they run on however the server ends.
//
// # Locking
//
// None: a server is one goroutine that waits on channels.
//
// # Errors
//
// An error is one sentence on standard error after "stackfs: " and the exit
// status 1; a panic in a handler ends the server with status 2. This is the only
// package that logs.
package main
