package syscalls

import "testing"

func TestStraceRealPrograms(t *testing.T) {
	y := newTally()
	for _, argv := range [][]string{
		{"ls", "-la", "/etc"},
		{"bash", "-c", "for i in 1 2 3; do echo $i | cat; done; (sleep 0.1 & wait); kill -0 $$; trap : USR1; kill -USR1 $$; test -e /nope; ulimit -a; umask 077; umask"},
		{"python3", "-c", "import os,socket,subprocess,threading,select,time,tempfile,mmap,fcntl,signal\nsubprocess.run(['true'])\nt=threading.Thread(target=time.sleep,args=(0.01,));t.start();t.join()\ns=socket.socket();s.bind(('127.0.0.1',0));s.listen();c=socket.create_connection(s.getsockname());a,_=s.accept();c.sendall(b'hello\\0world');a.recv(10);select.select([a],[],[],0.01);p=select.poll();p.register(a);p.poll(1);e=select.epoll();e.register(a,1);e.poll(0.01)\nf=tempfile.NamedTemporaryFile();f.write(b'x'*100);f.flush();os.rename(f.name,f.name+'2');os.utime(f.name+'2',(1,2));os.chmod(f.name+'2',0o4711);os.truncate(f.name+'2',7);os.unlink(f.name+'2')\nsignal.setitimer(signal.ITIMER_REAL,100,5)\nsignal.pthread_sigmask(signal.SIG_BLOCK,[10,34])"},
	} {
		here, there := watch(t, argv...)
		for tid, lines := range there {
			y.compare(t, here[tid], lines)
		}
	}
	y.report(t)
}
