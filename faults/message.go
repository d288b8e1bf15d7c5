package faults

import (
	"bytes"
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/scenarios"
	"github.com/tidwall/gjson"
	"github.com/tidwall/sjson"
)

// Message makes of a message of the server what an action says: the messages
// that are sent in its place. Only a response is edited, but for Replace, and
// for the id of a subscription in its notifications. A
// message that an edit does not fit is left as it is. Of a batch each member is
// edited, and what comes of them all is a batch again, or nothing.
func Message(do *scenarios.Action, message []byte) [][]byte { return Apart(nil).Message(do, message) }

// Apart is what is done to the answers of some requests of a batch alone, by the
// ids of these as JSON.
type Apart map[string]Edit

// An Edit is what is done to one answer.
type Edit struct {
	Do    *scenarios.Action // with what is done to all of them; of Send what is its own
	Token []byte            // the progress token of the request, as JSON
	Text  []byte            // stands in place of the server's answer; nil is that
}

// Message is the function of that name, but for the answers that are edited
// alone: do is what is done to the others.
func (a Apart) Message(do *scenarios.Action, message []byte) [][]byte {
	batch, err := jsonrpc.Parse(message)
	if err != nil {
		return one(do, message)
	}
	var all [][]byte
	for _, m := range batch.Messages {
		how, text := do, message
		if batch.Array {
			text = m.Raw
		}
		if e, ok := a[string(m.ID)]; ok && m.Kind == jsonrpc.Response {
			if how = e.Do; e.Text != nil {
				text = e.Text
			}
		}
		all = append(all, one(how, text)...)
	}
	if len(all) == 0 || !batch.Array {
		return all
	}
	return [][]byte{slices.Concat([]byte{'['}, bytes.Join(all, []byte{','}), []byte{']'})}
}

// Sent returns the messages that come beside those answers of a message which
// are edited alone, at that place: before, after or instead.
func (a Apart) Sent(message []byte, at string, each func(s *scenarios.Sent, text []byte)) {
	if len(a) == 0 {
		return
	}
	batch, _ := jsonrpc.Parse(message)
	for _, m := range batch.Messages {
		if m.Kind != jsonrpc.Response {
			continue
		}
		e := a[string(m.ID)]
		if e.Do == nil {
			continue
		}
		for i := range e.Do.Send {
			s := &e.Do.Send[i]
			if text := Sent(s, m.ID, e.Token); text != nil && place(s) == at {
				each(s, text)
			}
		}
	}
}

// sends reports whether something comes beside one of the answers.
func (a Apart) sends() bool {
	for _, e := range a {
		if e.Do.Send != nil {
			return true
		}
	}
	return false
}

// place is where a message beside an answer comes.
func place(s *scenarios.Sent) string { return cmp.Or(s.At, "before") }

func one(do *scenarios.Action, message []byte) [][]byte {
	if jsonrpc.One(message).Kind == jsonrpc.Response {
		if do.Withhold {
			return nil
		}
		message = edited(do, message)
	} else {
		message = ided(do, message, subscription)
	}
	message = replaced(do.Replace, message)
	if do.Duplicate && jsonrpc.One(message).Kind != jsonrpc.Notification {
		return [][]byte{message, message}
	}
	return [][]byte{message}
}

// edited applies the edits of one message in the order in which an Action
// lists them.
func edited(do *scenarios.Action, m []byte) []byte {
	for _, e := range do.Set {
		if at, ok := path(m, e.Pointer); ok {
			if out, err := sjson.SetRawBytes(m, at, e.Value); err == nil {
				m = out
			}
		}
	}
	for _, pointer := range do.Remove {
		if at, ok := path(m, pointer); ok {
			if out, err := sjson.DeleteBytes(m, at); err == nil {
				m = out
			}
		}
	}
	m = ided(do, ided(do, m, "id"), subscriptionOfResult)
	if do.Inject != "" {
		m = injected(m, do.Inject)
	}
	if do.Pad > 0 {
		if i := bytes.IndexByte(m, '{'); i >= 0 {
			m = bytes.Join([][]byte{m[:i+1], bytes.Repeat([]byte{' '}, do.Pad), m[i+1:]}, nil)
		}
	}
	if do.Wrap {
		m = bytes.Join([][]byte{{'['}, m, {']'}}, nil)
	}
	return m
}

// Where the messages of a subscription name the request that opened it
// (2026-07-28 basic/patterns/subscriptions, "Receiving Notifications").
const (
	subscription         = `params._meta.io\.modelcontextprotocol/subscriptionId`
	subscriptionOfResult = `result._meta.io\.modelcontextprotocol/subscriptionId`
)

// ided gives a message the id that an action wants at a place where it has one.
// The place "id" is that of every response, whether it has one or not.
func ided(do *scenarios.Action, m []byte, at string) []byte {
	if do.ID == nil && do.IDAs == "" || at != "id" && !gjson.GetBytes(m, at).Exists() {
		return m
	}
	if do.ID != nil {
		m = withID(m, at, do.ID)
	}
	return idAs(m, at, do.IDAs)
}

func withID(m []byte, at string, id []byte) []byte {
	if out, err := sjson.SetRawBytes(m, at, id); err == nil {
		return out
	}
	return m
}

// idAs gives a message its id in another form.
func idAs(m []byte, at, form string) []byte {
	id := gjson.GetBytes(m, at)
	switch form {
	case "null":
		return withID(m, at, []byte("null"))
	case "absent":
		if out, err := sjson.DeleteBytes(m, at); err == nil {
			return out
		}
	case "string":
		if id.Type == gjson.Number {
			return withID(m, at, []byte(`"`+id.Raw+`"`))
		}
	case "number":
		if id.Type == gjson.String {
			if n, err := strconv.ParseInt(id.Str, 10, 64); err == nil {
				return withID(m, at, strconv.AppendInt(nil, n, 10))
			}
			return withID(m, at, []byte("0"))
		}
	}
	return m
}

// injected puts raw text at the beginning of the first text of the result: of
// the first content that has one, else of the first string that there is.
func injected(m []byte, text string) []byte {
	at := gjson.GetBytes(m, "result.content.#(type==\"text\").text")
	if at.Index == 0 {
		at = firstString(gjson.GetBytes(m, "result"))
	}
	if at.Index == 0 || at.Type != gjson.String {
		return m
	}
	i := at.Index + 1 // after the opening quote
	return bytes.Join([][]byte{m[:i], []byte(text), m[i:]}, nil)
}

// firstString finds a string within a value; its Index is that in the message.
func firstString(v gjson.Result) (found gjson.Result) {
	v.ForEach(func(_, member gjson.Result) bool {
		switch {
		case member.Type == gjson.String:
			found = member
		case member.IsObject() || member.IsArray():
			found = firstString(member)
		}
		return found.Index == 0
	})
	return found
}

func replaced(texts map[string]string, m []byte) []byte {
	for _, from := range slices.Sorted(maps.Keys(texts)) {
		m = bytes.ReplaceAll(m, []byte(from), []byte(texts[from]))
	}
	return m
}

// path makes of a JSON Pointer the path that sjson takes into this message: a
// number is the index of an array, but a key of an object. It says false where
// there can be no such place: within a value that has no members, and by a name
// within an array.
func path(m []byte, pointer string) (string, bool) {
	var b strings.Builder
	at := gjson.ParseBytes(m)
	for _, token := range strings.Split(strings.TrimPrefix(pointer, "/"), "/") {
		token = strings.ReplaceAll(strings.ReplaceAll(token, "~1", "/"), "~0", "~")
		if b.Len() > 0 {
			b.WriteByte('.')
		}
		n, err := strconv.Atoi(token)
		switch {
		case at.Exists() && !at.IsObject() && !at.IsArray(), at.IsArray() && token != "-" && (err != nil || n < 0 || n > maxIndex):
			return "", false
		case err == nil && !at.IsArray():
			b.WriteByte(':')
		}
		for _, r := range token {
			if strings.ContainsRune(`.*?|#@!{}[]()<>=%"\:`, r) {
				b.WriteByte('\\')
			}
			b.WriteRune(r)
		}
		if at.IsArray() && token == "-" {
			return strings.TrimSuffix(b.String(), "-") + "-1", true
		}
		at = at.Get(gjson.Escape(token))
	}
	return b.String(), true
}

// maxIndex bounds what an edit may make of an array: it is filled up to there.
const maxIndex = 10_000

// Sent fills in what a message beside the answer says of the request: its id
// and its progress token, as JSON. It returns nil, for no message, where that
// names the token and the request has none.
func Sent(s *scenarios.Sent, id, token []byte) []byte {
	m := []byte(s.Message)
	if token == nil && bytes.Contains(m, []byte("{{token}}")) {
		return nil
	}
	m = fill(m, "{{id}}", id)
	return fill(m, "{{token}}", token)
}

// fill puts a JSON value in the place of a name in double braces: where the
// name is a whole string, in place of that, else as text.
func fill(m []byte, name string, value []byte) []byte {
	if value == nil {
		value = []byte("null")
	}
	m = bytes.ReplaceAll(m, []byte(`"`+name+`"`), value)
	text := value
	var s string
	if json.Unmarshal(value, &s) == nil {
		quoted, _ := json.Marshal(s) // a string can be encoded
		text = quoted[1 : len(quoted)-1]
	}
	return bytes.ReplaceAll(m, []byte(name), text)
}
