package debuginfo

import (
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/stackfs/stackfs/core"
)

// A SearchStep is one place where a separate debug file was looked for, and what
// was wrong there; Err is nil where it was found.
type SearchStep struct {
	Path string
	Err  error
}

// hostFile is a file of the machine that stackfs runs on.
type hostFile struct {
	*os.File
	size int64
}

func openHost(path string) (hostFile, error) {
	f, err := os.Open(path)
	if err != nil {
		return hostFile{}, err
	}
	st, err := f.Stat()
	if err == nil && !st.Mode().IsRegular() {
		err = fmt.Errorf("%s is not a regular file", path)
	}
	if err != nil {
		f.Close()
		return hostFile{}, err
	}
	return hostFile{f, st.Size()}, nil
}

func (f hostFile) Size() int64     { return f.size }
func (f hostFile) Descriptor() int { return int(f.Fd()) }

// findDebug looks for the separate debug file of an image whose path is as its
// target sees it, as gdb does (gdb manual, "Separate Debug Files"): by build id
// under each debug root, then by .gnu_debuglink beside the file, in .debug there,
// and under each root.
func findDebug(img *Image, path, root string, debugRoots []string) (debug *Image, found string, steps []SearchStep) {
	try := func(path string, check func(*Image) error) bool {
		d, err := openDebug(path, check)
		steps = append(steps, SearchStep{path, err})
		if err == nil {
			debug, found = d, path
		}
		return err == nil
	}
	if id := img.buildID; len(id) > 2 {
		for _, dir := range debugRoots {
			if try(filepath.Join(dir, ".build-id", id[:2], id[2:]+".debug"), img.sameBuild) {
				return
			}
		}
	}
	if img.DebugLink == "" || filepath.Base(img.DebugLink) != img.DebugLink {
		return
	}
	dir := filepath.Dir(path)
	places := []string{filepath.Join(root, dir), filepath.Join(root, dir, ".debug")}
	for _, r := range debugRoots {
		places = append(places, filepath.Join(r, dir))
	}
	for _, p := range places {
		if try(filepath.Join(p, img.DebugLink), img.sameCRC) {
			return
		}
	}
	return
}

func openDebug(path string, check func(*Image) error) (*Image, error) {
	f, err := openHost(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, core.Errorf(core.ErrNotFound, "no such file")
	}
	if err != nil {
		return nil, fmt.Errorf("opening: %w", err)
	}
	d, err := OpenImage(f)
	if err != nil {
		f.Close()
		return nil, err
	}
	if err := check(d); err != nil {
		d.close()
		return nil, err
	}
	return d, nil
}

func (img *Image) sameBuild(d *Image) error {
	if d.buildID != img.buildID {
		return core.Errorf(core.ErrInvalid, "build id %s, want %s", d.buildID, img.buildID)
	}
	return nil
}

// sameCRC checks the CRC-32 that .gnu_debuglink has of the whole debug file.
func (img *Image) sameCRC(d *Image) error {
	h := crc32.NewIEEE()
	if _, err := io.Copy(h, io.NewSectionReader(d.file, 0, d.file.Size())); err != nil {
		return fmt.Errorf("reading: %w", err)
	}
	if h.Sum32() != img.debugCRC {
		return core.Errorf(core.ErrInvalid, "CRC 0x%08x, want 0x%08x: the file belongs to another build", h.Sum32(), img.debugCRC)
	}
	return nil
}
