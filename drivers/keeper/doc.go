// Package keeper holds targets in child processes: Serve is the child, Remote the
// driver whose targets are held by one.
//
// # Model
//
// A keeper owns one target of a conversation driver. Its server talks to it over
// descriptor 0, a socket, in frames (wire.go): calls with an id, cancels, replies,
// and pushes. The proxy in the server is a core.Target with the powers of the far
// one. What it says about state comes from pushes, which go before the reply or
// event that they belong to, so Info and Threads ask nobody. Where the
// socket is whole from end to end, descriptors cross it: the proxy reads memory,
// images and standard streams itself. Where it is not (ssh, a pipe), calls carry
// the bytes, and Info.Keeper says so.
//
// # Ends
//
// The end of the server is the end of the socket's stream: the keeper takes
// everything back, lets go and exits. The end of the keeper makes the proxy answer
// ErrGone at once; the kernel lets the program run on.
//
// # Locking
//
// client.mu and server.mu guard their maps and are never held while something is
// read, written or called. conn.mu orders what is written; it is taken after
// server.pushMu, which keeps pushes in front of what they belong to.
//
// # Errors
//
// Errors cross as a kind (the index in core.Kinds) and a text; a *core.FaultError
// crosses as such. Garbage on the socket ends it.
package keeper
