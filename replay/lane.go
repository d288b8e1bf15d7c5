package replay

import (
	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
)

// Lanes tell whose an exchange is, that each client may draw from its own
// first: of the legacy era its session's, of the modern one, which has no
// sessions, its client's, as that says on every request who it is and what it
// can do. Lanes of sessions are numbered as these, those of clients follow.
type lanes struct {
	sessions int
	session  func(x int) int
	client   []int32          // of each exchange: the number of its client, or -1; nil where no client is on the tape
	numbers  map[key]int32    // client -> its number
	spoken   map[key]int32    // what it can do -> the first client that can
	first    []int32          // of each client: its first exchange
	names    map[string]int32 // the first client of a name
}

// add takes in exchange x.
func (l *lanes) add(k *keyer, x int, modern bool, params []byte) {
	if !modern {
		if l.client != nil {
			l.client = append(l.client, -1)
		}
		return
	}
	if l.client == nil {
		l.client = make([]int32, x, 2*x+8)
		for i := range l.client {
			l.client[i] = -1
		}
		l.numbers, l.spoken, l.names = map[key]int32{}, map[key]int32{}, map[string]int32{}
	}
	who, can := k.client(params)
	n, ok := l.numbers[who]
	if !ok {
		n = int32(len(l.first))
		l.numbers[who] = n
		l.first = append(l.first, int32(x))
		if _, ok := l.spoken[can]; !ok {
			l.spoken[can] = n
		}
		if name := clientName(params); name != "" {
			if _, ok := l.names[name]; !ok {
				l.names[name] = n
			}
		}
	}
	l.client = append(l.client, n)
}

// settle says what lies beneath the lanes.
func (l *lanes) settle(core *cassettes.Index) {
	l.sessions, l.session = len(core.Sessions), core.Session
}

// of returns the lane of exchange x.
func (l *lanes) of(x int) int {
	if l.client != nil && l.client[x] >= 0 {
		return l.sessions + int(l.client[x])
	}
	return l.session(x)
}

// bind returns the lane of a modern client, and the session of its first
// exchange: its own, else that of one which can do the same, else that of its
// namesake, else the first. It is -1 where the tape has no such client.
func (l *lanes) bind(k *keyer, params []byte) (lane, session int) {
	if len(l.first) == 0 {
		return -1, 0
	}
	who, can := k.client(params)
	n, ok := l.numbers[who]
	if !ok {
		n, ok = l.spoken[can]
	}
	if !ok {
		n = l.names[clientName(params)] // 0 is the first
	}
	return l.sessions + int(n), l.session(int(l.first[n]))
}

// client returns the keys of who a modern client is, and of what it can do.
func (k *keyer) client(params []byte) (who, can key) {
	meta := metaOfParams(params)
	info, capabilities := memberOf(meta, mcp.MetaClientInfo).Raw, memberOf(meta, mcp.MetaCapabilities).Raw
	return k.of(info, capabilities), k.of(capabilities)
}

// of makes a key of JSON values, whatever their spelling.
func (k *keyer) of(values ...string) key {
	var b []byte
	for _, v := range values {
		canonical, err := jsonrpc.Canonical([]byte(v))
		if err != nil {
			canonical = []byte(v)
		}
		b = append(append(b, canonical...), 0)
	}
	return k.hash(b)
}

// clientName returns the name that a modern request gives for its client.
func clientName(params []byte) string {
	return memberOf(metaOfParams(params), mcp.MetaClientInfo).Get("name").Str
}

// speaksModern reports whether a request on a tape is of the modern era.
func speaksModern(method string, params []byte) bool {
	if method == mcp.Discover || method == mcp.Listen {
		return true
	}
	return jsonrpc.HasMeta(params) && !mcp.IsLegacy(memberOf(metaOfParams(params), mcp.MetaVersion).Str) &&
		memberOf(metaOfParams(params), mcp.MetaVersion).Exists()
}
