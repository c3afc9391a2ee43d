package debuginfo

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/stackfs/stackfs/core"
)

// What debuginfod serves of a build id (debuginfod(8), "WEBAPI"); a source file is
// source/ and its path.
const (
	fetchDebuginfo  = "debuginfo"
	fetchExecutable = "executable"
	fetchSource     = "source"
)

// Bounds of what waits to be fetched and of how many failures are remembered.
const (
	maxQueued    = 256
	maxFailures  = 4096
	fetchWorkers = 2
)

// fetcher gets files from debuginfod servers into the cache that all clients of a
// user share (debuginfod-client-config(7)). It never makes anybody wait: what is not
// there is fetched in the background.
type fetcher struct {
	urls    []string
	cache   string        // directory; empty: there is none
	timeout time.Duration // in which 100 KiB must come; 0: any time
	maxTime time.Duration // for a whole file; 0: any
	maxSize int64         // bytes; 0: any

	generation atomic.Int64 // grows when a fetch has ended

	mu       sync.Mutex
	flying   map[string]*fetch // queued or being fetched, by cache path
	failures map[string]failure
	queue    []*fetch
	workers  int
}

// A fetch is one file on its way.
type fetch struct {
	id, what, path string
	over           atomic.Bool
}

// failure is why a file did not come, and how long that is remembered.
type failure struct {
	steps []SearchStep
	until time.Time
}

// newFetcher makes one from the environment variables of debuginfod's client.
func newFetcher(getenv func(string) string) *fetcher {
	f := &fetcher{cache: cacheDir(getenv), timeout: 90 * time.Second, flying: map[string]*fetch{}, failures: map[string]failure{}}
	for _, u := range strings.Fields(getenv("DEBUGINFOD_URLS")) {
		f.urls = append(f.urls, strings.TrimSuffix(u, "/"))
	}
	number := func(name string) (int64, bool) {
		n, err := strconv.ParseInt(getenv(name), 10, 64)
		return max(n, 0), err == nil
	}
	if n, ok := number("DEBUGINFOD_TIMEOUT"); ok {
		f.timeout = seconds(n)
	}
	n, _ := number("DEBUGINFOD_MAXTIME")
	f.maxTime = seconds(n)
	f.maxSize, _ = number("DEBUGINFOD_MAXSIZE")
	return f
}

// seconds is n seconds, a day at most.
func seconds(n int64) time.Duration { return time.Duration(min(n, 24*3600)) * time.Second }

// cacheDir is where the standard client keeps what it fetched.
func cacheDir(getenv func(string) string) string {
	if dir := getenv("DEBUGINFOD_CACHE_PATH"); dir != "" {
		return dir
	}
	home := getenv("HOME")
	if home != "" {
		old := filepath.Join(home, ".debuginfod_client_cache")
		if st, err := os.Stat(old); err == nil && st.IsDir() {
			return old
		}
	}
	if dir := getenv("XDG_CACHE_HOME"); dir != "" {
		return filepath.Join(dir, "debuginfod_client")
	}
	if home == "" {
		return ""
	}
	return filepath.Join(home, ".cache", "debuginfod_client")
}

// path is where a file is in the cache: ID/debuginfo, ID/executable, ID/source##usr##x.c,
// empty if it cannot be there.
func (f *fetcher) path(id, what string) string {
	const shortestID, longestID = 16, 128 // digits; those of 64-bit hashes and of SHA-512
	if f.cache == "" || len(id) < shortestID || len(id) > longestID || strings.Trim(id, "0123456789abcdef") != "" {
		return ""
	}
	name := strings.ReplaceAll(what, "/", "##") // as the standard client escapes it
	if name == "" || len(name) > 255 || strings.ContainsRune(name, 0) {
		return ""
	}
	return filepath.Join(f.cache, id, name)
}

// find says where a file is. If it is not there it may come later (wait), or the
// steps say why it does not.
func (f *fetcher) find(id, what string) (path string, wait *fetch, steps []SearchStep) {
	path = f.path(id, what)
	if path == "" {
		return "", nil, nil
	}
	st, err := os.Stat(path)
	if err == nil && st.Size() > 0 {
		return path, nil, nil
	}
	if len(f.urls) == 0 {
		return "", nil, nil
	}
	if steps = f.failed(path); steps != nil {
		return "", nil, steps
	}
	if err == nil && time.Since(st.ModTime()) < f.missLife() {
		return "", nil, []SearchStep{{path, core.Errorf(core.ErrNotFound, "no server had it %v ago; that is remembered for %v", time.Since(st.ModTime()).Round(time.Second), f.missLife())}}
	}
	wait, steps = f.enqueue(id, what, path)
	return "", wait, steps
}

// missLife is how long the standard client remembers that servers do not have a file.
func (f *fetcher) missLife() time.Duration {
	const usual = 600
	b, err := os.ReadFile(filepath.Join(f.cache, "cache_miss_s"))
	if err != nil {
		return seconds(usual)
	}
	n, err := strconv.ParseInt(strings.TrimSpace(string(b)), 10, 64)
	if err != nil || n < 0 {
		n = usual
	}
	return seconds(n)
}

// failed gives what servers said of a file a short while ago, nil if they had it or
// were not asked.
func (f *fetcher) failed(path string) []SearchStep {
	f.mu.Lock()
	defer f.mu.Unlock()
	if last, ok := f.failures[path]; ok && time.Now().Before(last.until) {
		return last.steps
	}
	return nil
}

// enqueue sees to it that a file is fetched.
func (f *fetcher) enqueue(id, what, path string) (*fetch, []SearchStep) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if x := f.flying[path]; x != nil {
		return x, f.waiting(x, "being fetched")
	}
	x := &fetch{id: id, what: what, path: path}
	if len(f.queue) >= maxQueued {
		x.over.Store(true) // whoever asks again tries again
		return x, f.waiting(x, "not fetched yet: too many others are")
	}
	f.flying[path] = x
	f.queue = append(f.queue, x)
	if f.workers < fetchWorkers {
		f.workers++
		go f.work()
	}
	return x, f.waiting(x, "being fetched")
}

func (f *fetcher) waiting(x *fetch, text string) (steps []SearchStep) {
	for _, u := range f.urls {
		steps = append(steps, SearchStep{x.url(u), core.Errorf(core.ErrAgain, "%s", text)})
	}
	return steps
}

// work fetches until there is nothing more to fetch.
func (f *fetcher) work() {
	for {
		f.mu.Lock()
		if len(f.queue) == 0 {
			f.workers--
			f.mu.Unlock()
			return
		}
		x := f.queue[0]
		f.queue = f.queue[1:]
		f.mu.Unlock()
		f.end(x, f.download(x))
	}
}

// end records what came of a fetch; no steps: it is there.
func (f *fetcher) end(x *fetch, steps []SearchStep) {
	f.mu.Lock()
	delete(f.flying, x.path)
	delete(f.failures, x.path)
	if steps != nil {
		if len(f.failures) >= maxFailures {
			clear(f.failures)
		}
		f.failures[x.path] = failure{steps, time.Now().Add(f.missLife())}
	}
	f.mu.Unlock()
	x.over.Store(true)
	f.generation.Add(1)
}

// fetched takes a file from debuginfod's cache, or sees to it that it will be there.
func (s *searcher) fetched(id, what string, check func(*Image) error) located {
	if s.fetcher == nil {
		return located{}
	}
	path, wait, steps := s.fetcher.find(id, what)
	s.steps = append(s.steps, steps...)
	if wait != nil {
		s.awaits = append(s.awaits, wait)
	}
	if path == "" {
		return located{}
	}
	return s.try("", path, check)
}

// Source finds the text of a source file of the program with a build id, whose path
// is as debug info has it, in the cache of debuginfod. ErrAgain: it is being fetched.
// ErrNotFound: no server has it, or there is none.
func (l *Library) Source(buildID, path string) (file string, err error) {
	return l.fromDebuginfod(buildID, fetchSource+path)
}

// Executable finds the program with a build id in the cache of debuginfod; errors as
// those of Source.
func (l *Library) Executable(buildID string) (file string, err error) {
	return l.fromDebuginfod(buildID, fetchExecutable)
}

func (l *Library) fromDebuginfod(id, what string) (file string, err error) {
	file, _, steps := l.fetcher.find(id, what)
	if file != "" {
		return file, nil
	}
	if len(steps) == 0 {
		return "", core.Errorf(core.ErrNotFound, "asking debuginfod for %s: DEBUGINFOD_URLS names no server", what)
	}
	last := steps[len(steps)-1]
	return "", core.Errorf(core.ErrNotFound, "asking %s: %w", last.Path, last.Err)
}
