package debuginfo

import (
	"bytes"

	"github.com/stackfs/stackfs/core"
)

// memoryFile is an image that was read from memory.
type memoryFile struct{ *bytes.Reader }

func newMemoryFile(b []byte) core.File { return memoryFile{bytes.NewReader(b)} }

func (memoryFile) Close() error    { return nil }
func (memoryFile) Descriptor() int { return -1 }
