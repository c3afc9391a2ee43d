package nodes

import (
	"context"
	"slices"
	"strings"

	"github.com/stackfs/stackfs/core"
)

// verbs are the words that make targets.
const (
	verbAttach = "attach"
	verbLaunch = "launch"
	verbOpen   = "open"
)

// ParseSpec reads the words of a line that makes a target: `attach ptrace
// pid=1`, `launch stop -- /bin/prog arg`; without a verb (`ptrace pid=1`) attach
// is meant.
func ParseSpec(drivers []core.Driver, words Words) (core.Spec, *core.Driver, error) {
	if len(words) == 0 {
		return core.Spec{}, nil, core.Errorf(core.ErrInvalid, "nothing to attach: say attach DRIVER KEY=VALUE..., or launch -- PROGRAM")
	}
	s := core.Spec{Verb: verbAttach}
	if slices.Contains([]string{verbAttach, verbLaunch, verbOpen}, words[0].Text) {
		s.Verb = words[0].Text
		words = words[1:]
	}
	d, words, err := specDriver(drivers, s.Verb, words)
	if err != nil {
		return s, nil, err
	}
	s.Driver = d.Name
	for i, w := range words {
		if w.Text == "--" {
			s.Args = words[i+1:].Texts()
			break
		}
		key, value, _ := strings.Cut(w.Text, "=")
		s.Options = append(s.Options, core.Option{Key: key, Value: value})
	}
	return s, d, nil
}

// specDriver finds the driver of a spec: named after attach, implied by launch and open.
func specDriver(drivers []core.Driver, verb string, words Words) (*core.Driver, Words, error) {
	var known []string
	for i := range drivers {
		d := &drivers[i]
		if d.Verb != verb {
			continue
		}
		if verb != verbAttach {
			return d, words, nil
		}
		if len(words) > 0 && d.Name == words[0].Text {
			return d, words[1:], nil
		}
		known = append(known, d.Name)
	}
	if verb != verbAttach {
		return nil, nil, core.Errorf(core.ErrUnsupported, "no driver takes %q", verb)
	}
	if len(words) == 0 {
		return nil, nil, core.Errorf(core.ErrInvalid, "attach needs a driver: %s", strings.Join(known, ", "))
	}
	err := core.Errorf(core.ErrInvalid, "there is no driver %q", words[0].Text)
	return nil, nil, hint(words[0], err, "drivers: "+strings.Join(known, ", "))
}

// checkOptions finds the option that a driver does not know, so that a
// misspelling is shown where it stands.
func checkOptions(d *core.Driver, words Words) error {
	known := optionWords(withCommon(d.Usage))
	for _, w := range words {
		if w.Text == "--" {
			return nil
		}
		key, _, _ := strings.Cut(w.Text, "=")
		if slices.Contains(known, key) || key == d.Name || key == d.Verb {
			continue
		}
		err := core.Errorf(core.ErrInvalid, "%s takes no %q", d.Verb, key)
		text := "known: " + strings.Join(known, " ") + "; as in: " + d.Example
		if near := nearest(key, known); near != "" {
			text = "did you mean " + near + "? " + text
		}
		return hint(w, err, text)
	}
	return nil
}

// optionWords takes the option names out of a usage such as `pid=N [follow=parent|child]`.
func optionWords(usage string) []string {
	var out []string
	for f := range strings.FieldsSeq(usage) {
		if f == "--" {
			break
		}
		key, _, _ := strings.Cut(strings.Trim(f, "[]."), "=")
		out = append(out, key)
	}
	return out
}

// blame says which word of a line an attach error is about, if it is clear.
func blame(words Words, err error) error {
	for _, key := range []string{"pid=", "follow=", "cwd=", "env=", "name="} {
		for _, w := range words {
			if strings.HasPrefix(w.Text, key) && strings.Contains(err.Error(), strings.TrimPrefix(w.Text, key)) {
				return at(w, err)
			}
		}
	}
	for i, w := range words {
		if w.Text == "--" && i+1 < len(words) {
			return at(words[i+1], err)
		}
	}
	return err
}

// Attach makes a target from a line and adds it to the mount.
func (m *Mount) Attach(ctx context.Context, line string) (*Target, error) {
	words, err := ParseWords(line)
	if err != nil {
		return nil, err
	}
	return m.attachWords(ctx, words)
}

func (m *Mount) attachWords(ctx context.Context, words Words) (*Target, error) {
	spec, d, err := ParseSpec(m.Drivers, words)
	if err != nil {
		return nil, err
	}
	if err := checkOptions(d, words); err != nil {
		return nil, err
	}
	name, err := m.checkName(spec, words)
	if err != nil {
		return nil, err
	}
	if d.Usable != nil {
		if err := d.Usable(); err != nil {
			return nil, err
		}
	}
	t, err := d.Attach(ctx, spec)
	if err != nil {
		return nil, blame(words, err)
	}
	return m.add(ctx, t, spec, name)
}
