package dwarf

import (
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/stackfs/stackfs/core"
)

// A Cache is a directory of indexes by build id. Any number of processes may use it:
// files are written aside and renamed, and a file that is mapped stays whole when
// it is replaced or removed.
type Cache struct {
	Dir   string
	Limit int64 // bytes of all files; what was used longest ago goes first. 0: DefaultLimit
}

// DefaultLimit is how large a cache may become, bytes.
const DefaultLimit = 2 << 30

const (
	indexSuffix = ".index"
	// staleAfter is how old a file is that its writer will not rename any more.
	staleAfter = time.Hour
)

// UserCache is the user's own cache, $XDG_CACHE_HOME/stackfs/index.
func UserCache() (Cache, error) {
	dir, err := os.UserCacheDir()
	if err != nil {
		return Cache{}, fmt.Errorf("looking for the cache of indexes: %w", err)
	}
	return Cache{Dir: filepath.Join(dir, "stackfs", "index")}, nil
}

// Index opens the index of a file, or makes it and keeps it. That it cannot be kept
// is no error; the context's end is.
func (c Cache) Index(ctx context.Context, d *Data, id string) (*Index, error) {
	if ix, err := c.Open(d, id); err == nil {
		return ix, nil
	}
	ix, err := BuildIndex(ctx, d)
	if err == nil {
		// Without a place to keep it the index is made again next time; Store says why to those who ask.
		_ = c.Store(ix, id)
	}
	return ix, err
}

// Open maps the index of a file with a build id. ErrNotFound if there is none,
// ErrInvalid if it cannot be used.
func (c Cache) Open(d *Data, id string) (*Index, error) {
	path, err := c.path(id)
	if err != nil {
		return nil, err
	}
	b, err := mapFile(path)
	if err != nil {
		return nil, err
	}
	ix, err := OpenIndex(b, d, id)
	if err != nil {
		syscall.Munmap(b)
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	ix.close = func() error { return syscall.Munmap(b) }
	now := time.Now()
	// That it was used cannot be noted in a directory of another: it only goes sooner.
	_ = os.Chtimes(path, now, now)
	return ix, nil
}

// path is where an index is kept. ErrInvalid for ids that are no file name.
func (c Cache) path(id string) (string, error) {
	if id == "" || c.Dir == "" {
		return "", core.Errorf(core.ErrNotFound, "looking for an index of names: there is no build id or no directory")
	}
	ok := func(r rune) bool {
		return '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || r == '-' || r == '_'
	}
	if len(id) > 200 || strings.ContainsFunc(id, func(r rune) bool { return !ok(r) }) {
		return "", core.Errorf(core.ErrInvalid, "looking for an index of names: %q is no build id", id)
	}
	return filepath.Join(c.Dir, id+indexSuffix), nil
}

// mapFile maps a regular file that is no link.
func mapFile(path string) ([]byte, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, core.Errorf(core.ErrNotFound, "opening an index of names: %w", err)
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil || !st.Mode().IsRegular() || st.Size() < headerSize || st.Size() != int64(int(st.Size())) {
		return nil, core.Errorf(core.ErrInvalid, "opening an index of names: %s is no file of such", path)
	}
	b, err := syscall.Mmap(int(f.Fd()), 0, int(st.Size()), syscall.PROT_READ, syscall.MAP_PRIVATE)
	if err != nil {
		return nil, fmt.Errorf("mapping %s: %w", path, err)
	}
	return b, nil
}

// Store keeps an index, and removes what is too much then. The index stays as it is.
func (c Cache) Store(ix *Index, id string) error {
	path, err := c.path(id)
	if err != nil {
		return err
	}
	if int64(ix.Size()) > c.limit() {
		return core.Errorf(core.ErrUnsupported, "keeping an index of names: it is larger than the cache may be, %d bytes", c.limit())
	}
	if err := os.MkdirAll(c.Dir, 0o700); err != nil {
		return fmt.Errorf("keeping an index of names: %w", err)
	}
	f, err := os.CreateTemp(c.Dir, ".new-*")
	if err != nil {
		return fmt.Errorf("keeping an index of names: %w", err)
	}
	err = cmp.Or(ix.Write(f, id), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		os.Remove(f.Name())
		return fmt.Errorf("keeping an index of names: %w", err)
	}
	c.trim(path)
	return nil
}

func (c Cache) limit() int64 { return cmp.Or(c.Limit, DefaultLimit) }

// trim removes files until the rest is within the limit, all but keep.
func (c Cache) trim(keep string) {
	entries, err := os.ReadDir(c.Dir)
	if err != nil {
		return
	}
	var files []fs.FileInfo
	total := int64(0)
	for _, e := range entries {
		st, err := e.Info()
		if err != nil || !st.Mode().IsRegular() {
			continue
		}
		switch {
		case strings.HasSuffix(e.Name(), indexSuffix):
			files = append(files, st)
			total += st.Size()
		case strings.HasPrefix(e.Name(), ".new-") && time.Since(st.ModTime()) > staleAfter:
			os.Remove(filepath.Join(c.Dir, e.Name()))
		}
	}
	slices.SortFunc(files, func(a, b fs.FileInfo) int { return a.ModTime().Compare(b.ModTime()) })
	for _, st := range files {
		path := filepath.Join(c.Dir, st.Name())
		if total > c.limit() && path != keep && os.Remove(path) == nil {
			total -= st.Size()
		}
	}
}
