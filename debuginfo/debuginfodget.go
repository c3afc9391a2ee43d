package debuginfo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/stackfs/stackfs/core"
)

// url is where a server has the file (debuginfod(8), "WEBAPI").
func (x *fetch) url(server string) string {
	u := url.URL{Path: x.what}
	return server + "/buildid/" + x.id + "/" + u.EscapedPath()
}

// download gets a file from the first server that has it into the cache. nil: it
// is there; else what each server said. That none of them has it is put into the
// cache too, as the standard client does: as an empty file.
func (f *fetcher) download(x *fetch) (steps []SearchStep) {
	missing := 0
	for _, server := range f.urls {
		err := f.from(x, x.url(server))
		if err == nil {
			return nil
		}
		steps = append(steps, SearchStep{x.url(server), err})
		if errors.Is(err, core.ErrNotFound) {
			missing++
		}
	}
	if missing == len(f.urls) && os.MkdirAll(filepath.Dir(x.path), 0o700) == nil {
		os.Remove(x.path) // an older one would keep its time
		if e, err := os.OpenFile(x.path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0); err == nil {
			e.Close()
		}
	}
	return steps
}

// from asks one server. The file is written beside its place and put there whole,
// after it was seen to be the right one.
func (f *fetcher) from(x *fetch, address string) error {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	if f.maxTime > 0 {
		ctx, cancel = context.WithTimeout(ctx, f.maxTime)
		defer cancel()
	}
	var got atomic.Int64
	if f.timeout > 0 {
		defer f.watch(&got, cancel)()
	}
	body, err := f.request(ctx, address)
	if err != nil {
		return f.why(ctx, err)
	}
	defer body.Close()
	if err := os.MkdirAll(filepath.Dir(x.path), 0o700); err != nil {
		return fmt.Errorf("making the cache: %w", err)
	}
	t, err := os.CreateTemp(filepath.Dir(x.path), filepath.Base(x.path)[:min(len(filepath.Base(x.path)), 200)]+".*")
	if err != nil {
		return fmt.Errorf("writing to the cache: %w", err)
	}
	defer os.Remove(t.Name())
	defer t.Close()
	if err := f.copy(t, body, &got); err != nil {
		return f.why(ctx, err)
	}
	return x.keep(t)
}

// watch calls cancel when less than 100 KiB came in a timeout; the function that it
// returns ends it.
func (f *fetcher) watch(got *atomic.Int64, cancel func()) (stop func()) {
	const least = 100 << 10
	done := make(chan struct{})
	go func() {
		tick := time.NewTicker(f.timeout)
		defer tick.Stop()
		for last := int64(0); ; {
			select {
			case <-done:
				return
			case <-tick.C:
			}
			now := got.Load()
			if now-last < least {
				cancel()
				return
			}
			last = now
		}
	}()
	return func() { close(done) }
}

// why tells a cancelled request's reason.
func (f *fetcher) why(ctx context.Context, err error) error {
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return core.Errorf(core.ErrTimeout, "not there within DEBUGINFOD_MAXTIME (%v)", f.maxTime)
	case ctx.Err() != nil:
		return core.Errorf(core.ErrTimeout, "less than 100 KiB within DEBUGINFOD_TIMEOUT (%v)", f.timeout)
	}
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err // the address is known
	}
	return err
}

func (f *fetcher) request(ctx context.Context, address string) (io.ReadCloser, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	r.Header.Set("User-Agent", "stackfs")
	if f.maxSize > 0 {
		r.Header.Set("X-DEBUGINFOD-MAXSIZE", strconv.FormatInt(f.maxSize, 10))
	}
	c := http.Client{Transport: &http.Transport{Proxy: http.ProxyFromEnvironment, DisableCompression: true, DisableKeepAlives: true}}
	a, err := c.Do(r)
	if err != nil {
		return nil, err
	}
	if a.StatusCode != http.StatusOK {
		a.Body.Close()
		kind := core.ErrInvalid
		if a.StatusCode == http.StatusNotFound {
			kind = core.ErrNotFound
		}
		return nil, core.Errorf(kind, "HTTP %d", a.StatusCode)
	}
	if f.maxSize > 0 && a.ContentLength > f.maxSize {
		a.Body.Close()
		return nil, core.Errorf(core.ErrInvalid, "%d bytes are more than DEBUGINFOD_MAXSIZE (%d)", a.ContentLength, f.maxSize)
	}
	return a.Body, nil
}

// copy writes what comes, maxSize bytes at most, and counts it.
func (f *fetcher) copy(to io.Writer, from io.Reader, got *atomic.Int64) error {
	if f.maxSize > 0 {
		from = io.LimitReader(from, f.maxSize+1)
	}
	n, err := io.Copy(to, io.TeeReader(from, counter{got}))
	if err == nil && f.maxSize > 0 && n > f.maxSize {
		err = core.Errorf(core.ErrInvalid, "more than DEBUGINFOD_MAXSIZE (%d) bytes", f.maxSize)
	}
	return err
}

type counter struct{ n *atomic.Int64 }

// Write implements io.Writer.
func (c counter) Write(p []byte) (int, error) {
	c.n.Add(int64(len(p)))
	return len(p), nil
}

// keep puts a file that has come into its place in the cache, if it is what was
// asked for: other clients will not check it again.
func (x *fetch) keep(t *os.File) error {
	if !strings.HasPrefix(x.what, fetchSource) {
		_, err := openDebug("", t.Name(), func(d *Image) error {
			defer d.close()
			return d.hasBuildID(x.id)
		})
		if err != nil {
			return err
		}
	}
	if err := t.Chmod(0o400); err != nil { // as the standard client: nobody writes to it by mistake
		return fmt.Errorf("writing to the cache: %w", err)
	}
	if err := os.Rename(t.Name(), x.path); err != nil {
		return fmt.Errorf("writing to the cache: %w", err)
	}
	return nil
}
