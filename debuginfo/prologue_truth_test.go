package debuginfo

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/tests/need"
)

// twinTarget is a process that shows another file in the place of its executable.
type twinTarget struct {
	*liveTarget
	executable, twin string
}

func (w twinTarget) Space() core.Space { return w }

func (w twinTarget) OpenImage(ctx context.Context, r core.Region) (core.File, error) {
	if r.Path == w.executable {
		return openHost(w.twin)
	}
	return w.liveTarget.OpenImage(ctx, r)
}

// withoutCFI copies an executable without call frame information.
func withoutCFI(t testing.TB, path string, flags ...string) string {
	objcopy := need.Command(t, "objcopy", "apt-get install binutils")
	out := path + "-" + fmt.Sprint(len(flags)) + ".twin"
	b, err := exec.Command(objcopy, append(append([]string{"-R", ".eh_frame", "-R", ".eh_frame_hdr", "-R", ".debug_frame"}, flags...), path, out)...).CombinedOutput()
	require.NoError(t, err, string(b))
	return out
}

// outcome counts what unwinding came to.
type outcome struct{ right, wrong, givenUp int }

// compare looks at the frames in the program's own code: got may end earlier.
func (o *outcome) compare(want, got []Frame) string {
	for i := range want {
		switch {
		case i >= len(got):
			o.givenUp++
			return fmt.Sprintf("ends after %d frames of %d", i, len(want))
		case want[i].PC != got[i].PC || i > 0 && want[i-1].CFA != got[i-1].CFA:
			o.wrong++
			return fmt.Sprintf("frame %d: pc %x (%s) cfa %x, should be pc %x (%s) cfa %x", i, got[i].PC, got[i].Function, got[i-1].CFA, want[i].PC, want[i].Function, want[i-1].CFA)
		}
	}
	o.right++
	return ""
}

// stepped runs a program instruction by instruction and calls f with the registers
// at each that is in its own code, limit times at most for each address.
func stepped(t *testing.T, path string, limit int, f func(target *liveTarget, regs core.Registers)) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	cmd := exec.Command(path)
	cmd.SysProcAttr = &syscall.SysProcAttr{Ptrace: true}
	require.NoError(t, cmd.Start())
	pid := cmd.Process.Pid
	defer func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}()
	var ws syscall.WaitStatus
	_, err := syscall.Wait4(pid, &ws, 0, nil)
	require.NoError(t, err)
	target := openLive(t, pid)
	regions, err := target.Regions(context.Background())
	require.NoError(t, err)
	var own core.Region
	for _, r := range regions {
		if r.Path == path && r.Perm&core.PermExec != 0 {
			own = r
		}
	}
	runTo(t, pid, path, own)
	visits := map[uint64]int{}
	for ws.Stopped() {
		var u syscall.PtraceRegs
		require.NoError(t, syscall.PtraceGetRegs(pid, &u))
		if visits[u.Rip]++; own.Start <= u.Rip && u.Rip < own.End && visits[u.Rip] <= limit {
			f(target, registersOf(u))
		}
		require.NoError(t, syscall.PtraceSingleStep(pid))
		_, err := syscall.Wait4(pid, &ws, 0, nil)
		require.NoError(t, err)
	}
	require.Equal(t, 0, ws.ExitStatus())
}

// runTo lets a traced process go on to its executable's entry: the dynamic linker
// before it takes most of the instructions.
func runTo(t *testing.T, pid int, path string, own core.Region) {
	img := openImage(t, path)
	bias, ok := img.loadBias(own.Start, own.Offset)
	require.True(t, ok)
	entry := uintptr(img.Entry + bias)
	saved := make([]byte, 8)
	_, err := syscall.PtracePeekText(pid, entry, saved)
	require.NoError(t, err)
	_, err = syscall.PtracePokeText(pid, entry, append([]byte{0xcc}, saved[1:]...))
	require.NoError(t, err)
	require.NoError(t, syscall.PtraceCont(pid, 0))
	var ws syscall.WaitStatus
	_, err = syscall.Wait4(pid, &ws, 0, nil)
	require.NoError(t, err)
	require.Equal(t, syscall.SIGTRAP, ws.StopSignal())
	_, err = syscall.PtracePokeText(pid, entry, saved)
	require.NoError(t, err)
	var u syscall.PtraceRegs
	require.NoError(t, syscall.PtraceGetRegs(pid, &u))
	u.Rip--
	require.NoError(t, syscall.PtraceSetRegs(pid, &u))
}

// ownFrames are the frames as far as they are in the object of the first.
func ownFrames(frames []Frame) []Frame {
	for i, f := range frames {
		if f.Function == "main" {
			return frames[:i+1]
		}
	}
	return nil
}

// TestGuessesAsCFI unwinds a program at each of its instructions by its call frame
// information, and without it, with and without symbols.
func TestGuessesAsCFI(t *testing.T) {
	need.Root(t)
	ctx := context.Background()
	type form struct {
		compiler string
		flags    []string
	}
	limit, forms := 1, []form{{"gcc", []string{"-O0"}}, {"gcc", []string{"-O2"}}, {"gcc", []string{"-Os", "-fno-omit-frame-pointer"}}, {"clang", []string{"-O1"}}}
	full := os.Getenv("STACKFS_FULL") != ""
	for _, compiler := range []string{"gcc", "clang"} {
		for _, level := range []string{"-O0", "-O1", "-O2", "-Os"} {
			for _, fp := range []string{"-fomit-frame-pointer", "-fno-omit-frame-pointer"} {
				if full {
					limit, forms = 3, append(forms, form{compiler, []string{level, fp, "-Wl,-z,now"}})
				}
			}
		}
	}
	forms = append(forms, form{"gcc", []string{"-O2", "-fcf-protection=none", "-fno-stack-protector", "-no-pie"}})
	var total [2]outcome
	for _, form := range forms {
		path := build(t, form.compiler, "walk.c", form.flags...)
		twins := []string{withoutCFI(t, path), withoutCFI(t, path, "--strip-all")}
		var counts [2]outcome
		var programs [3]*Program
		said := 0
		stepped(t, path, limit, func(target *liveTarget, regs core.Registers) {
			var all [3][]Frame
			for i := range programs {
				var tt core.Target = target
				if i > 0 {
					tt = twinTarget{target, path, twins[i-1]}
				}
				regions, err := target.Regions(ctx)
				require.NoError(t, err)
				if programs[i] == nil || !sameRegions(regions, programs[i].regions) {
					programs[i], err = NewLibrary([]string{noDebug}).Program(ctx, tt, ProgramOptions{})
					require.NoError(t, err)
				}
				frames, _ := programs[i].Unwind(ctx, target, regs, 100)
				if all[i] = frames; i == 0 {
					all[i] = ownFrames(frames)
				}
			}
			for i := range counts {
				if len(all[0]) < 2 { // main itself, or before it
					continue
				}
				if why := counts[i].compare(all[0], all[i+1]); why != "" && said < 8 {
					said++
					place, _ := programs[0].Symbolize(all[0][0].PC)
					t.Logf("stripped %d, at %x, %s: %s", i, all[0][0].PC-programs[0].objects[0].Base, place, why)
				}
			}
		})
		t.Logf("%s %v: %+v, without symbols %+v", form.compiler, form.flags, counts[0], counts[1])
		for i := range total {
			total[i].right += counts[i].right
			total[i].wrong += counts[i].wrong
			total[i].givenUp += counts[i].givenUp
		}
	}
	t.Logf("all: %+v, without symbols %+v", total[0], total[1])
	for _, o := range total {
		require.NotZero(t, o.right)
		require.Zero(t, o.wrong)
		require.Less(t, o.givenUp, o.right/100)
	}
}
