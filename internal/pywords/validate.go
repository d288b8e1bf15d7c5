// Package pywords knows what Python servers quote from the libraries beneath
// them: what the JSON parser of the standard library, jiter and pydantic say
// about a body that is no JSON-RPC message.
//
//	pywords.JSON([]byte(`{`))  // Expecting property name enclosed in double quotes: line 1 column 2 (char 1)
//	pywords.Jiter([]byte(`{`)) // EOF while parsing an object at line 1 column 1
//	union.Validate(body)       // 4 validation errors for JSONRPCMessage...
//
// All of it is computed from the body alone, so it may be called from several
// goroutines.
//
// What this does not do: it decodes nothing, and it knows of pydantic only
// what the models of JSON-RPC need.
package pywords

import (
	"fmt"
	"math"
	"strings"

	"github.com/tidwall/gjson"
)

// A Union is a pydantic union of models, any of which a body may be.
type Union struct {
	Title   string // which the text begins with: JSONRPCMessage
	Version string // of pydantic, as its links have it: 2.11
	Models  []Model
}

// A Model is a class of message.
type Model struct {
	Name   string
	Fields []string // jsonrpc, method, params, id, result, error: in the order of the class
	// ID lists what an id may be, in the order in which it is tried: str, int,
	// lax-int (which takes 1.0 and true, too) and null.
	ID []string
}

// Validate returns what pydantic says is wrong with a body of valid JSON, or
// "" where one of the models takes it.
func (u *Union) Validate(body []byte) string {
	v := gjson.ParseBytes(body)
	var all []mistake
	for _, m := range u.Models {
		found := m.check(v)
		if len(found) == 0 {
			return ""
		}
		all = append(all, found...)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%d validation errors for %s", len(all), u.Title)
	shown := map[string]string{} // most mistakes are about the same value
	for _, e := range all {
		text, ok := shown[e.value.Raw]
		if !ok {
			text = shorten(repr(e.value))
			shown[e.value.Raw] = text
		}
		fmt.Fprintf(&b, "\n%s\n  %s [type=%s, input_value=%s, input_type=%s]\n    For further information visit https://errors.pydantic.dev/%s/v/%s",
			e.at, e.text, e.kind, text, typeOf(e.value), u.Version, e.kind)
	}
	return b.String()
}

// A mistake is one thing that is wrong.
type mistake struct {
	at, text, kind string
	value          gjson.Result
}

func (m Model) check(v gjson.Result) []mistake {
	if !v.IsObject() {
		return []mistake{notA(m.Name, m.Name, v)}
	}
	var all []mistake
	for _, name := range m.Fields {
		field, ok := member(v, name)
		at := m.Name + "." + name
		switch {
		case !ok && name == "params":
		case !ok:
			all = append(all, missing(at, v))
		default:
			all = append(all, m.field(at, name, field)...)
		}
	}
	return all
}

// field checks a member that is there.
func (m Model) field(at, name string, v gjson.Result) []mistake {
	switch {
	case name == "jsonrpc" && (v.Type != gjson.String || v.Str != "2.0"):
		return []mistake{{at, "Input should be '2.0'", "literal_error", v}}
	case name == "method" && v.Type != gjson.String:
		return []mistake{{at, "Input should be a valid string", "string_type", v}}
	case (name == "params" && v.Type != gjson.Null || name == "result") && !v.IsObject():
		return []mistake{{at, "Input should be a valid dictionary", "dict_type", v}}
	case name == "id":
		return m.id(at, v)
	case name == "error":
		return errorData(at, v)
	}
	return nil
}

// id checks an id: one of the types must take it.
func (m Model) id(at string, v gjson.Result) []mistake {
	var all []mistake
	for _, kind := range m.ID {
		switch kind {
		case "null":
			if v.Type == gjson.Null {
				return nil
			}
		case "str":
			if v.Type == gjson.String {
				return nil
			}
			all = append(all, mistake{at + ".str", "Input should be a valid string", "string_type", v})
		case "int":
			if typeOf(v) == "int" {
				return nil
			}
			all = append(all, mistake{at + ".int", "Input should be a valid integer", "int_type", v})
		default: // lax-int
			if wrong, ok := laxInt(at+".int", v); !ok {
				all = append(all, wrong)
			} else {
				return nil
			}
		}
	}
	return all
}

// errorData checks the error of an error response.
func errorData(at string, v gjson.Result) []mistake {
	if !v.IsObject() {
		return []mistake{notA(at, "ErrorData", v)}
	}
	var all []mistake
	if code, ok := member(v, "code"); !ok {
		all = append(all, missing(at+".code", v))
	} else if wrong, ok := laxInt(at+".code", code); !ok {
		all = append(all, wrong)
	}
	if message, ok := member(v, "message"); !ok {
		all = append(all, missing(at+".message", v))
	} else if message.Type != gjson.String {
		all = append(all, mistake{at + ".message", "Input should be a valid string", "string_type", message})
	}
	return all
}

// laxInt takes what can be read as an integer.
func laxInt(at string, v gjson.Result) (mistake, bool) {
	switch typeOf(v) {
	case "int", "bool":
		return mistake{}, true
	case "float":
		if math.IsInf(v.Num, 0) {
			return mistake{at, "Input should be a finite number", "finite_number", v}, false
		}
		if v.Num == float64(int64(v.Num)) {
			return mistake{}, true
		}
		return mistake{at, "Input should be a valid integer, got a number with a fractional part", "int_from_float", v}, false
	case "str":
		if digits := strings.TrimLeft(strings.TrimSpace(v.Str), "+-"); digits != "" && strings.Trim(digits, "0123456789") == "" {
			return mistake{}, true
		}
		return mistake{at, "Input should be a valid integer, unable to parse string as an integer", "int_parsing", v}, false
	}
	return mistake{at, "Input should be a valid integer", "int_type", v}, false
}

func missing(at string, v gjson.Result) mistake { return mistake{at, "Field required", "missing", v} }

func notA(at, model string, v gjson.Result) mistake {
	return mistake{at, "Input should be a valid dictionary or instance of " + model, "model_type", v}
}

// member returns a member of an object: the last of that name, as in Python.
func member(object gjson.Result, name string) (found gjson.Result, ok bool) {
	object.ForEach(func(key, v gjson.Result) bool {
		if key.Str == name {
			found, ok = v, true
		}
		return true
	})
	return found, ok
}
