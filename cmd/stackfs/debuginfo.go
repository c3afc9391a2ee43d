package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/debuginfo"
	"github.com/stackfs/stackfs/debuginfo/types"
)

const debuginfoLong = `Say what the debug info of a file knows: of the file as a whole, or of each NAME.

    stackfs debuginfo vmlinux                        what there is
    stackfs debuginfo vmlinux 'struct task_struct'   a type, as pahole prints it
    stackfs debuginfo vmlinux task_struct.pid        a member: offset, size, type
    stackfs debuginfo vmlinux init_task.mm.mm_count  the same through pointers
    stackfs debuginfo vmlinux vfs_read vfs_read.buf  a function, a parameter
    stackfs debuginfo a.out counter                  a variable and its first value
    stackfs debuginfo a.out 0x401136 main.c:12       addresses to lines and back
    stackfs debuginfo vmlinux 'tcp_v4_*'             all names of that form
    stackfs debuginfo a.out - < addresses            one question a line

FILE is an ELF file (program, library, kernel, module, object file) or BTF as in
/sys/kernel/btf. Separate debug files are searched as for a running program. The
exit status is 1 if a name is not known, or if --diff finds a difference.`

// An inquiry is one run of the debuginfo command.
type inquiry struct {
	path  string
	lists []*listing
	json  bool
	// source is where types come from: auto, dwarf or btf.
	source  string
	roots   string
	diff    string
	noCache bool

	in       io.Reader
	out      io.Writer
	prog     *debuginfo.Program
	object   *debuginfo.Object
	document *document
	raw      btfTypes // of a file that is nothing but BTF
}

// btfTypes is the types of a file with BTF.
type btfTypes interface {
	types.Source
	Types() iter.Seq[*types.Type]
	Names() iter.Seq2[string, types.Kind]
}

func newDebuginfo(a app) *cobra.Command {
	q := &inquiry{in: os.Stdin, out: a.out, lists: newListings()}
	return q.command()
}

// command is the command whose flags fill in q.
func (q *inquiry) command() *cobra.Command {
	cmd := &cobra.Command{
		Use: "debuginfo FILE [NAME|ADDRESS|A.B.C]...", Short: "say what debug info knows of a file", Long: debuginfoLong,
		Args: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New("FILE is missing, as in: stackfs debuginfo /bin/ls")
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			return debuginfo.Guard(func() error { return q.run(c.Context(), args[0], args[1:]) })
		},
	}
	f := cmd.Flags()
	for _, l := range q.lists {
		f.BoolVar(&l.wanted, l.name, false, l.doc)
	}
	f.BoolVar(&q.json, "json", false, "answer with one JSON document")
	f.StringVar(&q.source, "source", "auto", "where types come from: dwarf, btf, or auto (BTF where there is any and only types are asked for)")
	f.StringVar(&q.diff, "diff", "", "say how the layouts of types (all, or the NAMEs) differ in this other `FILE`")
	f.StringVar(&q.roots, "debuginfo", "", "directories to search for debug files first, as in `DIR:DIR`")
	f.BoolVar(&q.noCache, "no-cache", false, "neither use nor write indexes of names on disk")
	_ = cmd.RegisterFlagCompletionFunc("source", cobra.FixedCompletions([]string{"auto", "dwarf", "btf"}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

// run answers one command line.
func (q *inquiry) run(ctx context.Context, path string, names []string) error {
	switch q.source {
	case "auto", "dwarf", "btf":
	default:
		return fmt.Errorf("there is no source %q of types: it is auto, dwarf or btf", q.source)
	}
	if err := q.open(path); err != nil {
		return err
	}
	q.document = newDocument(q.out, q.json, path)
	err := q.answer(ctx, names)
	return errors.Join(err, q.document.end())
}

func (q *inquiry) answer(ctx context.Context, names []string) error {
	switch {
	case q.diff != "":
		return q.compare(ctx, names)
	case q.isListing():
		return q.list(ctx, names)
	case len(names) == 0:
		return q.summary(ctx)
	}
	var unknown []string
	for _, name := range names {
		var err error
		if name == "-" {
			err = q.answerLines(ctx)
		} else {
			err = q.ask(ctx, name)
		}
		if err == nil {
			continue
		}
		if !isUnknown(err) {
			return err
		}
		unknown = append(unknown, err.Error())
	}
	if len(unknown) > 0 {
		return errors.New(strings.Join(unknown, "\nstackfs: "))
	}
	return nil
}

// kernelModule is the type of a file that a kernel loads.
const kernelModule = "kernel module"

// isUnknown says whether an error is about one question only.
func isUnknown(err error) bool {
	return errors.Is(err, core.ErrNotFound) || errors.Is(err, core.ErrNoData) || errors.Is(err, core.ErrInvalid)
}

// open makes a program of the file.
func (q *inquiry) open(path string) (err error) {
	q.path = path
	if debuginfo.IsBTF(path) {
		q.prog, q.object, q.source = &debuginfo.Program{}, &debuginfo.Object{}, "btf"
		q.raw, err = debuginfo.ReadBTF(path)
		return err
	}
	q.prog, err = openProgram(path, q.options())
	if err != nil {
		return err
	}
	q.object = q.prog.Objects()[0]
	return nil
}

// btf is the file's BTF; ErrNotFound if it has none, ErrUnsupported of a module.
func (q *inquiry) btf() (btfTypes, error) {
	if q.raw != nil {
		return q.raw, nil
	}
	if img := q.object.Image(); img != nil && img.TypeName() == kernelModule {
		return nil, core.Errorf(core.ErrUnsupported, "the BTF of a kernel module only adds to that of its kernel")
	}
	f, err := q.object.BTF()
	if err != nil {
		return nil, err
	}
	return f, nil
}

func (q *inquiry) options() debuginfo.ProgramOptions {
	return debuginfo.ProgramOptions{DebugRoots: filepath.SplitList(q.roots), NoCache: q.noCache}
}

func openProgram(path string, o debuginfo.ProgramOptions) (*debuginfo.Program, error) {
	whole, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("opening %s: %w", path, err)
	}
	p, err := debuginfo.NewLibrary(nil).File(whole, o)
	if err != nil && !strings.Contains(err.Error(), path) {
		err = fmt.Errorf("opening %s: %w", path, err)
	}
	return p, err
}

// noDebugInfo says what was looked for where, and what to do about it.
func (q *inquiry) noDebugInfo() error {
	var b strings.Builder
	for _, s := range q.object.Search {
		fmt.Fprintf(&b, "\n    %s: %v", s.Path, searchResult(s))
	}
	if b.Len() == 0 {
		b.WriteString(" (it has neither a build id nor a .gnu_debuglink to look for a separate file by)")
	}
	return core.Errorf(core.ErrNoData, "%s has no debug info, nor is there a separate file with it:%s\ninstall the package with it (on Debian NAME-dbg or NAME-dbgsym), "+
		"name its directory with --debuginfo, or set DEBUGINFOD_URLS", q.path, b.String())
}

// searchResult is what came of one place where debug info was looked for.
func searchResult(s debuginfo.SearchStep) string {
	switch {
	case s.Err == nil:
		return "used"
	case errors.Is(s.Err, os.ErrNotExist):
		return "no such file"
	}
	return s.Err.Error()
}
