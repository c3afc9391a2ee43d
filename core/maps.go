package core

import (
	"bufio"
	"io"
	"strconv"
	"strings"
)

// mapsColumn is where the kernel starts a mapping's name in a line of
// /proc/PID/maps (fs/proc/task_mmu.c, show_map_vma: 25 + 6 * 8 - 1, then a space).
const mapsColumn = 73

// AppendMaps appends the region as a line of /proc/PID/maps, byte for byte as
// the kernel prints it (fs/proc/task_mmu.c, show_vma_header_prefix).
func (r Region) AppendMaps(b []byte) []byte {
	start := len(b)
	b = appendHex8(b, r.Start)
	b = appendHex8(append(b, '-'), r.End)
	b = append(append(b, ' '), r.Perm.String()...)
	b = appendHex8(append(b, ' '), r.Offset)
	b = append(append(b, ' '), r.Dev...)
	b = strconv.AppendUint(append(b, ' '), r.Inode, 10)
	b = append(b, ' ')
	if r.Path != "" {
		for len(b)-start < mapsColumn {
			b = append(b, ' ')
		}
		b = append(b, r.Path...)
	}
	return append(b, '\n')
}

// FormatMaps gives regions as the text of /proc/PID/maps.
func FormatMaps(regions []Region) []byte {
	var b []byte
	for _, r := range regions {
		b = r.AppendMaps(b)
	}
	return b
}

func appendHex8(b []byte, v uint64) []byte {
	digits := strconv.FormatUint(v, 16)
	for range 8 - len(digits) {
		b = append(b, '0')
	}
	return append(b, digits...)
}

// ParseMaps reads the text of /proc/PID/maps; a line that is not of that form is
// ErrInvalid.
func ParseMaps(text io.Reader) ([]Region, error) {
	var out []Region
	in := bufio.NewReader(text)
	for {
		line, err := in.ReadString('\n')
		if line != "" {
			r, bad := ParseMapsLine(strings.TrimSuffix(line, "\n"))
			if bad != nil {
				return nil, bad
			}
			out = append(out, r)
		}
		if err == io.EOF {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
	}
}

// ParseMapsLine reads one line of /proc/PID/maps, without its newline.
func ParseMapsLine(line string) (Region, error) {
	f := strings.SplitN(line, " ", 6)
	if len(f) < 6 {
		return Region{}, notMaps(line)
	}
	from, to, _ := strings.Cut(f[0], "-")
	perm, e1 := ParsePerm(f[1])
	start, e2 := strconv.ParseUint(from, 16, 64)
	end, e3 := strconv.ParseUint(to, 16, 64)
	offset, e4 := strconv.ParseUint(f[2], 16, 64)
	inode, e5 := strconv.ParseUint(f[4], 10, 64)
	if e1 != nil || e2 != nil || e3 != nil || e4 != nil || e5 != nil || start >= end || !isDevice(f[3]) {
		return Region{}, notMaps(line)
	}
	return Region{start, end, perm, offset, f[3], inode, strings.TrimLeft(f[5], " ")}, nil
}

func notMaps(line string) error {
	return Errorf(ErrInvalid, "parsing %q: not a line of /proc/PID/maps", line)
}

func isDevice(s string) bool {
	major, minor, ok := strings.Cut(s, ":")
	_, e1 := strconv.ParseUint(major, 16, 32)
	_, e2 := strconv.ParseUint(minor, 16, 32)
	return ok && e1 == nil && e2 == nil && len(major) >= 2 && len(minor) >= 2
}
