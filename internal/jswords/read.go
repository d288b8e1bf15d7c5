// Package jswords has what servers in JavaScript make of a body, and what
// their libraries say of one that they do not take: V8 of Node 20, whose JSON
// has words of its own, and zod, which holds a message against each kind that
// there is. Messages are read by zod 3 and zod 4; the words are those of zod 3,
// for no server is known that shows a client those of zod 4.
//
//	jswords.JSON([]byte("not json")) // Unexpected token 'o', "not json" is not valid JSON
//	jswords.Zod([]byte(`{"id":1.5}`)) // what zod 3 has to say of it, as JSON
//
// The work grows with the length of a body, whatever is in it, and what zod
// says is bounded.
//
// What this does not do: of a message it validates the envelope, and of params
// and results no more than _meta and its progress token.
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
// any reader has the same of them: without a byte order mark, of two members of
// one name the last, and numbers as JavaScript writes them. The first that is
// none to that schema is nil, and the last of messages: the schema is strict,
// there are no other members, and a result is an object. It returns no messages
// where the body is no JSON.
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
		read := message(m, schema)
		messages = append(messages, read)
		return read != nil
	})
	return messages, true
}

// unmarked takes the byte order mark off.
func unmarked(body []byte) []byte { return bytes.TrimPrefix(body, []byte("\ufeff")) }

// message spells one message; nil is none.
func message(m gjson.Result, schema Schema) []byte {
	if strange(m) || zod(m) != nil {
		return nil
	}
	out := []byte{'{'}
	for _, member := range membersOf(m).list {
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

// strange reports whether a value has a member that no message has. It spares
// the issues that zod would make of that, one for each member.
func strange(m gjson.Result) (found bool) {
	if !m.IsObject() {
		return true
	}
	m.ForEach(func(key, _ gjson.Result) bool {
		switch key.Str {
		case "jsonrpc", "id", "method", "params", "result", "error":
		default:
			found = true
		}
		return !found
	})
	return found
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

// members are those of an object in the order of JavaScript: where one comes
// twice, the last value in the place of the first.
type members struct {
	list []member
	at   map[string]int
}

// membersOf finds the members of an object.
func membersOf(object gjson.Result) members {
	all := members{at: map[string]int{}}
	object.ForEach(func(key, value gjson.Result) bool {
		if i, twice := all.at[key.Str]; twice {
			all.list[i].value = value
			return true
		}
		all.at[key.Str] = len(all.list)
		all.list = append(all.list, member{key.Str, value})
		return true
	})
	return all
}

// value returns the value of a member, which does not exist where there is
// none of that name.
func (all members) value(name string) gjson.Result {
	if i, ok := all.at[name]; ok {
		return all.list[i].value
	}
	return gjson.Result{}
}
