package debuginfo

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/tests/need"
)

// environment is variables for newFetcher.
func environment(pairs ...string) func(string) string {
	return func(name string) string {
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1]
			}
		}
		return ""
	}
}

// fetchingLibrary has no debug roots and asks servers.
func fetchingLibrary(cache, urls string, more ...string) *Library {
	l := NewLibrary([]string{noDebug})
	l.fetcher = newFetcher(environment(append([]string{"DEBUGINFOD_CACHE_PATH", cache, "DEBUGINFOD_URLS", urls}, more...)...))
	return l
}

// wait returns when nothing is being fetched any more.
func (f *fetcher) wait(t testing.TB) {
	for range 6000 {
		f.mu.Lock()
		n := len(f.flying) + f.workers
		f.mu.Unlock()
		if n == 0 {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("fetching does not end")
}

// startDebuginfod serves the files below dir; id is one of them, and is waited for.
func startDebuginfod(t *testing.T, dir, id string) (url string) {
	program := need.Command(t, "debuginfod", "apt-get install debuginfod")
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	port := fmt.Sprint(l.Addr().(*net.TCPAddr).Port)
	require.NoError(t, l.Close())
	cmd := exec.Command(program, "-F", dir, "-p", port, "-d", ":memory:", "-t", "1")
	cmd.Env = append(os.Environ(), "DEBUGINFOD_URLS=", "HOME="+t.TempDir())
	log := &strings.Builder{}
	cmd.Stdout, cmd.Stderr = log, log
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		cmd.Process.Signal(os.Interrupt)
		cmd.Wait()
	})
	url = "http://127.0.0.1:" + port
	for range 600 {
		if a, err := http.Get(url + "/buildid/" + id + "/debuginfo"); err == nil {
			a.Body.Close()
			if a.StatusCode == http.StatusOK {
				return url
			}
		}
		time.Sleep(50 * time.Millisecond)
	}
	cmd.Process.Kill()
	cmd.Wait()
	t.Fatalf("debuginfod does not serve %s: %s", id, log)
	return ""
}

// served is a stripped program, and a directory for a server with the rest of it.
func served(t *testing.T) (exe, dir, id string) {
	dir = t.TempDir()
	exe = build(t, "gcc", "deep.c", "-g")
	copyFile(t, exe, filepath.Join(dir, "deep"))
	_, id = separate(t, exe)
	require.NoError(t, os.Remove(exe+".debug"))
	return exe, dir, id
}

// TestDebuginfodServer: a file comes from the real server while nobody waits for it,
// and lies where the standard client finds it.
func TestDebuginfodServer(t *testing.T) {
	exe, dir, id := served(t)
	url := startDebuginfod(t, dir, id)
	cache := filepath.Join(t.TempDir(), "cache")
	l, target := fetchingLibrary(cache, "http://127.0.0.1:1 "+url+"/"), newFileTarget(t, exe)

	o := objectOf(t, l, target, ProgramOptions{})
	require.Empty(t, o.Debug)
	require.False(t, hasSymbol(o, "down"))
	last := o.Search[len(o.Search)-1]
	require.Equal(t, url+"/buildid/"+id+"/debuginfo", last.Path)
	require.EqualError(t, last.Err, "being fetched")
	l.fetcher.wait(t)

	o = objectOf(t, l, target, ProgramOptions{})
	require.Equal(t, filepath.Join(cache, id, "debuginfo"), o.Debug, "%v", o.Search)
	require.NoError(t, o.Search[len(o.Search)-1].Err)
	require.True(t, hasSymbol(o, "down"))
	require.Same(t, o.module, objectOf(t, l, target, ProgramOptions{}).module)

	source, err := filepath.Abs("testdata/deep.c")
	require.NoError(t, err)
	for what, get := range map[string]func() (string, error){
		"executable":       func() (string, error) { return l.Executable(id) },
		"source " + source: func() (string, error) { return l.Source(id, source) },
	} {
		_, err := get()
		require.ErrorContains(t, err, "being fetched", what)
		l.fetcher.wait(t)
		ours, err := get()
		require.NoError(t, err, what)
		want := standardClient(t, cache, url, id, what)
		require.Equal(t, want, ours)
	}
	require.Equal(t, o.Debug, standardClient(t, cache, url, id, "debuginfo"))
	standardClientAlone(t, url, id, source)
}

// standardClient asks elfutils' client with the same cache, and where it has the file.
func standardClient(t *testing.T, cache, url, id, what string) string {
	kind, source, _ := strings.Cut(what, " ")
	args := []string{kind, id}
	if source != "" {
		args = append(args, source)
	}
	cmd := exec.Command(need.Command(t, "debuginfod-find", "apt-get install debuginfod"), args...)
	cmd.Env = []string{"DEBUGINFOD_CACHE_PATH=" + cache, "DEBUGINFOD_URLS=" + url}
	b, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", b)
	return strings.TrimSpace(string(b))
}

// standardClientAlone: what that client fetched is found without asking anybody.
func standardClientAlone(t *testing.T, url, id, source string) {
	cache := t.TempDir()
	l := fetchingLibrary(cache, "")
	debug := standardClient(t, cache, url, id, "debuginfo")
	found, _, _ := l.fetcher.find(id, fetchDebuginfo)
	require.Equal(t, debug, found)
	text := standardClient(t, cache, url, id, "source "+source)
	found, err := l.Source(id, source)
	require.NoError(t, err)
	require.Equal(t, text, found)
	_, err = l.Executable(id)
	require.ErrorContains(t, err, "DEBUGINFOD_URLS names no server")
}

// TestNoServerHasIt: a 404 is remembered as the standard client does, in the cache.
func TestNoServerHasIt(t *testing.T) {
	_, dir, id := served(t)
	url := startDebuginfod(t, dir, id)
	other := build(t, "gcc", "signal.c", "-s")
	cache := t.TempDir()
	l, target := fetchingLibrary(cache, url), newFileTarget(t, other)
	objectOf(t, l, target, ProgramOptions{})
	l.fetcher.wait(t)
	o := objectOf(t, l, target, ProgramOptions{})
	require.Equal(t, url+"/buildid/"+o.BuildID+"/debuginfo", o.Search[len(o.Search)-1].Path)
	require.EqualError(t, o.Search[len(o.Search)-1].Err, "HTTP 404")
	o = objectOf(t, fetchingLibrary(cache, url), target, ProgramOptions{}) // as in another process
	require.ErrorContains(t, o.Search[len(o.Search)-1].Err, "no server had it")
	require.ErrorContains(t, o.Search[len(o.Search)-1].Err, "that is remembered for 10m0s")

	missing := filepath.Join(cache, o.BuildID, "debuginfo")
	st, err := os.Stat(missing)
	require.NoError(t, err)
	require.Zero(t, st.Size())
	cmd := exec.Command("debuginfod-find", "debuginfo", o.BuildID)
	cmd.Env = []string{"DEBUGINFOD_CACHE_PATH=" + cache, "DEBUGINFOD_URLS=" + url}
	require.Error(t, cmd.Run())
	after, err := os.Stat(missing)
	require.NoError(t, err)
	require.Equal(t, st.ModTime(), after.ModTime(), "the standard client does not ask again either")

	// It is forgotten after a while.
	require.NoError(t, os.WriteFile(filepath.Join(cache, "cache_miss_s"), []byte("0\n"), 0o600))
	_, wait, _ := l.fetcher.find(o.BuildID, fetchDebuginfo)
	require.Nil(t, wait) // but not by us, who keep the reason
	_, wait, steps := fetchingLibrary(cache, url).fetcher.find(o.BuildID, fetchDebuginfo)
	require.NotNil(t, wait)
	require.EqualError(t, steps[0].Err, "being fetched")
}

// badServer answers what a test wants.
func badServer(t *testing.T, answer http.HandlerFunc) string {
	s := httptest.NewServer(answer)
	t.Cleanup(s.Close)
	return s.URL
}

func TestBadServers(t *testing.T) {
	exe, dir, id := served(t)
	wrong := build(t, "gcc", "signal.c", "-g")
	wrongID := openImage(t, wrong).BuildID()
	right, err := os.ReadFile(filepath.Join(dir, "deep"))
	require.NoError(t, err)
	release := make(chan struct{})
	t.Cleanup(func() { close(release) })
	slow := func(w http.ResponseWriter, r *http.Request) {
		w.Write(right[:1000])
		w.(http.Flusher).Flush()
		select {
		case <-release:
		case <-r.Context().Done():
		}
	}
	for name, c := range map[string]struct {
		url, want string
		env       []string
	}{
		"dead":      {"http://127.0.0.1:1", "connection refused", nil},
		"not a URL": {"gopher://x", "unsupported protocol scheme", nil},
		"wrong":     {badServer(t, func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, wrong) }), "build id " + wrongID + ", want " + id, nil},
		"text":      {badServer(t, func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, strings.Repeat("sorry", 100)) }), "bad magic number", nil},
		"empty":     {badServer(t, func(w http.ResponseWriter, r *http.Request) {}), "too short", nil},
		"error":     {badServer(t, func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(503) }), "HTTP 503", nil},
		"large":     {badServer(t, func(w http.ResponseWriter, r *http.Request) { w.Write(right) }), "DEBUGINFOD_MAXSIZE", []string{"DEBUGINFOD_MAXSIZE", "5000"}},
		"too slow":  {badServer(t, slow), "DEBUGINFOD_TIMEOUT", []string{"DEBUGINFOD_TIMEOUT", "1"}},
		"too long":  {badServer(t, slow), "DEBUGINFOD_MAXTIME", []string{"DEBUGINFOD_MAXTIME", "1", "DEBUGINFOD_TIMEOUT", "0"}},
		"cut": {badServer(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", fmt.Sprint(len(right)))
			w.Write(right[:len(right)/2])
		}), "unexpected EOF", nil},
	} {
		cache := t.TempDir()
		l, target := fetchingLibrary(cache, c.url, c.env...), newFileTarget(t, exe)
		objectOf(t, l, target, ProgramOptions{})
		l.fetcher.wait(t)
		o := objectOf(t, l, target, ProgramOptions{})
		require.Empty(t, o.Debug, name)
		require.ErrorContains(t, o.Search[len(o.Search)-1].Err, c.want, name)
		l.fetcher.wait(t) // nothing was asked again
		require.EqualValues(t, 1, l.fetcher.generation.Load(), name)
		left, err := filepath.Glob(filepath.Join(cache, "*", "*"))
		require.NoError(t, err)
		require.Empty(t, left, name)
	}
}

// TestMaxSizeIsSent: the server is told, and says 406.
func TestMaxSizeIsSent(t *testing.T) {
	exe, dir, id := served(t)
	url := startDebuginfod(t, dir, id)
	l, target := fetchingLibrary(t.TempDir(), url, "DEBUGINFOD_MAXSIZE", "100"), newFileTarget(t, exe)
	objectOf(t, l, target, ProgramOptions{})
	l.fetcher.wait(t)
	o := objectOf(t, l, target, ProgramOptions{})
	require.EqualError(t, o.Search[len(o.Search)-1].Err, "HTTP 406")
}

// TestOneFetchAnID: many that need one file fetch it once; two files are on their
// way at a time, and the queue has an end.
func TestOneFetchAnID(t *testing.T) {
	asked := make(chan string, 1000)
	release := make(chan struct{})
	url := badServer(t, func(w http.ResponseWriter, r *http.Request) {
		asked <- r.URL.Path
		<-release
		w.WriteHeader(404)
	})
	f := fetchingLibrary(t.TempDir(), url).fetcher
	id := func(n int) string { return fmt.Sprintf("%040x", n) }
	for n := range maxQueued + 10 {
		for range 3 {
			_, wait, steps := f.find(id(n), fetchDebuginfo)
			require.NotNil(t, wait)
			require.ErrorIs(t, steps[0].Err, core.ErrAgain)
		}
	}
	first, second := <-asked, <-asked
	require.NotEqual(t, first, second)
	require.Empty(t, asked)
	close(release)
	f.wait(t)
	seen := map[string]bool{first: true, second: true}
	for len(asked) > 0 {
		path := <-asked
		require.False(t, seen[path])
		seen[path] = true
	}
	require.GreaterOrEqual(t, len(seen), maxQueued)
}

func TestFetcherEnvironment(t *testing.T) {
	home := t.TempDir()
	require.Equal(t, home+"/.cache/debuginfod_client", cacheDir(environment("HOME", home)))
	require.Equal(t, "/x/debuginfod_client", cacheDir(environment("HOME", home, "XDG_CACHE_HOME", "/x")))
	require.NoError(t, os.Mkdir(home+"/.debuginfod_client_cache", 0o700))
	require.Equal(t, home+"/.debuginfod_client_cache", cacheDir(environment("HOME", home, "XDG_CACHE_HOME", "/x")))
	require.Equal(t, "/c", cacheDir(environment("HOME", home, "DEBUGINFOD_CACHE_PATH", "/c")))
	require.Empty(t, cacheDir(environment()))

	f := newFetcher(environment("DEBUGINFOD_URLS", " http://a/ https://b/c  ", "DEBUGINFOD_TIMEOUT", "-1", "DEBUGINFOD_MAXTIME", "7", "DEBUGINFOD_MAXSIZE", "9"))
	require.Equal(t, []string{"http://a", "https://b/c"}, f.urls)
	require.Equal(t, []time.Duration{0, 7 * time.Second}, []time.Duration{f.timeout, f.maxTime})
	require.EqualValues(t, 9, f.maxSize)
	require.Equal(t, 90*time.Second, newFetcher(environment("DEBUGINFOD_TIMEOUT", "soon")).timeout)
	for _, bad := range []string{"", "ab", "../../etc", strings.Repeat("a", 200), "ABCDEF00"} {
		require.Empty(t, newFetcher(environment("HOME", home)).path(bad, fetchDebuginfo), bad)
	}
}

// TestNothingIsAskedWithoutServers: and nothing is listed as having been.
func TestNothingIsAskedWithoutServers(t *testing.T) {
	exe, _, _ := served(t)
	l := fetchingLibrary(t.TempDir(), "")
	p, err := l.Program(context.Background(), newFileTarget(t, exe), ProgramOptions{})
	require.NoError(t, err)
	require.Len(t, p.Objects()[0].Search, 1)
	require.True(t, errors.Is(p.Objects()[0].Search[0].Err, core.ErrNotFound))
}
