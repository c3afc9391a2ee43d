package nodes

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/debuginfo"
)

// MaxName is the longest name that is listed or looked up, in bytes (NAME_MAX).
const MaxName = 255

// Kind is what sort of file a node is.
type Kind uint8

// The kinds of node.
const (
	Dir Kind = iota
	File
	Link
)

// A Node is a row at a place. It is comparable: equal nodes are the same file.
type Node struct {
	row   *Row
	place Place
	twin  bool // the .json or .ndjson of the row
}

// Entry is one name of a directory.
type Entry struct {
	Name string
	Kind Kind
}

// Kind of the node.
func (n Node) Kind() Kind { return n.row.kind() }

func (r *Row) kind() Kind {
	switch {
	case r.Dir != nil:
		return Dir
	case r.Link != nil:
		return Link
	}
	return File
}

// Permissions of the file for its owner, as chmod takes them; nobody else has any.
func (n Node) Permissions() uint32 {
	r := n.row
	switch {
	case r.Link != nil:
		return 0o777
	case r.Dir != nil && r.Dir.Each != nil && r.Dir.Each.Remove != nil:
		return 0o700
	case r.Dir != nil:
		return 0o500
	case n.writable() && r.Unreadable:
		return 0o200
	case n.writable():
		return 0o600
	}
	return 0o400
}

func (n Node) writable() bool {
	return !n.twin && (n.row.Commands != nil || n.row.Set != nil || n.row.Writable)
}

// Gone is ErrGone once the node's target has been detached.
func (n Node) Gone() error {
	if n.place.Target == nil || !n.place.Target.closed.Load() {
		return nil
	}
	return core.Errorf(core.ErrGone, "the target %s was detached", n.place.Target.Name)
}

// IsMountLevel says that names below come and go with targets, so that they must
// not be remembered by a client.
func (n Node) IsMountLevel() bool { return n.place.Target == nil }

// Fresh says that each lookup is to be a file of its own to the kernel. That lets one
// write to a file at a time, and a command may wait for another one to be written.
func (n Node) Fresh() bool { return n.row.Commands != nil }

// Readlink gives a link's text.
func (n Node) Readlink(ctx context.Context) (string, error) {
	ctx, cancel := n.place.limit(ctx)
	defer cancel()
	return n.row.Link(ctx, n.place)
}

// Size of the file in bytes: the true one where there is one, else 0.
func (n Node) Size(ctx context.Context) int64 {
	var size int64
	switch {
	case n.twin:
	case n.row.Log != nil:
		size = n.row.Log(n.place).LogSize()
	case n.row.Sized != nil:
		size, _ = n.row.Sized(ctx, n.place)
	case n.row.At != nil:
		if b, err := n.row.At(ctx, n.place); err == nil {
			if s, ok := b.Size(); ok {
				size = s
			}
		}
	}
	return size
}

// Lookup finds a name in a directory.
func (n Node) Lookup(ctx context.Context, name string) (Node, error) {
	if len(name) > MaxName {
		return Node{}, core.Errorf(core.ErrNameTooLong, "looking up a name of %d bytes", len(name))
	}
	if err := n.Gone(); err != nil {
		return Node{}, err
	}
	t := n.row.Dir
	for i := range t.Rows {
		if r := &t.Rows[i]; r.matches(name) && r.present(n.place) {
			return Node{r, n.place, name != r.Name}, nil
		}
	}
	if name == readmeName {
		place := n.place
		place.table = t
		return Node{&readmeRow, place, false}, nil
	}
	if t.Each == nil {
		return Node{}, core.Errorf(core.ErrNotFound, "looking up %q: no such file here; README lists what there is", name)
	}
	return n.find(ctx, t.Each, unescape(name))
}

func (r *Row) matches(name string) bool {
	return name == r.Name || r.JSON && name == r.twinName()
}

func (r *Row) twinName() string {
	if r.Stream != nil {
		return r.Name + ".ndjson"
	}
	return r.Name + ".json"
}

func (r *Row) present(p Place) bool { return r.If == nil || r.If(p) }

// find resolves a name of the target's. The name is taken as it is if that is
// something, else as the JSON twin.
func (n Node) find(ctx context.Context, e *Each, name string) (Node, error) {
	ctx, cancel := n.place.limit(ctx)
	defer cancel()
	place, err := e.find(ctx, n.place, name)
	if err == nil {
		return Node{&e.Row, place, false}, nil
	}
	if base, ok := strings.CutSuffix(name, ".json"); ok && e.Row.JSON {
		if place, twinErr := e.find(ctx, n.place, base); twinErr == nil {
			return Node{&e.Row, place, true}, nil
		}
	}
	if e.Logged && n.place.Target != nil && !errors.Is(err, context.Canceled) {
		n.place.Target.errors.Add(n.row.Name+"/", name, err)
	}
	return Node{}, err
}

// find is Find, which may read debug files.
func (e *Each) find(ctx context.Context, p Place, name string) (found Place, err error) {
	err = debuginfo.Guard(func() error {
		var err error
		found, err = e.Find(ctx, p, name)
		return err
	})
	return found, err
}

// List gives a directory's names, README and fixed files first.
func (n Node) List(ctx context.Context) ([]Entry, error) {
	if err := n.Gone(); err != nil {
		return nil, err
	}
	t := n.row.Dir
	out := t.entries(n.place)
	if t.Each == nil || t.Each.List == nil {
		return out, nil
	}
	ctx, cancel := n.place.limit(ctx)
	defer cancel()
	var names []string
	err := debuginfo.Guard(func() (err error) {
		names, err = t.Each.List(ctx, n.place)
		return err
	})
	kind := t.Each.Row.kind()
	out = slices.Grow(out, len(names))
	for _, name := range names {
		if name = escape(name); len(name) <= MaxName {
			out = append(out, Entry{name, kind})
		}
	}
	return out, err
}

// entries lists README and the fixed files that are there.
func (t *Table) entries(p Place) []Entry {
	out := []Entry{{readmeName, File}}
	for i := range t.Rows {
		r := &t.Rows[i]
		if !r.present(p) {
			continue
		}
		out = append(out, Entry{r.Name, r.kind()})
		if r.JSON {
			out = append(out, Entry{r.twinName(), File})
		}
	}
	return out
}

// Remove answers rmdir.
func (n Node) Remove(ctx context.Context, name string) error {
	e := n.row.Dir.Each
	if e == nil || e.Remove == nil {
		return core.Errorf(core.ErrPermission, "removing %q: nothing here can be removed", name)
	}
	return e.Remove(ctx, n.place, name)
}

// escape and unescape: in file names / is written %2F, nothing else is escaped.
func escape(name string) string   { return strings.ReplaceAll(name, "/", "%2F") }
func unescape(name string) string { return strings.ReplaceAll(name, "%2F", "/") }

// HasSize says whether the file has a size that means something.
func (n Node) HasSize() bool {
	r := n.row
	return !n.twin && (r.Log != nil || r.Sized != nil || r.At != nil)
}
