package nodes

import (
	"context"
	"io"

	"github.com/stackfs/stackfs/core"
)

// showProcessFile shows a file of the process as the kernel has it.
func showProcessFile(name string) func(context.Context, Place) (Value, error) {
	return func(ctx context.Context, p Place) (Value, error) {
		b, err := powerOf[core.ProcessFiles](p).ProcessFile(ctx, name)
		return Raw(b), err
	}
}

// processLink is a link as the target sees it.
func processLink(name string) func(context.Context, Place) (string, error) {
	return func(ctx context.Context, p Place) (string, error) {
		b, err := powerOf[core.ProcessFiles](p).ProcessFile(ctx, name)
		return string(b), err
	}
}

var ioTable = Table{
	Doc: "the standard streams of a program that stackfs launched",
	Rows: []Row{
		{Name: "stdin", Doc: "what is written here the program reads; it never ends", At: stdio(0), Writable: true, Unreadable: true},
		{Name: "stdout", Doc: "what the program has written, as a growing file", At: stdio(1)},
		{Name: "stderr", Doc: "what the program has written, as a growing file", If: hasStderr, At: stdio(2)},
	},
}

// hasStderr is false for a program on a pseudo-terminal, which has one output.
func hasStderr(p Place) bool {
	_, err := powerOf[core.Stdio](p).Stdio(2)
	return err == nil
}

func stdio(n int) func(context.Context, Place) (Blob, error) {
	return func(_ context.Context, p Place) (Blob, error) {
		f, err := powerOf[core.Stdio](p).Stdio(n)
		return stdioBlob{f, n}, err
	}
}

// stdioBlob is one standard stream.
type stdioBlob struct {
	f core.StdioFile
	n int
}

func (s stdioBlob) ReadAt(_ context.Context, p []byte, off int64) (int, error) {
	n, err := s.f.ReadAt(p, off)
	if err == io.EOF {
		err = nil
	}
	return n, err
}

// WriteAt appends, whatever the offset: it is a pipe.
func (s stdioBlob) WriteAt(_ context.Context, p []byte, _ int64) (int, error) { return s.f.Write(p) }

func (s stdioBlob) Size() (int64, bool) {
	if s.n == 0 {
		return 0, false
	}
	n, err := s.f.Size()
	return n, err == nil
}
