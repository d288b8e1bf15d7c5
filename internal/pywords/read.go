package pywords

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"
)

// Read makes a message of a body as pydantic does, by the first model that
// takes it, and spells it so that any reader has the same of it: of two
// members of one name the last, nothing beside what the model has, no params
// where they are null, and an id of the type that the model has. A byte order mark
// before the body is passed over where marked is set, as by json and not by
// jiter. It is nil where the body is no JSON object, or no model takes it.
func (u *Union) Read(body []byte, marked bool) []byte {
	if marked {
		body = bytes.TrimPrefix(body, []byte("\ufeff"))
	}
	if !gjson.ValidBytes(body) {
		return nil
	}
	v := gjson.ParseBytes(body)
	for _, m := range u.Models {
		if v.IsObject() && len(m.check(v)) == 0 {
			return m.spell(v)
		}
	}
	return nil
}

// spell writes what the model has of an object that it takes.
func (m Model) spell(v gjson.Result) []byte {
	var parts []string
	for _, name := range m.Fields {
		field, ok := member(v, name)
		raw := field.Raw
		switch {
		case !ok, name == "params" && field.Type == gjson.Null:
			continue
		case name == "id":
			raw = m.spellID(field)
		}
		parts = append(parts, strconv.Quote(name)+":"+raw)
	}
	return []byte("{" + strings.Join(parts, ",") + "}")
}

// spellID writes an id as the first type has it that takes it.
func (m Model) spellID(v gjson.Result) string {
	if v.Type == gjson.String {
		var b bytes.Buffer
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false)
		_ = e.Encode(v.Str) // a text can be encoded
		return strings.TrimSuffix(b.String(), "\n")
	}
	switch typeOf(v) {
	case "float":
		return strconv.FormatFloat(v.Num, 'f', 0, 64)
	case "bool":
		if v.Bool() {
			return "1"
		}
		return "0"
	}
	if v.Raw == "-0" { // an integer has no sign of nothing
		return "0"
	}
	return v.Raw
}
