// Package procfs reads what the host's kernel tells about its processes: the
// lines of /proc/PID/stat, status and maps, and the files behind mappings.
//
// Parsers take text; the functions that open files take a process id and say
// ErrGone when there is no such process or thread any more.
package procfs
