package nodes

import (
	"context"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/probes"
)

// A Row is one file of a directory. Exactly one of Show, At, Link, Dir, Stream,
// Log and Commands says where its content comes from.
type Row struct {
	Name string // for the row of a table's names: what stands for them, such as TID
	Doc  string // one sentence, without a final period
	// If says whether the row is there; nil: always.
	If func(p Place) bool
	// Held says that making the content needs a thread (or the target) to stand
	// still, so options/peek decides, and a thread cannot ask for itself.
	Held bool

	Show     func(ctx context.Context, p Place) (Value, error)
	At       func(ctx context.Context, p Place) (Blob, error)
	Link     func(ctx context.Context, p Place) (string, error)
	Dir      *Table
	Stream   func(p Place) *probes.Stream
	Log      func(p Place) *probes.Stream
	Commands []Command

	// JSON says that Show's value, or Stream's records, have a twin: NAME.json, NAME.ndjson.
	JSON bool
	// Set takes a line written to a Show row; nil: the file is read-only.
	Set func(ctx context.Context, p Place, line string) error
	// Sized: a Show row whose size is known before it is opened (bytes/A+LEN).
	Sized func(ctx context.Context, p Place) (int64, error)
	// Writable and Unreadable are about At rows.
	Writable   bool
	Unreadable bool
}

// A Table is one directory.
type Table struct {
	Doc  string // one sentence for the README's head
	Rows []Row
	Each *Each // names that are looked up, if there are any
}

// Each is the part of a directory whose names come from the target.
type Each struct {
	Row Row
	// List gives the names that ls shows; nil: none, any valid name resolves.
	List func(ctx context.Context, p Place) ([]string, error)
	// Find resolves a name to its place, or says why not.
	Find func(ctx context.Context, p Place, name string) (Place, error)
	// Remove answers rmdir; nil: EPERM.
	Remove func(ctx context.Context, p Place, name string) error
	// Logged says that a name not found is worth a line in error_log.
	Logged bool
}

// A Command is one word of a control file.
type Command struct {
	Word    string
	Args    string // as documented: "[TID]"; empty if it takes none
	Doc     string
	Example string               // a whole line
	Forms   func(p Place) []Form // in place of Args and Example: the forms that the mount's drivers give
	If      func(p Place) bool
	// Unlimited: the command waits for something that may take longer than options/timeout.
	Unlimited bool
	Run       func(ctx context.Context, p Place, args Words) error
}

// A Form is one form of a command.
type Form struct{ Args, Doc, Example string }

// A Blob is bytes in place, read and written live.
type Blob interface {
	ReadAt(ctx context.Context, p []byte, off int64) (int, error)  // n < len(p) without an error: the end
	WriteAt(ctx context.Context, p []byte, off int64) (int, error) // only if the row is Writable
	// Size is the true size in bytes; ok is false for what reports 0 like /proc.
	Size() (n int64, ok bool)
}

// A Place is where a file is. What does not apply is zero.
type Place struct {
	Mount  *Mount
	Target *Target
	TID    int
	Frame  int
	Name   string // the last name that was looked up: a function, a register, an expression
	table  *Table // a README's directory
}

// has makes an If of a power of the target.
func has[P any](p Place) bool { return p.Target != nil && core.Has[P](p.Target.Core) }
