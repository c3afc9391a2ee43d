package core

import "context"

// A Driver makes targets. Drivers are listed once, in package drivers.
type Driver struct {
	Name string
	// Verb is the word of the root's ctl that this driver answers: attach, launch,
	// open. Usage is the rest of the line as documented, Doc one sentence, Example a
	// whole line.
	Verb, Usage, Doc, Example string
	// Keeper says that the target is held by a child process.
	Keeper bool
	// Usable is nil, or says why the driver cannot be used here and what to change.
	Usable func() error
	// Attach makes a target of a parsed spec.
	Attach func(ctx context.Context, s Spec) (Target, error)
}

// Spec is an attach line, parsed: words of the form KEY=VALUE, bare words, and
// what follows "--".
type Spec struct {
	Verb, Driver string // "attach", "ptrace"; for launch and open the driver is implied
	Options      []Option
	Args         []string // after "--"
}

// Option is one KEY=VALUE or bare word of a Spec; a key may come more than once.
type Option struct{ Key, Value string }

// Value returns the first value of a key.
func (s Spec) Value(key string) (value string, ok bool) {
	for _, o := range s.Options {
		if o.Key == key {
			return o.Value, true
		}
	}
	return "", false
}

// Has says whether a key or bare word is there.
func (s Spec) Has(key string) bool {
	_, ok := s.Value(key)
	return ok
}

// Values returns all values of a key, in order.
func (s Spec) Values(key string) []string {
	var out []string
	for _, o := range s.Options {
		if o.Key == key {
			out = append(out, o.Value)
		}
	}
	return out
}
