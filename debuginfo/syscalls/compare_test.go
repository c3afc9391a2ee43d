package syscalls

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stackfs/stackfs/core"
)

// A tally counts what was compared with strace.
type tally struct {
	calls, args, equal, outputs, allowed, results int
	names                                         map[string]int
	reasons                                       map[string]int
	wrong                                         map[string][]string // by call and argument
	unmatched                                     []string
}

func newTally() *tally {
	return &tally{names: map[string]int{}, reasons: map[string]int{}, wrong: map[string][]string{}}
}

// compare walks the calls of one thread and strace's lines for it in step.
func (y *tally) compare(t *testing.T, calls []seen, lines []string) {
	t.Helper()
	at := 0
	for _, line := range lines {
		name, args, result, err := parseTrace(line)
		if err != nil {
			if !strings.Contains(line, "<unfinished") && !strings.Contains(line, "<detached") {
				y.unmatched = append(y.unmatched, line)
			}
			continue
		}
		i := slices.IndexFunc(calls[at:], func(s seen) bool { return s.call.Name == name })
		if i != 0 && strings.HasPrefix(result, "= ? ERESTART") {
			continue // interrupted before the listener had it; it comes again
		}
		if i < 0 || i > 3 {
			y.unmatched = append(y.unmatched, line) // before the filter was there
			continue
		}
		at += i + 1
		y.one(calls[at-1], name, args, result, line)
	}
}

func (y *tally) one(s seen, name string, args []string, result, line string) {
	y.calls++
	y.names[name]++
	for i := range max(len(args), len(s.call.Args)) {
		y.args++
		want, have, k := "(none)", "(none)", (*kind)(nil)
		if i < len(args) {
			want = args[i]
		}
		if i < len(s.call.Args) {
			have, k = s.call.Args[i].Value, s.kinds[i]
			if s.call.labelled {
				have = s.call.Args[i].Name + "=" + have
			}
		}
		reason := y.judge(name, i, want, have, k, s)
		switch reason {
		case "equal":
			y.equal++
		case "output":
			y.outputs++
		case "":
			key := fmt.Sprintf("%s #%d", name, i)
			y.wrong[key] = append(y.wrong[key], fmt.Sprintf("want %s\nhave %s\nline %s", want, have, line))
		default:
			y.allowed++
			y.reasons[reason]++
		}
	}
	if name != "fcntl" { // its result's kind depends on the command
		y.result(name, result, line)
	}
}

// judge says "equal", "output", a documented difference, or "" for a wrong one.
func (y *tally) judge(name string, _ int, want, have string, k *kind, s seen) string {
	if want == have {
		return "equal"
	}
	if k != nil && k.name == "out" {
		return "output"
	}
	for _, d := range differences {
		if d.re.MatchString(name+"|"+want) && d.same(want, have) {
			return d.reason
		}
	}
	return ""
}

var (
	sum      = regexp.MustCompile(`(?:[A-Z_][A-Za-z0-9_]*|0x[0-9a-f]+|\d+)(?:\|(?:[A-Z_][A-Za-z0-9_]*|0x[0-9a-f]+|\d+))*(?: /\* [A-Z_]*\?\?\?? \*/)?`)
	leftover = regexp.MustCompile(`\?\? \*/|\|0x|0x[0-9a-f]+`)
)

var allNames = sync.OnceValue(func() map[string]uint64 {
	byName := map[string]uint64{}
	for _, c := range tableOf(core.AMD64).sets {
		maps.Copy(byName, c.byName)
	}
	return byName
})

// numbers replaces sums of constants by their values.
func numbers(text string) string {
	byName := allNames()
	return sum.ReplaceAllStringFunc(text, func(m string) string {
		m, _, _ = strings.Cut(m, " /*")
		total := uint64(0)
		for _, word := range strings.Split(m, "|") {
			v, err := strconv.ParseUint(word, 0, 64)
			if named, ok := byName[word]; ok {
				v, err = named, nil
			}
			if err != nil {
				return m
			}
			total |= v
		}
		return strconv.FormatUint(total, 10)
	})
}

var interfaceName = regexp.MustCompile(`(ifindex=|interface=)(if_nametoindex\("\w+"\)|\d+)`)

func written(text string) string {
	return interfaceName.ReplaceAllString(logBuffer.ReplaceAllString(text, "#"), "$1#")
}

var logBuffer = regexp.MustCompile(`log_buf=(""|0x[0-9a-f]+|NULL)`)

var dateRemark = regexp.MustCompile(` /\* [-+0-9T:.]+ \*/`)

// A difference from strace that is meant.
type difference struct {
	re     *regexp.Regexp // matches CALL|STRACE'S ARGUMENT
	same   func(want, have string) bool
	reason string
}

func differs(re, reason string, same func(want, have string) bool) difference {
	return difference{regexp.MustCompile(re), same, reason}
}

var differences = []difference{
	differs(leftover.String(), "constants that strace 6.1 has no name for: the same number", func(want, have string) bool {
		return leftover.MatchString(want) && numbers(want) == numbers(have)
	}),
	differs(`^(restart_syscall)\|`, "restart_syscall: strace remembers which call was interrupted", func(_, _ string) bool { return true }),
	differs(`CLOCK_\?\?\? \*/$`, "clocks of a process, a thread or a descriptor have a name here", func(_, have string) bool {
		return strings.Contains(have, "CPUCLOCK(") || strings.HasPrefix(have, "FD_TO_CLOCKID(")
	}),
	differs(`^(fcntl|epoll_pwait2?|accept4?|recvfrom|getsockname|getpeername)\|0x[0-9a-f]+$`, "calls that fail: strace reads afterwards, and then shows a pointer", func(_, have string) bool {
		return strings.ContainsAny(have, "[{")
	}),
	differs(`^((get|set)_thread_area|ptrace|io_uring_register|ioctl|keyctl|seccomp)\|[[{"]`, "structures and names of rare calls are pointers here", func(_, have string) bool {
		return strings.HasPrefix(have, "0x")
	}),
	differs(`AF_AX25|ICMP_`, "AX.25 addresses and ICMP filters are bytes here", func(_, _ string) bool { return true }),
	differs(`^socket(pair)?\|\d+$`, "the upper half of a register that holds an int does not count", func(want, have string) bool {
		w, err := strconv.ParseUint(want, 10, 64)
		return err == nil && strconv.FormatUint(w&0xffffffff, 10) == have
	}),
	differs(`^(setsockopt\|(0x|\[)|fcntl\|0$)`, "values of options with an odd size are shown here; a null pointer is NULL", func(_, have string) bool { return have[0] != '[' }),
	differs(`log_buf=""`, "what the kernel writes into a structure is a pointer here", func(want, have string) bool {
		return written(want) == written(have)
	}),
	differs(`^prctl\|.*PR_(PAC|MTE|SVE|SME|UNALIGN)`, "prctl operations of other architectures have numbers here", func(_, _ string) bool { return true }),
	differs(` or FICLONE$`, "requests with several names: one here", func(_, have string) bool { return have == "FICLONE" }),
	differs(`(\[|iov_base=)\[?\{nlmsg_len=`, "netlink messages are bytes here", func(_, _ string) bool { return true }),
	differs(`if_nametoindex\("`, "names of interfaces are strace's host's", func(want, have string) bool {
		return interfaceName.ReplaceAllString(want, "$1#") == interfaceName.ReplaceAllString(have, "$1#")
	}),
	differs(`^(sendfile|splice|copy_file_range)\|\[\d+\] => \[`, "value-result argument: strace adds what the kernel stored", func(want, have string) bool {
		before, _, _ := strings.Cut(want, " =>")
		return before == have
	}),
	differs(`^setsockopt\|"`, "times of SO_RCVTIMEO and SO_SNDTIMEO are shown as times here", func(_, have string) bool { return strings.HasPrefix(have, "{tv_sec") }),
	differs(`\[\d+ => \d+\]$`, "value-result argument: strace adds what the kernel stored", func(want, have string) bool {
		before, _, _ := strings.Cut(want, " =>")
		return before+"]" == have
	}),
	differs(`^(clone3|io_uring_setup|name_to_handle_at|fcntl)\|`, "in-out structures: strace adds what the kernel stored", func(want, have string) bool {
		return strings.HasPrefix(want, strings.TrimSuffix(have, "}"))
	}),
	differs(`^(utimensat|utimes|futimesat|utime)\|.* /\* \d`, "times of files: strace adds the date in its own time zone", func(want, have string) bool {
		return dateRemark.ReplaceAllString(want, "") == have
	}),
}

var plainNumber = regexp.MustCompile(`^= (0x[0-9a-f]+|-?\d+)(?: |$)`)

// result checks that Result prints what strace printed.
func (y *tally) result(name, text, line string) {
	m := plainNumber.FindStringSubmatch(text)
	if m == nil {
		return
	}
	y.results++
	raw, err := strconv.ParseUint(m[1], 0, 64)
	if err != nil {
		signed, _ := strconv.ParseInt(m[1], 0, 64)
		raw = uint64(signed)
	}
	if strings.HasPrefix(text, "= -1 E") {
		errno := strings.Fields(text)[2]
		for n, row := range errorRows {
			if row.name == errno {
				raw = uint64(-int64(n))
			}
		}
		m[1] = strings.TrimPrefix(text, "= ")
	}
	if have := Result(core.AMD64, name, raw); have != m[1] {
		y.wrong[name+" result"] = append(y.wrong[name+" result"], fmt.Sprintf("want %s\nhave %s\nline %s", m[1], have, line))
	}
}

func (y *tally) report(t *testing.T) {
	t.Helper()
	wrong := 0
	keys := slices.SortedFunc(maps.Keys(y.wrong), func(a, b string) int { return cmp.Or(len(y.wrong[b])-len(y.wrong[a]), cmp.Compare(a, b)) })
	for _, k := range keys {
		wrong += len(y.wrong[k])
		t.Logf("WRONG %s: %d times\n%s", k, len(y.wrong[k]), y.wrong[k][0])
	}
	for _, line := range y.unmatched {
		t.Logf("without a call here: %.150s", line)
	}
	for _, r := range slices.Sorted(maps.Keys(y.reasons)) {
		t.Logf("allowed %5d: %s", y.reasons[r], r)
	}
	inputs := y.args - y.outputs
	if 100*(y.equal+y.allowed) < 99*inputs || y.args == 0 {
		t.Errorf("less than 99 %% of %d arguments are right", inputs)
	}
	t.Logf("%d calls of %d kinds, %d arguments: %d written by the kernel and not compared, %d equal, %d allowed, %d wrong: %.3f%% right; %d results compared; %d lines without a call here",
		y.calls, len(y.names), y.args, y.outputs, y.equal, y.allowed, wrong, 100*float64(y.equal+y.allowed)/float64(max(1, inputs)), y.results, len(y.unmatched))
}
