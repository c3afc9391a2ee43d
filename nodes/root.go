package nodes

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/probes"
)

var rootRow = Row{Name: "MOUNT", Doc: rootTable.Doc, Dir: &rootTable}

var rootTable = Table{
	Doc: "running things as directories: write a line to ctl to make one",
	Rows: []Row{
		{Name: "version", Doc: "the version of stackfs", Show: showVersion},
		{Name: "ctl", Doc: "commands; reading it lists them", Commands: rootCommands},
		{Name: "error_log", Doc: "the last 64 lines that failed, the newest last, with the reason", Show: showErrors},
		{Name: "drivers", Doc: "what can be attached to here, and if not, why not", Show: showDrivers, JSON: true},
		{Name: "events", Doc: "blocks until something happens to any target, one line each", Stream: rootStream, JSON: true},
		{Name: "log", Doc: "the same lines as events from the beginning, as a growing file", Log: rootStream},
	},
	Each: &Each{
		Row:  Row{Name: "NAME", Doc: "a target", Dir: &targetTable},
		List: func(_ context.Context, p Place) ([]string, error) { return p.Mount.names(), nil },
		Find: func(_ context.Context, p Place, name string) (Place, error) {
			t, err := p.Mount.target(name)
			p.Target = t
			return p, err
		},
		Remove: func(_ context.Context, p Place, name string) error { return p.Mount.Detach(name) },
	},
}

// commonOptions are taken by every form that makes a target.
const commonOptions = "[name=NAME] [ro] [root=DIR] [debuginfo=DIR:DIR]"

var rootCommands = []Command{
	makerCommand(verbAttach, "makes a directory of something that runs"),
	makerCommand(verbLaunch, "starts a program and makes a directory of it"),
	makerCommand(verbOpen, "makes a directory of a dump"),
	{
		Word: "detach", Args: "NAME", Unlimited: true,
		Doc: "lets go of a target and leaves it as it was found", Example: "detach web", Run: runDetach,
	},
	{
		Word: "clear", Doc: "empties log; events is not affected", Example: "clear",
		Run: func(_ context.Context, p Place, _ Words) error { return p.Mount.stream.ClearLog() },
	},
}

// makerCommand is a command whose forms are the drivers that take its word.
func makerCommand(verb, doc string) Command {
	forms := func(p Place) (out []Form) {
		for _, d := range p.Mount.Drivers {
			if d.Verb == verb {
				usage := withCommon(d.Usage)
				if verb == verbAttach {
					usage = d.Name + " " + usage
				}
				out = append(out, Form{usage, d.Doc, d.Example})
			}
		}
		return out
	}
	return Command{
		Word: verb, Doc: doc, Forms: forms, Unlimited: true, Run: runAttach(verb),
		If: func(p Place) bool { return len(forms(p)) > 0 },
	}
}

// withCommon adds the common options to a driver's own, before a --.
func withCommon(usage string) string {
	if own, args, ok := strings.Cut(usage, "-- "); ok {
		return own + commonOptions + " -- " + args
	}
	return strings.TrimSpace(usage + " " + commonOptions)
}

func runAttach(verb string) func(context.Context, Place, Words) error {
	return func(ctx context.Context, p Place, args Words) error {
		_, err := p.Mount.attachWords(ctx, append(Words{{Text: verb}}, args...))
		return err
	}
}

func runDetach(_ context.Context, p Place, args Words) error {
	if len(args) != 1 {
		return core.Errorf(core.ErrInvalid, "detach takes one name, as in: detach web")
	}
	err := p.Mount.Detach(args[0].Text)
	if err == nil {
		return nil
	}
	if near := nearest(args[0].Text, p.Mount.names()); near != "" {
		return hint(args[0], err, "did you mean "+near+"?")
	}
	return at(args[0], err)
}

func rootStream(p Place) *probes.Stream { return p.Mount.stream }

func showVersion(_ context.Context, p Place) (Value, error) {
	return Line("stackfs " + p.Mount.Version), nil
}

func showErrors(_ context.Context, p Place) (Value, error) { return p.errorLog(), nil }

// driverList is the table of drivers.
type driverList []driverRow

type driverRow struct {
	Driver string `json:"driver"`
	Usable bool   `json:"usable"`
	WhyNot string `json:"why_not,omitempty"`
	Doc    string `json:"doc"`
}

func showDrivers(_ context.Context, p Place) (Value, error) {
	var list driverList
	for _, d := range p.Mount.Drivers {
		if slices.ContainsFunc(list, func(r driverRow) bool { return r.Driver == d.Name }) {
			continue
		}
		row := driverRow{Driver: d.Name, Usable: true, Doc: d.Doc}
		if d.Usable != nil {
			if err := d.Usable(); err != nil {
				row.Usable, row.WhyNot = false, err.Error()
			}
		}
		list = append(list, row)
	}
	return list, nil
}

// AppendText implements Value.
func (l driverList) AppendText(b []byte) ([]byte, error) {
	b = append(b, "driver    usable  why not\n"...)
	for _, d := range l {
		usable, why := "yes", "-"
		if !d.Usable {
			usable, why = "no", strings.ReplaceAll(d.WhyNot, "\n", " ")
		}
		b = fmt.Appendf(b, "%-9s %-7s %s\n", d.Driver, usable, why)
	}
	return b, nil
}
