package nodes

import (
	"context"
	"strconv"
	"sync"
	"time"

	"github.com/stackfs/stackfs/core"
)

// options are a target's settings; a value is never changed, a new one replaces it.
type options struct {
	peek    bool
	timeout time.Duration
	ring    int   // records
	log     int64 // bytes
	stack   int   // bytes
	follow  string
}

func defaultOptions() options {
	return options{peek: true, timeout: 5 * time.Second, ring: 65536, log: 256 << 20, stack: 65536, follow: "parent"}
}

type optionSet struct {
	mu  sync.Mutex
	now options
}

func newOptionSet(o options) *optionSet { return &optionSet{now: o} }

func (s *optionSet) load() options {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

func (s *optionSet) change(f func(*options)) options {
	s.mu.Lock()
	defer s.mu.Unlock()
	f(&s.now)
	return s.now
}

var optionsTable = Table{
	Doc: "settings of this target, one a file; write a value to change it",
	Rows: []Row{
		optionRow("peek", "whether reading a file may hold a running thread for a moment: yes or no",
			func(o options) string { return map[bool]string{true: "yes", false: "no"}[o.peek] },
			func(o *options, v string) error {
				if v != "yes" && v != "no" {
					return core.Errorf(core.ErrInvalid, "%q is not yes or no", v)
				}
				o.peek = v == "yes"
				return nil
			}),
		optionRow("timeout", "the longest that a file or command waits for the target, in milliseconds",
			func(o options) string { return strconv.FormatInt(o.timeout.Milliseconds(), 10) },
			func(o *options, v string) error {
				n, err := number(v, 1, 3600_000)
				o.timeout = time.Duration(n) * time.Millisecond
				return err
			}),
		optionRow("ring", "how many records an events file keeps for slow readers",
			func(o options) string { return strconv.Itoa(o.ring) },
			func(o *options, v string) error {
				n, err := number(v, 1, 1<<24)
				o.ring = int(n)
				return err
			}),
		optionRow("log", "how large a log file may grow, in bytes",
			func(o options) string { return strconv.FormatInt(o.log, 10) },
			func(o *options, v string) error {
				n, err := number(v, 0, 1<<40)
				o.log = n
				return err
			}),
		optionRow("stack", "how much of a stack is shown or captured, in bytes",
			func(o options) string { return strconv.Itoa(o.stack) },
			func(o *options, v string) error {
				n, err := number(v, 256, 16<<20)
				o.stack = int(n)
				return err
			}),
		optionRow("follow", "what a fork is followed by: parent",
			func(o options) string { return o.follow },
			func(o *options, v string) error {
				switch v {
				case "parent":
					return nil
				case "child", "both":
					return core.Errorf(core.ErrUnsupported, "only follow=parent can be done; attach to the child by its pid")
				}
				return core.Errorf(core.ErrInvalid, "%q is not parent, child or both", v)
			}),
	},
}

// optionRow makes the row of one option from how it is shown and set.
func optionRow(name, doc string, show func(options) string, set func(*options, string) error) Row {
	return Row{
		Name: name, Doc: doc,
		Show: func(_ context.Context, p Place) (Value, error) { return Line(show(p.Target.options.load())), nil },
		Set: func(_ context.Context, p Place, v string) error {
			var err error
			o := p.Target.options.change(func(o *options) {
				changed := *o
				if err = set(&changed, v); err == nil {
					*o = changed
				}
			})
			p.Target.stream.Resize(o.ring, o.log)
			return err
		},
	}
}

func number(v string, least, most int64) (int64, error) {
	n, err := strconv.ParseInt(v, 10, 64)
	if err != nil || n < least || n > most {
		return 0, core.Errorf(core.ErrInvalid, "%q is not a number from %d to %d", v, least, most)
	}
	return n, nil
}
