package check

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/internal/say"
	"github.com/mcpmock/mcpmock/probes"
	"github.com/tidwall/gjson"
)

// A said is one request of revision 2026-07-28 and all that came because of
// it, over any transport.
type said struct {
	method, id string         // as asked; the id is JSON text, and empty for what has none
	level      bool           // it asked for log messages
	messages   []gjson.Result // in the order in which they came
	words      string         // what came, in a few words
	answer     probes.Answer  // over HTTP
	overHTTP   bool
}

// asked is a said before anything has come.
func asked(body string) *said {
	top := gjson.Parse(body)
	return &said{
		method: top.Get("method").Str, id: top.Get("id").Raw,
		level: top.Get("params._meta." + gjson.Escape(mcp.MetaLogLevel)).Exists(),
	}
}

// answered is what came over HTTP for a body.
func answered(body string, a probes.Answer) *said {
	s := asked(body)
	s.answer, s.overHTTP, s.words = a, true, inWords(a)
	for _, m := range probes.Messages(a) {
		s.messages = append(s.messages, gjson.ParseBytes(m))
	}
	return s
}

// response is the message that ends it: a result, or an error.
func (s *said) response() gjson.Result {
	for i := len(s.messages) - 1; i >= 0; i-- {
		if m := s.messages[i]; m.Get("result").Exists() || m.Get("error").Exists() {
			return m
		}
	}
	return gjson.Result{}
}

func (s *said) result() gjson.Result { return s.response().Get("result") }

// code is that of the error, or 0.
func (s *said) code() int64 { return s.response().Get("error.code").Int() }

// status reports whether it has that status, where there are statuses.
func (s *said) status(code int) bool { return !s.overHTTP || s.answer.Status == code }

// refused reports whether it is an error of that code, which 400 goes with.
func (s *said) refused(code int64) bool { return s.code() == code && s.status(http.StatusBadRequest) }

// modern reports whether it is a result of revision 2026-07-28.
func (s *said) modern() bool { return s.result().Get("resultType").Type == gjson.String }

// stream reports whether it came as an event stream.
func (s *said) stream() bool {
	return s.overHTTP && strings.HasPrefix(strings.ToLower(s.answer.Header.Get("Content-Type")), "text/event-stream")
}

// metaOf is a member of _meta, whose names have dots and slashes.
func metaOf(v gjson.Result, name string) gjson.Result {
	return v.Get("_meta." + gjson.Escape(name))
}

// saw is what came for a request, as a finding has it.
func saw(what string, s *said) string { return what + ": " + s.words }

// request is a request of a good client, with members of params after _meta.
func request(id, method, members string) string {
	if members != "" {
		members = "," + members
	}
	return fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"method":%q,"params":{%s%s}}`, id, method, probes.Meta, members)
}

// listed are names for people, the first few of them.
func listed(names []string) string {
	const few = 6
	var words []string
	for i, n := range names {
		if i == few {
			words = append(words, fmt.Sprintf("and %d more", len(names)-few))
			break
		}
		words = append(words, say.Short(n, 60))
	}
	return strings.Join(words, ", ")
}
