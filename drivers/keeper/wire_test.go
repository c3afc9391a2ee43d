package keeper

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/stackfs/stackfs/core"
)

// crossed sends a value through the coder.
func crossed[T any](t *testing.T, v T, each func(*coder, *T)) T {
	t.Helper()
	w := &coder{}
	each(w, &v)
	var got T
	r := reader(w.b)
	each(r, &got)
	if err := r.err(); err != nil {
		t.Errorf("%+v: %v", v, err)
	}
	return got
}

func TestTypesCross(t *testing.T) {
	info := core.Info{Driver: "ptrace", State: core.Stopped, Reason: "signal SIGSEGV", TID: 5, PID: 4, Comm: "a b", Arch: core.AMD64,
		Exe: "/x", Threads: 3, ReadOnly: true, Memory: "m", Keeper: "k", Peeks: 9, LongestStop: time.Second, Restarted: 2,
		Warning: "w", Launched: true, Generation: -1}
	if got := crossed(t, info, (*coder).info); got != info {
		t.Errorf("%+v became %+v", info, got)
	}
	region := core.Region{Start: 1 << 63, End: ^uint64(0), Perm: 15, Offset: 3, Dev: "00:1f", Inode: 1 << 60, Path: "/a"}
	if got := crossed(t, region, (*coder).region); got != region {
		t.Errorf("%+v became %+v", region, got)
	}
	event := core.Event{Time: time.Hour, TID: 1, PID: 2, Comm: "c", CPU: -1, What: "exec", Text: "/x"}
	if got := crossed(t, event, (*coder).event); got != event {
		t.Errorf("%+v became %+v", event, got)
	}
	regs := core.NewRegisters(core.AMD64)
	regs.SetUint(core.AMD64.PC, 0x1234)
	s := core.Snapshot{TID: 7, Registers: regs, Stack: core.Bytes{Addr: 16, Data: []byte("stack")}}
	if got := crossed(t, s, (*coder).snapshot); !reflect.DeepEqual(got, s) {
		t.Errorf("%+v became %+v", s, got)
	}
	spec := core.Spec{Verb: "launch", Driver: "ptrace", Options: []core.Option{{Key: "env", Value: "A=B"}}, Args: []string{"a", ""}}
	if got := crossed(t, spec, (*coder).spec); !reflect.DeepEqual(got, spec) {
		t.Errorf("%+v became %+v", spec, got)
	}
}

func TestErrorsCross(t *testing.T) {
	for _, kind := range core.Kinds {
		got := crossed(t, core.Errorf(kind, "doing: %w", io.ErrNoProgress), (*coder).error)
		if !errors.Is(got, kind) || got.Error() != "doing: "+io.ErrNoProgress.Error() {
			t.Errorf("%v became %v", kind, got)
		}
	}
	fault := crossed[error](t, fmt.Errorf("more: %w", &core.FaultError{Addr: 7, Write: true}), (*coder).error)
	if addr, ok := core.IsFault(fault); !ok || addr != 7 {
		t.Errorf("a fault became %v", fault)
	}
	if got := crossed[error](t, nil, (*coder).error); got != nil {
		t.Errorf("nil became %v", got)
	}
}

// loopback is a server without drivers on one end of a socket, or of pipes.
func loopback(t testing.TB, garbage []byte) error {
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	c, err := newConn(read, null)
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		write.Write(garbage)
		write.Close()
	}()
	return newServer(c, nil).run()
}

func FuzzServer(f *testing.F) {
	attach := &coder{}
	method, timeout := uint64(callAttach), time.Second
	attach.uint(&method)
	number(attach, &timeout)
	f.Add(frame{kind: kindCall, id: 1, body: attach.b}.pack(nil))
	f.Add(frame{kind: kindRelease, id: 1}.pack(nil))
	f.Add([]byte{0xff, 0xff, 0xff, 0x03, 1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9})
	for m := range callCount {
		c := &coder{}
		n := uint64(m)
		c.uint(&n)
		number(c, &timeout)
		f.Add(frame{kind: kindCall, id: 3, body: append(c.b, 1, 2, 3)}.pack(nil))
	}
	f.Fuzz(func(t *testing.T, garbage []byte) {
		if err := loopback(t, garbage); err == nil {
			t.Error("no error at the end of the stream")
		}
	})
}

func FuzzClient(f *testing.F) {
	f.Add(byte(kindState), []byte{1, 'a', 0, 0})
	f.Add(byte(kindReply), []byte{1, 0, 7, 0})
	f.Add(byte(kindEvent), bytes.Repeat([]byte{0xff}, 40))
	f.Fuzz(func(t *testing.T, kind byte, body []byte) {
		c := newClient(&process{})
		reply := make(chan frame, 1)
		c.pending[1] = reply
		c.take(frame{kind: kind, id: 1, body: body}) // an error ends the conversation
		for _, read := range []func(*coder){
			func(r *coder) { var v []core.Snapshot; list(r, &v, (*coder).snapshot) },
			func(r *coder) { var v []core.Region; list(r, &v, (*coder).region) },
			func(r *coder) { var v core.Syscall; r.syscall(&v) },
			func(r *coder) { var v core.ThreadStatus; r.status(&v) },
		} {
			c.results(frame{body: body}, read)
		}
	})
}

func TestGarbageEndsTheConversation(t *testing.T) {
	err := loopback(t, bytes.Repeat([]byte{0xee}, 100))
	if !errors.Is(err, core.ErrInvalid) {
		t.Errorf("garbage: %v", err)
	}
	err = loopback(t, frame{kind: kindState, id: 1}.pack(nil))
	if !errors.Is(err, core.ErrInvalid) {
		t.Errorf("a keeper's frame sent to a keeper: %v", err)
	}
}

func TestPanicBecomesAnError(t *testing.T) {
	err := guarded(context.Background(), func(context.Context, *request) error { panic("ouch") }, &request{})
	if err == nil || !bytes.Contains([]byte(err.Error()), []byte("ouch")) {
		t.Errorf("%v", err)
	}
}

func TestFilesCross(t *testing.T) {
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	a, err := newConn(os.NewFile(uintptr(pair[0]), "a"), os.NewFile(uintptr(pair[0]), "a"))
	if err != nil {
		t.Fatal(err)
	}
	b, err := newConn(os.NewFile(uintptr(pair[1]), "b"), os.NewFile(uintptr(pair[1]), "b"))
	if err != nil {
		t.Fatal(err)
	}
	defer a.close()
	defer b.close()
	null, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	big := bytes.Repeat([]byte("x"), 1<<20)
	go func() {
		a.send(frame{kind: 1, id: 1, body: big}, frame{kind: 2, id: 2, files: []*os.File{null, null}}, frame{kind: 3, id: 3, files: []*os.File{null}})
		a.send(frame{kind: 4, id: 4})
	}()
	for i, files := range []int{0, 2, 1, 0} {
		f, err := b.receive()
		if err != nil || int(f.id) != i+1 || len(f.files) != files {
			t.Fatalf("frame %d: %+v, %v", i+1, f.id, err)
		}
		closeFiles(f.files)
	}
}
