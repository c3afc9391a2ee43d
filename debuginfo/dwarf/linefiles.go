package dwarf

import (
	"path"
	"strings"
	"sync/atomic"

	"github.com/stackfs/stackfs/core"
)

// LineFiles are the files that a line table's header names. A file's number is the
// one that rows and DW_AT_decl_file have: from 1 before DWARF 5, from 0 in it. They
// refer to the sections they were read from, which must stay as they are.
type LineFiles struct {
	in      LineInput
	version uint16
	dirs    []lineEntry
	files   []lineEntry
	paths   []atomic.Pointer[string] // of each file, when it was first asked for
	kept    atomic.Int64             // bytes of them
}

// maxKeptPaths bounds the paths that are kept, bytes: names may share their bytes in
// a section, copies of them do not.
const maxKeptPaths = 16 << 20

// ReadLineHeader reads the names of a line table's files and does not run the
// program, so that the units that mention a file are found fast. ErrInvalid: it is
// no line table.
func ReadLineHeader(in LineInput) (*LineFiles, error) {
	_, files, err := readLineHeader(in)
	if err != nil {
		return nil, err
	}
	files.paths = make([]atomic.Pointer[string], len(files.files))
	return files, nil
}

// maxLinePaths bounds what ReadLineFiles returns, bytes.
const maxLinePaths = 64 << 20

// ReadLineFiles is the paths of all files that the line table's header names, in
// its order, as [LineFiles.File] has them. ErrInvalid: it is no line table, or the
// names are more than 64 MiB.
func ReadLineFiles(in LineInput) ([]string, error) {
	f, err := ReadLineHeader(in)
	if err != nil {
		return nil, err
	}
	paths, total := make([]string, 0, len(f.files)), 0
	for i := range f.files {
		p := f.path(f.files[i])
		if total += len(p); total > maxLinePaths {
			return nil, core.Errorf(core.ErrInvalid, "reading the line table at 0x%x: the names of its files are more than %d MiB", in.Offset, maxLinePaths>>20)
		}
		paths = append(paths, p)
	}
	return paths, nil
}

// read fills in the tables that r is at.
func (f *LineFiles) read(r *reader, h *lineHeader) (err error) {
	if h.version < 5 {
		f.dirs, f.files = h.readOldEntries(r)
	} else {
		if f.dirs, err = h.readEntries(r, &f.in); err == nil && !r.bad {
			f.files, err = h.readEntries(r, &f.in)
		}
	}
	if err == nil && r.bad {
		err = core.Errorf(core.ErrInvalid, "reading the line table at 0x%x: it ends within its tables of files", f.in.Offset)
	}
	return err
}

// first is the number of the first file.
func (f *LineFiles) first() int {
	if f.version < 5 {
		return 1
	}
	return 0
}

// Numbers is the range of the files' numbers, [first, end).
func (f *LineFiles) Numbers() (first, end int) { return f.first(), f.first() + len(f.files) }

// entry finds a file by its number.
func (f *LineFiles) entry(n int) (i int, ok bool) {
	i = n - f.first()
	return i, i >= 0 && i < len(f.files)
}

// File is the path of a file: its name, behind its directory and the unit's
// compilation directory as far as they are relative, cleaned of . and .. as if
// there were no symbolic links. It is empty if the table has no such file, and
// relative if no directory is known.
func (f *LineFiles) File(n int) string {
	i, ok := f.entry(n)
	if !ok {
		return ""
	}
	if p := f.paths[i].Load(); p != nil {
		return *p
	}
	p := f.path(f.files[i])
	if f.kept.Add(int64(len(p))) <= maxKeptPaths {
		f.paths[i].Store(&p)
	}
	return p
}

func (f *LineFiles) path(e lineEntry) string {
	name := string(f.in.text(e.name))
	if name == "" {
		return ""
	}
	return cleanPath(f.compDir(), f.dir(e), name)
}

// cleanPath joins from the last absolute part on.
func cleanPath(parts ...string) string {
	for i := len(parts) - 1; i > 0; i-- {
		if path.IsAbs(parts[i]) {
			return path.Join(parts[i:]...)
		}
	}
	return path.Join(parts...)
}

// compDir is the unit's directory; DWARF 5 repeats it as directory 0.
func (f *LineFiles) compDir() string {
	if f.in.CompDir == "" && f.version >= 5 && len(f.dirs) > 0 {
		return string(f.in.text(f.dirs[0].name))
	}
	return f.in.CompDir
}

// dir is a file's directory as the table says it; empty: the unit's, or there is none.
func (f *LineFiles) dir(e lineEntry) string {
	i := int(e.dir)
	if f.version < 5 {
		i--
	}
	if i < 0 || i >= len(f.dirs) {
		return ""
	}
	return string(f.in.text(f.dirs[i].name))
}

// Raw is a file's directory and name as the table says them. Before DWARF 5 the
// directory is empty for files of the compilation directory.
func (f *LineFiles) Raw(n int) (dir, name string) {
	i, ok := f.entry(n)
	if !ok {
		return "", ""
	}
	return f.dir(f.files[i]), f.Base(n)
}

// Base is the name of a file as the table says it, without the table's directory;
// compilers may have put some directories into it.
func (f *LineFiles) Base(n int) string {
	i, ok := f.entry(n)
	if !ok {
		return ""
	}
	return string(f.in.text(f.files[i].name))
}

// Name is what gdb shows of a file in frames: the unit's own name (DW_AT_name) for
// the file that the unit is of, else the table's directory and name, not cleaned.
func (f *LineFiles) Name(n int) string {
	i, ok := f.entry(n)
	if !ok {
		return ""
	}
	return f.shown(f.files[i], f.File(n))
}

// shown is the Name of a file that has a path.
func (f *LineFiles) shown(e lineEntry, file string) string {
	name := string(f.in.text(e.name))
	dir := f.dir(e)
	switch {
	case name == "":
		return ""
	case f.in.Name != "" && path.IsAbs(file) && file == cleanPath(f.compDir(), f.in.Name):
		return f.in.Name
	case dir == "" || path.IsAbs(name):
		return name
	}
	return strings.TrimSuffix(dir, "/") + "/" + name
}
