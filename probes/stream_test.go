package probes

import (
	"context"
	"encoding/json"
	"io"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stackfs/stackfs/core"
)

func record(n int) Record {
	return Record{Time: time.Duration(n) * time.Millisecond, Target: "t", Probe: "p", Comm: "c", TID: n, State: "stopped"}
}

func next(t *testing.T, r *Reader) Record {
	t.Helper()
	rec, err := r.Next(t.Context(), false)
	require.NoError(t, err)
	return rec
}

// TestReaders: each reader sees everything from what is still there.
func TestReaders(t *testing.T) {
	s := NewStream(4, 1<<20)
	early := s.NewReader()
	for i := 1; i <= 3; i++ {
		s.Append(record(i))
	}
	late := s.NewReader()
	for i := 1; i <= 3; i++ {
		require.Equal(t, uint64(i), next(t, early).Seq)
		require.Equal(t, i, next(t, late).TID)
	}
	_, err := late.Next(t.Context(), false)
	require.ErrorIs(t, err, core.ErrAgain)
	s.Close()
	_, err = late.Next(t.Context(), true)
	require.Equal(t, io.EOF, err)
}

// TestLoss: for any mix of writes and reads, records read and records lost are
// all there were, in order.
func TestLoss(t *testing.T) {
	for seed := range uint64(200) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		s := NewStream(1+rnd.IntN(8), 1<<20)
		r := s.NewReader()
		written, seen := uint64(0), uint64(0)
		check := func(rec Record) {
			if rec.Lost > 0 {
				seen += rec.Lost
				return
			}
			require.Equal(t, seen+1, rec.Seq)
			seen++
		}
		for range 200 {
			if rnd.IntN(3) > 0 {
				written++
				s.Append(record(int(written)))
				continue
			}
			if rec, err := r.Next(t.Context(), false); err == nil {
				check(rec)
			}
			if rnd.IntN(20) == 0 {
				s.Resize(1+rnd.IntN(8), 1<<20)
			}
		}
		s.Close()
		for {
			rec, err := r.Next(t.Context(), true)
			if err == io.EOF {
				break
			}
			require.NoError(t, err)
			check(rec)
		}
		require.Equal(t, written, seen, "seed %d", seed)
	}
}

// TestWait: a waiting reader is woken by a record, by the end and by its context.
func TestWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := NewStream(4, 0)
		r := s.NewReader()
		go func() { time.Sleep(time.Second); s.Append(record(7)) }()
		rec, err := r.Next(t.Context(), true)
		require.NoError(t, err)
		require.Equal(t, 7, rec.TID)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err = r.Next(ctx, true)
		require.ErrorIs(t, err, context.Canceled)
		go func() { time.Sleep(time.Second); s.Close() }()
		_, err = r.Next(t.Context(), true)
		require.Equal(t, io.EOF, err)
	})
}

func TestManyReaders(t *testing.T) {
	const readers, records = 50, 2000
	s := NewStream(records, 1<<20)
	var wg sync.WaitGroup
	for range readers {
		wg.Go(func() {
			r := s.NewReader()
			for i := uint64(1); ; i++ {
				rec, err := r.Next(t.Context(), true)
				if err == io.EOF {
					if i != records+1 {
						t.Errorf("a reader saw %d", i-1)
					}
					return
				}
				if rec.Seq != i {
					t.Errorf("record %d instead of %d", rec.Seq, i)
				}
			}
		})
	}
	time.Sleep(10 * time.Millisecond)
	for i := range records {
		s.Append(record(i))
	}
	s.Close()
	wg.Wait()
}

func TestLog(t *testing.T) {
	s := NewStream(4, 200)
	for i := 1; i <= 20; i++ {
		s.Append(record(i))
	}
	b := make([]byte, 1000)
	n, err := s.ReadLog(b, 0)
	require.Equal(t, io.EOF, err)
	require.Equal(t, s.LogSize(), int64(n))
	require.LessOrEqual(t, n, 200)
	require.Contains(t, string(b[:n]), "0.001000 t c-1 [000] p: stopped\n")
	require.Contains(t, string(b[:n]), "log full at 200 bytes")
	require.NoError(t, s.ClearLog())
	require.Zero(t, s.LogSize())
	s.Append(record(21))
	n, _ = s.ReadLog(b, 0)
	require.Equal(t, "0.021000 t c-21 [000] p: stopped\n", string(b[:n]))
}

// TestMerge: records come out in order of time, however they come in.
func TestMerge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := NewStream(1000, 0)
		m := NewMerge(s)
		base := core.Now()
		for _, i := range rand.New(rand.NewPCG(1, 1)).Perm(100) {
			rec := record(i)
			rec.Time += base - time.Second
			m.Add(rec)
		}
		time.Sleep(MergeDelay)
		r := s.NewReader()
		for i := range 100 {
			require.Equal(t, i, next(t, r).TID)
		}
		m.Close()
		m.Add(record(1))
		_, err := r.Next(t.Context(), true)
		require.Equal(t, io.EOF, err)
	})
}

func TestRecordFormats(t *testing.T) {
	r := Record{Time: 12345678 * time.Microsecond, Seq: 3, Target: "vm1", Probe: "state", TID: 616, PID: 616, Comm: "bash", CPU: 1, State: "exit", Detail: "0"}
	for _, c := range []struct {
		rec        Record
		text, json string
	}{
		{r, "12.345678 vm1 bash-616 [001] state: exit 0\n", `{"time":12.345678,"seq":3,"target":"vm1","probe":"state","kind":"state","tid":616,"pid":616,"comm":"bash","cpu":1,"state":"exit","detail":"0"}`},
		{Record{Time: r.Time, Target: "vm1", Probe: "open", Lost: 7}, "12.345678 vm1 lost 7 open\n", `{"time":12.345678,"target":"vm1","probe":"open","lost":7}`},
	} {
		b, err := c.rec.AppendText(nil)
		require.NoError(t, err)
		require.Equal(t, c.text, string(b))
		b, err = json.Marshal(c.rec)
		require.NoError(t, err)
		require.Equal(t, c.json, string(b))
	}
	r.CPU = -1
	b, _ := r.AppendText(nil)
	require.Contains(t, string(b), "bash-616 [?] state")
}
