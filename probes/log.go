package probes

import (
	"fmt"
	"os"
)

// logFile is the log beside a stream: an unlinked file in the temporary
// directory, made when the first record comes. The stream's mutex guards it.
type logFile struct {
	file  *os.File
	size  int64
	limit int64
	full  bool
	err   error // why there is no file; the log stays empty then
}

// fullLine is the log's last line; room for it is kept within the limit.
func fullLine(limit int64) string {
	return fmt.Sprintf("log full at %d bytes: `clear` in ctl empties it, options/log sets the limit\n", limit)
}

func (l *logFile) append(r Record) {
	if l.full || l.err != nil {
		return
	}
	line, _ := r.AppendText(nil)
	last := fullLine(l.limit)
	if l.size+int64(len(line)+len(last)) > l.limit {
		line, l.full = []byte(last), true
		if l.size+int64(len(line)) > l.limit {
			return
		}
	}
	if l.file == nil {
		l.open()
	}
	if l.err == nil {
		var n int
		n, l.err = l.file.WriteAt(line, l.size)
		l.size += int64(n)
	}
}

func (l *logFile) open() {
	if l.file, l.err = os.CreateTemp("", "stackfs-log-"); l.err == nil {
		l.err = os.Remove(l.file.Name())
	}
}

func (l *logFile) clear() error {
	l.size, l.full, l.err = 0, false, nil
	if l.file == nil {
		return nil
	}
	return l.file.Truncate(0)
}
