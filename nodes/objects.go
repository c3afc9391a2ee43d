package nodes

import (
	"context"
	"fmt"
	"slices"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/debuginfo"
)

var objectsTable = Table{
	Doc: "the loaded files: executable, libraries",
	Each: &Each{
		Row:  Row{Name: "OBJECT", Doc: "a loaded file", Dir: &objectTable},
		List: listObjects,
		Find: findObject,
	},
}

var objectTable = Table{
	Doc: "one loaded file",
	Rows: []Row{
		objectRow("path", "the path as the target sees it", func(o *debuginfo.Object) string { return o.Path }),
		objectRow("base", "the address added to the file's own addresses", func(o *debuginfo.Object) string { return Addr(o.Base).String() }),
		objectRow("build_id", "the build id, in hexadecimal", func(o *debuginfo.Object) string { return o.BuildID }),
		objectRow("debug", "the separate debug file that is used", func(o *debuginfo.Object) string { return o.Debug }),
		objectRow("alt", "the supplementary file (dwz) that the debug info refers to", func(o *debuginfo.Object) string { return o.Alt }),
		{Name: "search", Doc: "where debug info was looked for, and what came of it: used, no such file, build id A, want B, being fetched, HTTP 404", Show: showSearch},
		{Name: "symbols", Doc: "the symbols of this file, sorted by address", Show: showObjectSymbols},
	},
}

func objectRow(name, doc string, field func(*debuginfo.Object) string) Row {
	return Row{Name: name, Doc: doc, Show: func(ctx context.Context, p Place) (Value, error) {
		o, err := p.object(ctx)
		if err != nil {
			return nil, err
		}
		return Line(orDefault(field(o), string(Unknown))), nil
	}}
}

func listObjects(ctx context.Context, p Place) ([]string, error) {
	prog, err := p.Target.program(ctx)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, o := range prog.Objects() {
		names = append(names, o.Name)
	}
	return names, nil
}

func findObject(ctx context.Context, p Place, name string) (Place, error) {
	p.Name = name
	_, err := p.object(ctx)
	return p, err
}

func (p Place) object(ctx context.Context) (*debuginfo.Object, error) {
	prog, err := p.Target.program(ctx)
	if err != nil {
		return nil, err
	}
	objects := prog.Objects()
	i := slices.IndexFunc(objects, func(o *debuginfo.Object) bool { return o.Name == p.Name })
	if i < 0 {
		return nil, core.Errorf(core.ErrNotFound, "there is no loaded file %q; ls objects lists them", p.Name)
	}
	return objects[i], nil
}

func showObjectSymbols(ctx context.Context, p Place) (Value, error) {
	o, err := p.object(ctx)
	if err != nil {
		return nil, err
	}
	prog, err := p.Target.program(ctx)
	if err != nil {
		return nil, err
	}
	return symbolList(slices.DeleteFunc(slices.Clone(prog.Symbols()), func(s debuginfo.ProgramSymbol) bool { return s.Object.Name != o.Name })), nil
}

// searchList is what was tried to find separate debug info: paths and URLs.
type searchList struct{ o *debuginfo.Object }

func showSearch(ctx context.Context, p Place) (Value, error) {
	o, err := p.object(ctx)
	return searchList{o}, err
}

// AppendText implements Value: `PATH<TAB>what came of it` lines.
func (s searchList) AppendText(b []byte) ([]byte, error) {
	if s.o.Err != nil {
		b = fmt.Appendf(b, "%s\t%v\n", s.o.Path, s.o.Err)
	}
	for _, step := range s.o.Search {
		result := "used"
		if step.Err != nil {
			result = step.Err.Error()
		}
		b = fmt.Appendf(b, "%s\t%s\n", step.Path, result)
	}
	return b, nil
}
