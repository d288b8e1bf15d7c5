package matching

import (
	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/tidwall/gjson"
)

// Lanes tell whose an exchange is, that each client may draw from its own
// first: of the legacy era its session's, of the modern one, which has no
// sessions, its client's, as that says on every request who it is and what it
// can do. Lanes of sessions are numbered as these, those of clients follow.
type lanes struct {
	sessions int
	session  func(x int) int
	client   []int32          // of each exchange: the number of its client, or -1; nil where no client is on the tape
	numbers  map[Key]int32    // client -> its number
	spoken   map[Key]int32    // what it can do -> the first client that can
	first    []int32          // of each client: its first exchange
	names    map[string]int32 // the first client of a name
}

// add takes in exchange x.
func (l *lanes) add(k *Keys, x int, modern bool, params []byte) {
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
		l.numbers, l.spoken, l.names = map[Key]int32{}, map[Key]int32{}, map[string]int32{}
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
		if name := ClientName(params); name != "" {
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

// LaneOf returns the lane of the modern client that sends such params, and the
// session of its first exchange: its own, else that of one which can do the
// same, else that of its namesake, else the first. It is -1 where the tape has
// no such client.
func (ix *Index) LaneOf(params []byte) (lane, session int) {
	l := &ix.lanes
	if len(l.first) == 0 {
		return -1, 0
	}
	who, can := ix.keys.client(params)
	n, ok := l.numbers[who]
	if !ok {
		n, ok = l.spoken[can]
	}
	if !ok {
		n = l.names[ClientName(params)] // 0 is the first
	}
	return l.sessions + int(n), l.session(int(l.first[n]))
}

// LaneNamed returns the lane of the modern client with that name, or of the
// first, and its session; 0 and 0 where the tape has none.
func (ix *Index) LaneNamed(name string) (lane, session int) {
	l := &ix.lanes
	if len(l.first) == 0 {
		return 0, 0
	}
	n := l.names[name]
	return l.sessions + int(n), l.session(int(l.first[n]))
}

// client returns the keys of who a modern client is, and of what it can do.
func (k *Keys) client(params []byte) (who, can Key) {
	meta := metaOf(params)
	info, capabilities := jsonrpc.Member(meta, mcp.MetaClientInfo).Raw, jsonrpc.Member(meta, mcp.MetaCapabilities).Raw
	return k.ofValues(info, capabilities), k.ofValues(capabilities)
}

// ClientName returns the name that a modern request gives for its client.
func ClientName(params []byte) string {
	return jsonrpc.Member(metaOf(params), mcp.MetaClientInfo).Get("name").Str
}

// speaksModern reports whether a request on a tape is of the modern era.
func speaksModern(method string, params []byte) bool {
	if method == mcp.Discover || method == mcp.Listen {
		return true
	}
	if !jsonrpc.HasMeta(params) {
		return false
	}
	version := jsonrpc.Member(metaOf(params), mcp.MetaVersion)
	return version.Exists() && !mcp.IsLegacy(version.Str)
}

// metaOf returns the _meta of a request, in the request's own memory.
func metaOf(params []byte) gjson.Result { return gjson.Get(jsonrpc.String(params), "_meta") }
