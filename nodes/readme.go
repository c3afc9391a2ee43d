package nodes

import (
	"context"
	"fmt"
	"io"
	"strings"
)

const readmeName = "README"

var readmeRow = Row{
	Name: readmeName, Doc: "this text",
	Show: func(_ context.Context, p Place) (Value, error) { return readme{p.table, p}, nil },
}

// readme is what is in a directory, one line a file.
type readme struct {
	table *Table
	place Place
}

// AppendText implements Value.
func (r readme) AppendText(b []byte) ([]byte, error) {
	b = fmt.Appendf(b, "%s.\n\n", capital(r.table.Doc))
	for i := range r.table.Rows {
		if row := &r.table.Rows[i]; row.present(r.place) {
			b = appendFile(b, row)
		}
	}
	if e := r.table.Each; e != nil {
		b = appendFile(b, &e.Row)
	}
	for i := range r.table.Rows {
		if row := &r.table.Rows[i]; row.Commands != nil && row.present(r.place) {
			b = fmt.Appendf(b, "\nCommands, one a line, written to %s:\n\n", row.Name)
			b = append(b, commandText(row.Commands, r.place)...)
		}
	}
	return b, nil
}

func appendFile(b []byte, r *Row) []byte {
	name := r.Name
	if r.Dir != nil {
		name += "/"
	}
	if r.JSON {
		name += " " + r.twinName()
	}
	return fmt.Appendf(b, "%-30s %s\n", name, r.Doc)
}

// commandText lists commands with one example each.
func commandText(commands []Command, p Place) []byte {
	var b []byte
	for _, c := range commands {
		if c.If == nil || c.If(p) {
			b = appendCommand(b, c, p)
		}
	}
	return b
}

func appendCommand(b []byte, c Command, p Place) []byte {
	forms := []Form{{c.Args, c.Doc, c.Example}}
	if c.Forms != nil {
		forms = c.Forms(p)
	}
	for _, f := range forms {
		b = fmt.Appendf(b, "%s\n", strings.TrimSpace(c.Word+" "+f.Args))
		b = fmt.Appendf(b, "    %s; for example: %s\n", f.Doc, f.Example)
	}
	return b
}

func capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// WriteReference writes the whole tree as a Markdown page: docs/tree.md.
func (m *Mount) WriteReference(w io.Writer) error {
	var b []byte
	b = append(b, "# The tree\n\nEvery file that a mount shows, made from the tables that make the files.\n"+
		"A file whose target lacks the power for it is absent. `X.json` and `X.ndjson` are\nthe same content as JSON.\n"...)
	b = appendReference(b, "MOUNT", &rootTable, Place{Mount: m})
	_, err := w.Write(b)
	return err
}

func appendReference(b []byte, path string, t *Table, p Place) []byte {
	b = fmt.Appendf(b, "\n## `%s/`\n\n%s.\n\n| file | mode | what it is |\n|---|---|---|\n", path, capital(t.Doc))
	b = fmt.Appendf(b, "| `%s` | 0400 | %s |\n", readmeName, readmeRow.Doc)
	rows := t.allRows()
	for _, r := range rows {
		b = appendReferenceRow(b, r)
	}
	for _, r := range rows {
		if r.Commands != nil {
			b = fmt.Appendf(b, "\nCommands of `%s/%s`:\n\n```\n", path, r.Name)
			for _, c := range r.Commands {
				b = appendCommand(b, c, p)
			}
			b = append(b, "```\n"...)
		}
	}
	for _, r := range rows {
		if r.Dir != nil {
			b = appendReference(b, path+"/"+r.Name, r.Dir, p)
		}
	}
	return b
}

func appendReferenceRow(b []byte, r *Row) []byte {
	name := "`" + r.Name + "`"
	if r.Dir != nil {
		name = "`" + r.Name + "/`"
	}
	if r.JSON {
		name += " `" + r.twinName() + "`"
	}
	mode := Node{row: r}.Permissions()
	return fmt.Appendf(b, "| %s | %04o | %s |\n", name, mode, strings.ReplaceAll(r.Doc, "|", `\|`))
}

// allRows is every row of the table, that of its names last.
func (t *Table) allRows() []*Row {
	var rows []*Row
	for i := range t.Rows {
		rows = append(rows, &t.Rows[i])
	}
	if t.Each != nil {
		rows = append(rows, &t.Each.Row)
	}
	return rows
}

// CommandWords lists the words of the control file at a path such as ctl or
// NAME/threads/TID/ctl, for completion; nil if the path is no control file.
func CommandWords(path string) []Command {
	t := &rootTable
	for part := range strings.SplitSeq(strings.Trim(path, "/"), "/") {
		r := t.documented(part)
		switch {
		case r == nil:
			return nil
		case r.Dir == nil:
			return r.Commands
		}
		t = r.Dir
	}
	return nil
}

// documented is the row that a name belongs to, whatever the target.
func (t *Table) documented(name string) *Row {
	for i := range t.Rows {
		if t.Rows[i].matches(name) {
			return &t.Rows[i]
		}
	}
	if t.Each != nil {
		return &t.Each.Row
	}
	return nil
}
