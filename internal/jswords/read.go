// Package jswords has what servers in JavaScript make of a body, and what
// their libraries say of one that they do not take: V8 of Node 20, whose JSON
// has words of its own, and zod 3, which holds a message against each kind
// that there is.
//
//	jswords.JSON([]byte("not json")) // Unexpected token 'o', "not json" is not valid JSON
//
// What this does not do: it validates no more than the envelope of a message.
package jswords

import (
	"bytes"
	"math"
	"strconv"

	"github.com/tidwall/gjson"
)

// A Schema is what holds a message to be one.
type Schema int

// The schemas of the SDK's generations.
const (
	Zod3 Schema = iota // integers of any size
	Zod4               // those only that a double keeps
)

// Read makes messages of a body as JavaScript does, and spells them so that
// any reader has the same of them: without a byte order mark, of two members of one name
// the last, and numbers as JavaScript writes them. Each of messages is nil
// where it is none to that schema, which is strict: it has no other members,
// and a result is an object. It returns no messages where the body is no JSON.
func Read(body []byte, schema Schema) (messages [][]byte, batch bool) {
	body = unmarked(body)
	if !gjson.ValidBytes(body) {
		return nil, false
	}
	top := gjson.ParseBytes(body)
	if !top.IsArray() {
		return [][]byte{message(top, schema)}, false
	}
	top.ForEach(func(_, m gjson.Result) bool {
		messages = append(messages, message(m, schema))
		return true
	})
	return messages, true
}

// unmarked takes the byte order mark off.
func unmarked(body []byte) []byte { return bytes.TrimPrefix(body, []byte("\ufeff")) }

// message spells one message; nil is none.
func message(m gjson.Result, schema Schema) []byte {
	if zod(m) != nil {
		return nil
	}
	out := []byte{'{'}
	for _, member := range membersOf(m) {
		raw := member.value.Raw
		if member.name == "id" {
			id, ok := spelled(member.value, schema)
			if !ok {
				return nil
			}
			raw = id
		}
		if len(out) > 1 {
			out = append(out, ',')
		}
		out = append(strconv.AppendQuote(out, member.name), ':')
		out = append(out, raw...)
	}
	return append(out, '}')
}

// spelled is an id as JSON.stringify has it, and whether the schema takes it.
func spelled(id gjson.Result, schema Schema) (string, bool) {
	if id.Type == gjson.String {
		return quoted(id.Str), true
	}
	const safe = 1<<53 - 1
	n := id.Num
	if schema == Zod4 && math.Abs(n) > safe {
		return "", false
	}
	if n == 0 {
		return "0", true // and so is -0
	}
	if math.Abs(n) < 1e21 {
		return strconv.FormatFloat(n, 'f', -1, 64), true
	}
	return strconv.FormatFloat(n, 'e', -1, 64), true
}

// A member is one of an object.
type member struct {
	name  string
	value gjson.Result
}

// membersOf lists the members of an object in the order of JavaScript: where
// one comes twice, the last value in the place of the first.
func membersOf(object gjson.Result) (all []member) {
	object.ForEach(func(key, value gjson.Result) bool {
		for i := range all {
			if all[i].name == key.Str {
				all[i].value = value
				return true
			}
		}
		all = append(all, member{key.Str, value})
		return true
	})
	return all
}
