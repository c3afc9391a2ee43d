package syscalls

import (
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/stackfs/stackfs/core"
)

// arches has one row an architecture, by core.Arch.Name. To add one: its
// numbers, and what its constants and argument orders have of their own.
var arches = map[string]func() *table{
	"x86-64": sync.OnceValue(func() *table { return newTable(amd64Numbers, nil, nil) }),
}

// table is the system calls of one architecture, parsed.
type table struct {
	names      map[int]string
	numbers    map[string]int
	sets       map[string]*constants
	structures map[string]*structure
	rows       map[string]row // by name of call, or "call selector"
}

// newTable parses the numbers of an architecture; its own sets and signatures
// replace common ones of the same name.
func newTable(numbers string, sets map[string]set, signatures map[string]string) *table {
	t := &table{numbers: parseNumbers(numbers), names: map[int]string{}, rows: map[string]row{}}
	for name, n := range t.numbers {
		t.names[n] = name
	}
	t.sets = parseSets(slices.Concat(commonSets(), []map[string]set{sets}))
	t.structures = map[string]*structure{}
	for name := range structures {
		t.structure(name)
	}
	for _, group := range slices.Concat(commonSignatures(), []map[string]string{signatures}) {
		for name, text := range group {
			t.rows[name] = t.parseRow(text)
		}
	}
	return t
}

func commonSets() []map[string]set {
	return []map[string]set{fileSets, memorySets, netSets, processSets, timeSets, miscSets, ioctlSets}
}

func commonSignatures() []map[string]string {
	return []map[string]string{
		fileSignatures, mountSignatures, pollSignatures, memorySignatures, ipcSignatures, netSignatures,
		processSignatures, signalSignatures, scheduleSignatures, systemSignatures, timeSignatures, miscSignatures,
		fcntlSignatures, ioctlSignatures, prctlSignatures, sockoptSignatures, keyctlSignatures, bpfSignatures,
		newSignatures,
	}
}

// parseNumbers reads names in order; a number says what the next name has.
func parseNumbers(text string) map[string]int {
	numbers, next := map[string]int{}, 0
	for _, word := range strings.Fields(text) {
		if word[0] >= '0' && word[0] <= '9' {
			next = int(parseUint(word))
			continue
		}
		numbers[word] = next
		next++
	}
	return numbers
}

func tableOf(a *core.Arch) *table {
	if a == nil || arches[a.Name] == nil {
		return nil
	}
	return arches[a.Name]()
}

// Name is the name of system call nr, as in the kernel's asm/unistd.h without
// __NR_; ok is false if there is none of that number or no table for a.
func Name(a *core.Arch, nr int) (name string, ok bool) {
	t := tableOf(a)
	if t == nil {
		return "", false
	}
	name, ok = t.names[nr]
	return name, ok
}

// Number is the number of the system call called name on a.
func Number(a *core.Arch, name string) (nr int, ok bool) {
	t := tableOf(a)
	if t == nil {
		return 0, false
	}
	nr, ok = t.numbers[name]
	return nr, ok
}

// Names lists the names of a's system calls in the order of their numbers.
func Names(a *core.Arch) []string {
	t := tableOf(a)
	if t == nil {
		return nil
	}
	return slices.SortedFunc(maps.Keys(t.numbers), func(x, y string) int { return t.numbers[x] - t.numbers[y] })
}
