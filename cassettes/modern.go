package cassettes

import (
	"bytes"
	"slices"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/tidwall/gjson"
)

// A request of the modern era stands alone: it says in its _meta which version
// it speaks and who asks, and no session holds it (2026-07-28 basic, "_meta").
// What it says there is also how a request is known that no server should
// answer: it lacks what it must have, or contradicts its own header. The error
// that it got is not for a request with the same params that is whole, so it
// is a refusal whatever its code.

// An asked is what a request shows of its era.
type asked struct {
	modern  bool
	named   bool   // its _meta names the version
	flawed  bool   // its metadata are such that a server must turn it away
	foreign bool   // the modern revisions have no such method
	logs    bool   // it asks for log messages
	client  string // who asks, as the _meta of a modern one says it
}

// metadata are the members of a request's _meta that the modern era defines.
type metadata struct{ version, client, capabilities, level gjson.Result }

// metadataOf reads the metadata of a request. Its texts lie in params.
func metadataOf(params []byte) (m metadata) {
	if !bytes.Contains(params, []byte("modelcontextprotocol")) && !bytes.Contains(params, []byte(`\u`)) {
		return m
	}
	gjson.Get(jsonrpc.String(params), "_meta").ForEach(func(key, v gjson.Result) bool {
		switch key.Str {
		case mcp.MetaVersion:
			m.version = v
		case mcp.MetaClientInfo:
			m.client = v
		case mcp.MetaCapabilities:
			m.capabilities = v
		case mcp.MetaLogLevel:
			m.level = v
		}
		return true
	})
	return m
}

// broken reports whether the metadata alone are reason to refuse a request:
// something required is missing or of another type, the version is none of the
// modern ones, or the log level is unknown.
func (m metadata) broken() bool {
	return !mcp.IsModern(m.version.Str) || !m.capabilities.IsObject() ||
		m.client.Exists() && !m.client.IsObject() ||
		m.level.Exists() && !slices.Contains(mcp.LogLevels(), m.level.Str)
}

// ask finds out what a request shows of its era. Over HTTP h is its head, and
// spoken the version that the session it names has agreed upon; on a pipe h is
// nil. A header alone makes a request modern where it names a revision of that
// era, and no session that lives: legacy servers take any, if they look at it at
// all.
func ask(h *HTTP, spoken string, m jsonrpc.Message) asked {
	if m.Kind != jsonrpc.Request {
		return asked{}
	}
	meta := metadataOf(m.Params)
	if m.Method == mcp.Initialize { // with metadata of the era that has none, an error is no answer to one without
		return asked{flawed: meta.version.Exists()}
	}
	a := asked{named: meta.version.Exists(), modern: meta.version.Exists() || m.Method == mcp.Discover || m.Method == mcp.Listen}
	header := ""
	if h != nil {
		header = h.Header.Get(mcp.HeaderProtocolVersion)
		a.modern = a.modern || mcp.IsModern(header) && spoken == ""
	}
	signed := a.modern || namesModern(header, spoken) || meta.capabilities.Exists() || meta.client.Exists()
	a.flawed = signed && (meta.broken() || h != nil && header != meta.version.Str)
	a.foreign = a.modern && !mcp.IsModernRequest(m.Method)
	a.logs = meta.level.Exists()
	if a.modern {
		a.client = meta.client.Raw + " " + meta.capabilities.Raw
	}
	return a
}

// namesModern reports whether a MCP-Protocol-Version header is none of the
// legacy era: neither a revision of it nor what the session has agreed upon,
// which need not be a revision at all.
func namesModern(header, spoken string) bool {
	return header != "" && header != spoken && !mcp.IsLegacy(header)
}

// refused reports whether an answer to the request is one that is no answer to
// another with the same params: the codes of the revision for requests that it
// turns away, any error where the request was flawed, and the word that there
// is no such method in the revision at all.
func (a asked) refused(m jsonrpc.Message) bool {
	if m.Error == nil {
		return false
	}
	switch gjson.GetBytes(m.Error, "code").Int() {
	case mcp.HeaderMismatch, mcp.MissingCapability, mcp.UnsupportedVersion:
		return true
	case mcp.MethodNotFound:
		return a.foreign || a.flawed
	}
	return a.flawed
}

// plain reports whether an answer needs no look inside to know that it is no
// refusal.
func (a asked) plain(answer []byte) bool {
	return !a.modern && !a.flawed && !bytes.Contains(answer, []byte("-3202"))
}

// askedOf finds out what a POST shows of its era. One to a session of HTTP+SSE
// is of the legacy era, whatever it says.
func (b *indexer) askedOf(e *Event) asked {
	raw := e.Message
	if len(e.Messages) > 0 {
		raw = e.Messages[0]
	}
	header := e.HTTP.Header.Get(mcp.HeaderProtocolVersion)
	if raw == nil || header == "" || mcp.IsLegacy(header) {
		if !bytes.Contains(raw, []byte("modelcontextprotocol")) && !bytes.Contains(raw, []byte("discover")) && !bytes.Contains(raw, []byte("listen")) && !bytes.Contains(raw, []byte(`\u`)) {
			return asked{}
		}
	}
	spoken := ""
	if s, ok := b.known(e.HTTP); ok {
		if b.ix.Sessions[s].Piped {
			return asked{}
		}
		spoken = b.ix.Sessions[s].Version
	}
	m := jsonrpc.One(raw)
	if m.Kind == jsonrpc.Notification {
		return asked{modern: mcp.IsModern(header) && spoken == ""}
	}
	return ask(e.HTTP, spoken, m)
}

// subscription returns the JSON text of the id of the subscriptions/listen
// that a message of the server belongs to, or nil
// (2026-07-28 basic/patterns/subscriptions, "Receiving Notifications").
func subscription(params []byte) []byte {
	if !jsonrpc.HasMeta(params) {
		return nil
	}
	var id []byte
	gjson.Get(jsonrpc.String(params), "_meta").ForEach(func(key, v gjson.Result) bool {
		if key.Str == mcp.MetaSubscriptionID {
			id = jsonrpc.Bytes(v.Raw)
		}
		return id == nil
	})
	return id
}

// doubt remembers an error that was the answer to a request without a sign of
// the modern era: where the server has no other era, that is why.
func (b *indexer) doubt(x int32, a asked, m jsonrpc.Message) {
	if !a.modern && m.Error != nil && b.ix.Sessions[b.ix.exchanges[x].session].Initialize < 0 {
		b.doubtful = append(b.doubtful, x)
	}
}

// evidence takes in an answer as evidence of what its server speaks.
func (b *indexer) evidence(x int32, a asked, m jsonrpc.Message) {
	if !a.modern || b.ix.exchanges[x].flags&Refused != 0 {
		return
	}
	versions := gjson.GetBytes(m.Result, "supportedVersions")
	switch {
	case m.Error != nil:
		b.objected = true
	case !versions.IsArray() && !a.named && !gjson.GetBytes(m.Result, "resultType").Exists():
		b.ix.exchanges[x].flags &^= Modern // the server took no notice
	case !versions.IsArray() || slices.ContainsFunc(versions.Array(), func(v gjson.Result) bool { return mcp.IsModern(v.Str) }):
		b.ix.modern = true
	}
}

// settleEras settles at the end of the walk which eras the tape has.
func (b *indexer) settleEras() {
	ix := b.ix
	for _, x := range b.doubtful {
		if ref := &ix.exchanges[x]; ix.modern && !ix.begun(int(ref.session)) {
			ref.flags |= Refused
		}
	}
	ix.legacy = slices.ContainsFunc(ix.exchanges, func(ref exchangeRef) bool {
		return ref.flags&(Modern|Refused|Answered) == Answered
	})
	ix.modern = ix.modern || b.objected && !ix.legacy
}

// begun reports whether a session has an initialize that was answered.
func (ix *Index) begun(session int) bool {
	x := ix.Sessions[session].Initialize
	return x >= 0 && ix.exchanges[x].flags&(Answered|Refused) == Answered
}
