package syscalls

// netSignatures is sockets.
var netSignatures = map[string]string{
	"socket":      "domain:enum/domain type:flags/sock protocol:protocol",
	"socketpair":  "domain:enum/domain type:flags/sock protocol:pairproto sv:out",
	"connect":     "sockfd:fd addr:sockaddr/addrlen addrlen:int",
	"bind":        "sockfd:fd addr:sockaddr/addrlen addrlen:int",
	"accept":      "sockfd:fd addr:out addrlen:*int",
	"accept4":     "sockfd:fd addr:out addrlen:*int flags:flags/sockflags",
	"getsockname": "sockfd:fd addr:out addrlen:*int",
	"getpeername": "sockfd:fd addr:out addrlen:*int",
	"listen":      "sockfd:fd backlog:int",
	"shutdown":    "sockfd:fd how:enum/shutdown",
	"sendto":      "sockfd:fd buf:data/len len:size flags:flags/msg dest_addr:sockaddr/addrlen addrlen:int",
	"recvfrom":    "sockfd:fd buf:out len:size flags:flags/msg src_addr:out addrlen:*int",
	"sendmsg":     "sockfd:fd msg:*msghdr flags:flags/msg",
	"recvmsg":     "sockfd:fd msg:out flags:flags/msg",
	"sendmmsg":    "sockfd:fd msgvec:[]mmsghdr/vlen vlen:uint flags:flags/msg",
	"recvmmsg":    "sockfd:fd msgvec:out vlen:uint flags:flags/msg timeout:*timespec",
	"getsockopt":  "sockfd:fd level:enum/level optname:sockopt optval:out optlen:*int",
	"setsockopt":  "sockfd:fd level:enum/level optname:sockopt! optval:optval/optlen optlen:int",
}

// sockoptSignatures is the options of setsockopt(2) whose values are no numbers
// (socket(7), ip(7), ipv6(7), packet(7)).
var sockoptSignatures = map[string]string{
	"setsockopt SO_LINGER":              "optval:*linger optlen:int",
	"setsockopt SO_RCVTIMEO_OLD":        "optval:*timeval optlen:int",
	"setsockopt SO_SNDTIMEO_OLD":        "optval:*timeval optlen:int",
	"setsockopt SO_BINDTODEVICE":        "optval:data/optlen optlen:int",
	"setsockopt SO_ATTACH_FILTER":       "optval:filter optlen:int",
	"setsockopt IP_ADD_MEMBERSHIP":      "optval:*ipmreq optlen:int",
	"setsockopt IP_DROP_MEMBERSHIP":     "optval:*ipmreq optlen:int",
	"setsockopt IPV6_ADD_MEMBERSHIP":    "optval:*ipv6mreq optlen:int",
	"setsockopt IPV6_DROP_MEMBERSHIP":   "optval:*ipv6mreq optlen:int",
	"setsockopt PACKET_ADD_MEMBERSHIP":  "optval:*packetmreq optlen:int",
	"setsockopt PACKET_DROP_MEMBERSHIP": "optval:*packetmreq optlen:int",
	"setsockopt PACKET_RX_RING":         "optval:*tpacketreq optlen:int",
	"setsockopt PACKET_TX_RING":         "optval:*tpacketreq optlen:int",
}
