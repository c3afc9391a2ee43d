package probes

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/stackfs/stackfs/core"
)

// A Record is one thing that happened, as one line of an events file.
type Record struct {
	Time   time.Duration // CLOCK_MONOTONIC
	Seq    uint64        // per probe, from 1
	Target string
	Probe  string // "state" for what happens to the target itself
	TID    int
	PID    int
	Comm   string
	CPU    int // -1: not known
	State  string
	Detail string
	Lost   uint64 // > 0: this many records of Probe were overwritten before they were read; nothing else but Time and Target is said
}

// StateRecord makes the record of something that happened to a target itself.
func StateRecord(target string, e core.Event) Record {
	return Record{Time: e.Time, Target: target, Probe: "state", TID: e.TID, PID: e.PID, Comm: e.Comm, CPU: e.CPU, State: e.What, Detail: e.Text}
}

// Seconds prints a time as every record does: seconds with six decimals.
func Seconds(t time.Duration) string {
	return fmt.Sprintf("%d.%06d", t/time.Second, t%time.Second/time.Microsecond)
}

// AppendText appends the record's line, with its newline.
func (r Record) AppendText(b []byte) ([]byte, error) {
	b = append(b, Seconds(r.Time)...)
	b = append(b, ' ')
	b = append(b, r.Target...)
	if r.Lost > 0 {
		return fmt.Appendf(b, " lost %d %s\n", r.Lost, r.Probe), nil
	}
	cpu := "?"
	if r.CPU >= 0 {
		cpu = fmt.Sprintf("%03d", r.CPU)
	}
	b = fmt.Appendf(b, " %s-%d [%s] %s: %s", r.Comm, r.TID, cpu, r.Probe, r.State)
	if r.Detail != "" {
		b = append(append(b, ' '), r.Detail...)
	}
	return append(b, '\n'), nil
}

type lossJSON struct {
	Time   json.Number `json:"time"`
	Target string      `json:"target"`
	Probe  string      `json:"probe"`
	Lost   uint64      `json:"lost"`
}

type recordJSON struct {
	Time   json.Number `json:"time"`
	Seq    uint64      `json:"seq"`
	Target string      `json:"target"`
	Probe  string      `json:"probe"`
	Kind   string      `json:"kind"`
	TID    int         `json:"tid"`
	PID    int         `json:"pid"`
	Comm   string      `json:"comm"`
	CPU    *int        `json:"cpu"`
	State  string      `json:"state"`
	Detail string      `json:"detail,omitempty"`
}

// MarshalJSON gives the record's object, without a newline.
func (r Record) MarshalJSON() ([]byte, error) {
	at := json.Number(strconv.FormatFloat(float64(r.Time/time.Microsecond)/1e6, 'f', 6, 64))
	if r.Lost > 0 {
		return json.Marshal(lossJSON{at, r.Target, r.Probe, r.Lost})
	}
	out := recordJSON{at, r.Seq, r.Target, r.Probe, "state", r.TID, r.PID, r.Comm, &r.CPU, r.State, r.Detail}
	if r.CPU < 0 {
		out.CPU = nil
	}
	return json.Marshal(out)
}
