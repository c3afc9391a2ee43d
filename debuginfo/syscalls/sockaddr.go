package syscalls

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

const (
	afUnix, afInet, afInet6, afNetlink, afPacket = 1, 2, 10, 16, 17 // linux/socket.h

	maxSockaddr = 128 // struct sockaddr_storage, bytes
)

// showSockaddr prints a socket's address; the parameter is its length.
func showSockaddr(s *scope, v uint64, k *kind) string {
	if v == 0 {
		return "NULL"
	}
	size := s.values[k.param]
	if int32(size) < 2 {
		return address(v)
	}
	b, ok := s.bytes(v, int(min(size, maxSockaddr)))
	if !ok {
		return address(v)
	}
	family := binary.LittleEndian.Uint16(b)
	head := "{sa_family=" + s.table.sets["domain"].one(uint64(family))
	rest := quotedRest(b[2:])
	switch {
	case family == afUnix && len(b) > 2:
		rest = "sun_path=" + unixPath(b[2:])
	case family == afInet && len(b) >= 16:
		rest = "sin_port=" + port(b[2:]) + ", sin_addr=" + inet4(b[4:])
	case family == afInet6 && len(b) >= 24:
		rest = inet6(b)
	case family == afNetlink && len(b) >= 12:
		rest = fmt.Sprintf("nl_pid=%d, nl_groups=%s", int32(little(b[4:8])), groups(little(b[8:12])))
		if pad := little(b[2:4]); pad != 0 {
			rest = "nl_pad=" + hex(pad) + ", " + rest
		}
	case family == afPacket && len(b) >= 20:
		rest = packetAddress(s.table, b)
	case len(b) == 2:
		return head + "}"
	}
	return head + ", " + rest + "}"
}

func quotedRest(b []byte) string { return "sa_data=" + quote(b) }

// unixPath prints sun_path: a leading NUL is an abstract name (unix(7)).
func unixPath(b []byte) string {
	if b[0] == 0 && len(b) > 1 {
		return "@" + quote(b[1:])
	}
	text, _, _ := strings.Cut(string(b), "\x00")
	return quote([]byte(text))
}

func port(b []byte) string {
	return "htons(" + strconv.Itoa(int(binary.BigEndian.Uint16(b))) + ")"
}

func inet4(b []byte) string {
	return `inet_addr("` + netip.AddrFrom4([4]byte(b)).String() + `")`
}

func inet6(b []byte) string {
	text := fmt.Sprintf("sin6_port=%s, sin6_flowinfo=htonl(%d), inet_pton(AF_INET6, %q, &sin6_addr)",
		port(b[2:]), binary.BigEndian.Uint32(b[4:]), inet6Text(b[8:24]))
	if len(b) < 28 {
		return text
	}
	scope := little(b[24:28])
	return text + ", sin6_scope_id=" + strconv.FormatUint(scope, 10)
}

// inet6Text is the address as inet_ntop(3) has it: unlike netip's, the last four
// bytes are in decimals when all before them are zero.
func inet6Text(b []byte) string {
	addr := netip.AddrFrom16([16]byte(b))
	low := binary.BigEndian.Uint32(b[12:])
	if low > 0xffff && addr.Compare(netip.AddrFrom16([16]byte{10: 1})) < 0 && !addr.Is4In6() {
		return "::" + netip.AddrFrom4([4]byte(b[12:])).String()
	}
	return addr.String()
}

// groups is C's %#08x.
func groups(v uint64) string {
	if v == 0 {
		return "00000000"
	}
	return fmt.Sprintf("0x%06x", v)
}

// packetAddress prints a struct sockaddr_ll (packet(7)).
func packetAddress(t *table, b []byte) string {
	halen := int(b[11])
	var bytes []string
	for _, c := range b[12:min(len(b), 12+min(halen, 8))] {
		bytes = append(bytes, fmt.Sprintf("%#x", c))
	}
	kinds := [...]string{"PACKET_HOST", "PACKET_BROADCAST", "PACKET_MULTICAST", "PACKET_OTHERHOST", "PACKET_OUTGOING", "PACKET_LOOPBACK", "PACKET_USER", "PACKET_KERNEL"}
	kind := hex(uint64(b[10])) + " /* PACKET_??? */"
	if int(b[10]) < len(kinds) {
		kind = kinds[b[10]]
	}
	text := fmt.Sprintf("sll_protocol=htons(%s), sll_ifindex=%d, sll_hatype=%s, sll_pkttype=%s, sll_halen=%d",
		t.sets["packetproto"].one(uint64(binary.BigEndian.Uint16(b[2:]))), int32(little(b[4:8])),
		t.sets["arphrd"].one(little(b[8:10])), kind, halen)
	if len(bytes) > 0 {
		text += ", sll_addr=[" + strings.Join(bytes, ", ") + "]"
	}
	return text
}

// showProtocol prints socket(2)'s protocol, whose names depend on the domain.
func showProtocol(s *scope, v uint64, k *kind) string {
	sets := map[uint64]string{
		afInet: "ipproto", afInet6: "ipproto", afNetlink: "netlink",
		23: "irdaproto", 29: "canproto", 31: "btproto", 34: "isdnproto", 35: "phonetproto", 37: "caifproto", 39: "nfcproto", 41: "kcmproto", // linux/socket.h
	}
	if name, ok := sets[s.values["domain"]]; ok {
		return s.table.sets[name].one(v)
	}
	if s.values["domain"] == afPacket {
		return "htons(" + s.table.sets["packetproto"].one(v>>8&0xff|v&0xff<<8) + ")"
	}
	return showUint(s, v, k)
}

func showIPv4(_ *scope, v uint64, _ *kind) string {
	return inet4(binary.LittleEndian.AppendUint32(nil, uint32(v)))
}

// showSocketOption prints the name of an option of the level before it.
func showSocketOption(s *scope, v uint64, _ *kind) string {
	level := s.table.sets["level"].byValue[s.values["level"]]
	if set := s.table.sets[level]; set != nil {
		return set.one(v)
	}
	return strconv.Itoa(int(int32(v)))
}

// showControl prints the control messages of a struct msghdr (cmsg(3)).
func showControl(s *scope, v uint64, k *kind) string {
	size := s.values[k.param]
	if size == 0 {
		return ""
	}
	if v == 0 {
		return "NULL"
	}
	const header, maxControl = 16, 4096
	b, ok := s.bytes(v, int(min(size, maxControl)))
	if !ok || size < header {
		return address(v)
	}
	var parts []string
	for at := 0; at+header <= len(b) && len(parts) < textLimit; {
		n := little(b[at : at+8])
		room := min(n, uint64(len(b)-at))
		parts = append(parts, controlMessage(s.table, b[at:at+header], b[at+header:max(at+header, at+int(room))]))
		if n < header || n > uint64(len(b)-at) {
			break
		}
		at += int(n+7) &^ 7
		if at < int(size) && at+header > int(size) {
			parts = append(parts, "... /* "+address(v+uint64(at))+" */")
		}
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

func controlMessage(t *table, head, data []byte) string {
	const socketLevel, rights, credentials = 1, 1, 2
	level, kind := little(head[8:12]), little(head[12:16])
	text := fmt.Sprintf("{cmsg_len=%d, cmsg_level=%s, cmsg_type=", little(head[:8]), t.sets["level"].one(level))
	if level != socketLevel {
		return text + hex(kind) + controlBytes(data) + "}"
	}
	text += t.sets["scm"].one(kind)
	switch {
	case kind == rights && len(data) >= 4:
		var fds []string
		for ; len(data) >= 4; data = data[4:] {
			fds = append(fds, strconv.Itoa(int(int32(little(data[:4])))))
		}
		return text + ", cmsg_data=[" + strings.Join(fds, ", ") + "]}"
	case kind == credentials && len(data) >= 12:
		return text + fmt.Sprintf(", cmsg_data={pid=%d, uid=%d, gid=%d}}", int32(little(data[:4])), little(data[4:8]), little(data[8:12]))
	}
	return text + controlBytes(data) + "}"
}

func controlBytes(data []byte) string {
	if len(data) == 0 {
		return ""
	}
	if len(data) > textLimit {
		return ", cmsg_data=" + quote(data[:textLimit]) + "..."
	}
	return ", cmsg_data=" + quote(data)
}

// showPairProtocol prints socketpair(2)'s protocol: few domains have pairs.
func showPairProtocol(s *scope, v uint64, k *kind) string {
	switch s.values["domain"] {
	case afInet, afInet6, afNetlink:
		return showProtocol(s, v, k)
	}
	return showUint(s, v, k)
}
