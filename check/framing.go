package check

import (
	"bytes"

	"github.com/mcpmock/mcpmock/internal/say"
	"github.com/mcpmock/mcpmock/internal/sse"
	"github.com/mcpmock/mcpmock/probes"
	"github.com/tidwall/gjson"
)

// framing is about how the event streams are written that had the answers to a
// good client on them. Most of it is right by the rules of event streams, and
// yet more than some clients can read.
func (r *Report) framing(in section, answers []probes.Answer) {
	const wants = "events that every client can read: named message or not at all, the data in one line"
	streams := 0
	for _, a := range answers {
		if mediaOf(a) != "text/event-stream" || len(a.Body) == 0 {
			continue
		}
		streams++
		if odd := oddity(a); odd != nil {
			level, wants := "", wants
			if odd.wants != "" {
				level, wants = "SHOULD", odd.wants
			}
			f := r.find("event-stream", Note, in, level, wants, "%s", odd.saw).because(odd.cause, odd.cure)
			f.known(odd.scenario, "")
			return
		}
	}
	if streams > 0 {
		r.find("event-stream", OK, in, "", wants, "%s", say.Count(streams, "answer"))
	}
}

// oddity is what trips up clients about the event stream of an answer; nil
// where nothing does. What the specification advises against has wants.
func oddity(a probes.Answer) *flaw {
	if bytes.HasPrefix(a.Body, []byte("\xef\xbb\xbf")) {
		return &flaw{"a byte order mark before the first event", "", "clients that do not take it off lose the first field", "leave it out", "sse-bom"}
	}
	if bytes.ContainsRune(a.Body, '\r') && !bytes.ContainsRune(a.Body, '\n') {
		return &flaw{"lines that end in CR alone", "", "some clients know no such lines, others wait for an LF", "end lines in LF", "sse-cr"}
	}
	var s sse.Splitter
	responded := false
	for _, frame := range s.Feed(a.Body) {
		f := sse.Parse(frame)
		if len(f.Data) == 0 {
			continue
		}
		if f.Event != "" && f.Event != "message" && f.Event != "endpoint" {
			return &flaw{"events named " + quoted(f.Event), "", "clients that listen for message never see them", "name them message, or not at all", "sse-custom-event-name"}
		}
		if bytes.ContainsRune(f.Data, '\n') {
			return &flaw{"a message in several data lines", "", "clients that parse each line by itself fail", "write the JSON in one line", "sse-multiline-data"}
		}
		responded = responded || gjson.GetBytes(f.Data, "result").Exists() || gjson.GetBytes(f.Data, "error").Exists()
	}
	if responded && a.Open {
		return &flaw{"a stream that stays open after its response", "a stream that ends with its response", "clients that read to the end wait for ever, and so does whatever stands between", "end the stream with the response", "sse-not-closed-after-response"}
	}
	return nil
}

// unfinished reports whether an event stream ended within an event that has a
// response in it: the blank line is missing that ends it.
func unfinished(a probes.Answer) bool {
	if mediaOf(a) != "text/event-stream" || a.Open {
		return false
	}
	ended := a
	ended.Body = append(bytes.Clone(a.Body), "\n\n"...)
	return !hasResponse(a) && hasResponse(ended)
}

func hasResponse(a probes.Answer) bool {
	for _, m := range probes.Messages(a) {
		if gjson.GetBytes(m, "result").Exists() || gjson.GetBytes(m, "error").Exists() {
			return true
		}
	}
	return false
}
