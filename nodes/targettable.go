package nodes

import (
	"context"
	"strconv"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/probes"
)

var targetTable = Table{
	Doc: "one target: what it is, its memory, threads, symbols, and ctl to control it",
	Rows: []Row{
		{Name: "status", Doc: "what the target is and does", Show: showStatus, JSON: true},
		{Name: "ctl", Doc: "commands; reading it lists them", Commands: targetCommands},
		{Name: "error_log", Doc: "the last 64 lines that failed, the newest last, with the reason", Show: showErrors},
		{Name: "events", Doc: "blocks until something happens to the target, one line each", Stream: targetStream, JSON: true},
		{Name: "log", Doc: "the same lines as events from the beginning, as a growing file", Log: targetStream},
		{Name: "options", Doc: optionsTable.Doc, Dir: &optionsTable},
		{Name: "mem", Doc: "the memory; the offset is the address", If: isProcess, At: memoryBlob, Writable: true},
		{Name: "bytes", Doc: bytesTable.Doc, Dir: &bytesTable},
		{Name: "maps", Doc: "what is mapped, as /proc/PID/maps", If: isProcess, Show: showMaps, JSON: true},
		{Name: "auxv", Doc: "the auxiliary vector, binary, as /proc/PID/auxv", If: has[core.ProcessFiles], Show: showProcessFile("auxv")},
		{Name: "environ", Doc: "the first environment, ended by NUL each", If: has[core.ProcessFiles], Show: showProcessFile("environ")},
		{Name: "cmdline", Doc: "the arguments, ended by NUL each", If: has[core.ProcessFiles], Show: showProcessFile("cmdline")},
		{Name: "cwd", Doc: "the working directory", If: has[core.ProcessFiles], Link: processLink("cwd")},
		{Name: "exe", Doc: "the executable", If: has[core.ProcessFiles], Link: processLink("exe")},
		{Name: "io", Doc: ioTable.Doc, If: isLaunched, Dir: &ioTable},
		{Name: "threads", Doc: threadsTable.Doc, Dir: &threadsTable},
		{Name: "symbols", Doc: "every symbol, sorted by address, as /proc/kallsyms", Show: showSymbols},
		{Name: "functions", Doc: functionsTable.Doc, Dir: &functionsTable},
		{Name: "variables", Doc: variablesTable.Doc, Dir: &variablesTable},
		{Name: "types", Doc: typesTable.Doc, Dir: &typesTable},
		{Name: "disassembly", Doc: disassemblyTable.Doc, Dir: &disassemblyTable},
		{Name: "locations", Doc: locationsTable.Doc, Dir: &locationsTable},
		{Name: "objects", Doc: objectsTable.Doc, Dir: &objectsTable},
	},
}

func isProcess(p Place) bool { return p.Target != nil && has[core.ProcessFiles](p) }

func isLaunched(p Place) bool {
	info, err := p.Target.Core.Info(context.Background())
	return err == nil && info.Launched && has[core.Stdio](p)
}

func targetStream(p Place) *probes.Stream { return p.Target.stream }

// showStatus makes status: the keys and their order are the contract's.
func showStatus(ctx context.Context, p Place) (Value, error) {
	t := p.Target
	i, err := t.Core.Info(ctx)
	if err != nil {
		return nil, err
	}
	mode := "rw"
	if i.ReadOnly {
		mode = "ro"
	}
	arch := any(Unknown)
	if i.Arch != nil {
		arch = i.Arch.Name
	}
	return Fields{
		{"name", t.Name},
		{"driver", i.Driver},
		{"stack", t.Name + " (" + i.Driver + ")"},
		{"state", string(i.State)},
		{"reason", i.Reason},
		{"tid", orNone(i.TID)},
		{"where", t.where(ctx, i)},
		{"pid", orNone(i.PID)},
		{"arch", arch},
		{"mode", mode},
		{"exe", orUnknown(i.Exe)},
		{"threads", i.Threads},
		{"memory", orUnknown(i.Memory)},
		{"keeper", keeperField(i.Keeper)},
		{"peeks", i.Peeks},
		{"longest_stop_us", i.LongestStop.Microseconds()},
		{"restarted", i.Restarted},
		{"present", None},
		{"warning", orNone(i.Warning)},
	}, nil
}

// keeperField is the keeper's process id as a number, or the word that stands for it.
func keeperField(s string) any {
	if n, err := strconv.Atoi(s); err == nil {
		return n
	}
	if s == "" {
		return "none"
	}
	return s
}

// where is the place at which a stopped target stands: the thread that the
// status is about, or the first one.
func (t *Target) where(ctx context.Context, i core.Info) any {
	if i.State != core.Stopped {
		return None
	}
	tid := i.TID
	if tid == 0 {
		tid = i.PID
	}
	shots, err := core.Sample(ctx, t.Core, []int{tid}, core.Want{})
	if err != nil || len(shots) == 0 || shots[0].Err != nil {
		return Unknown
	}
	pc, ok := shots[0].Registers.PC()
	if !ok {
		return Unknown
	}
	return t.symbolized(ctx, pc)
}

// symbolized is an address as `0xADDR <SYM+OFF>`, or alone where no symbol is near.
func (t *Target) symbolized(ctx context.Context, addr uint64) string {
	text := Addr(addr).String()
	p, err := t.program(ctx)
	if err != nil {
		return text
	}
	if place, ok := p.Symbolize(addr); ok {
		text += " <" + place.String() + ">"
	}
	return text
}
