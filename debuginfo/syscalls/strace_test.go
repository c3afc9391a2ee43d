package syscalls

import "testing"

const pythonProgram = `
import os, socket, subprocess, threading, select, time, tempfile, mmap, fcntl, signal
subprocess.run(['true'])
t = threading.Thread(target=time.sleep, args=(0.01,)); t.start(); t.join()
f = tempfile.NamedTemporaryFile(delete=False); f.write(b'x' * 100); f.flush()
fcntl.lockf(f, fcntl.LOCK_EX, 10, 5); fcntl.flock(f, fcntl.LOCK_SH | fcntl.LOCK_NB)
m = mmap.mmap(f.fileno(), 100); m.madvise(mmap.MADV_SEQUENTIAL); m.flush(); m.close()
n = f.name; os.rename(n, n + '2'); os.utime(n + '2', (1, 2)); os.chmod(n + '2', 0o4711); os.truncate(n + '2', 7)
os.symlink('target', n); os.readlink(n); os.setxattr(n + '2', 'user.a', b'value'); os.unlink(n); os.unlink(n + '2')
signal.setitimer(signal.ITIMER_REAL, 100, 5); signal.pthread_sigmask(signal.SIG_BLOCK, [10, 34])
os.sched_setaffinity(0, os.sched_getaffinity(0)); os.getpriority(os.PRIO_PROCESS, 0); os.getrandom(4, os.GRND_NONBLOCK)
fd = os.memfd_create('m', os.MFD_ALLOW_SEALING); os.posix_fallocate(fd, 0, 4096); os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
os.pwritev(fd, [b'ab', b'cd'], 3); os.sendfile(fd, os.open('/etc/passwd', os.O_RDONLY), 0, 10); os.pidfd_open(os.getpid())
pid = os.fork()
if pid == 0: os._exit(3)
os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT); os.waitpid(pid, 0)
import resource; resource.setrlimit(resource.RLIMIT_CORE, (0, resource.RLIM_INFINITY)); resource.getrusage(resource.RUSAGE_SELF)
`

const bashProgram = `for i in 1 2 3; do echo $i | cat; done; (sleep 0.1 & wait); kill -0 $$; trap : USR1; kill -USR1 $$
test -e /nope; ulimit -a; umask 077; umask; cat < /etc/passwd > /dev/null; read -t 0.01 x < /dev/zero; stty -a < /dev/tty`

// TestStraceRealPrograms runs real programs, whose calls are executed.
func TestStraceRealPrograms(t *testing.T) {
	y := newTally()
	for _, argv := range [][]string{
		{"ls", "-la", "/etc"},
		{"bash", "-c", bashProgram},
		{"python3", "-c", pythonProgram},
		{"find", "/etc/apt", "-newer", "/etc/passwd"},
		{"tar", "cf", "out.tar", "/etc/apt"},
		{compileC(t, "network")},
	} {
		here, there := watch(t, argv...)
		for tid, lines := range there {
			y.compare(t, here[tid], lines)
		}
	}
	y.report(t)
}
