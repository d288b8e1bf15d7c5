package pywords

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/tidwall/gjson"
)

// typeOf names the Python type that a JSON value becomes.
func typeOf(v gjson.Result) string {
	switch {
	case v.IsObject():
		return "dict"
	case v.IsArray():
		return "list"
	case v.Type == gjson.String:
		return "str"
	case v.IsBool():
		return "bool"
	case v.Type == gjson.Null:
		return "NoneType"
	case strings.ContainsAny(v.Raw, ".eE"):
		return "float"
	}
	return "int"
}

// repr is the value as Python shows it.
func repr(v gjson.Result) string {
	var b strings.Builder
	write(&b, v)
	return b.String()
}

func write(b *strings.Builder, v gjson.Result) {
	switch typeOf(v) {
	case "dict":
		b.WriteByte('{')
		for i, m := range members(v) {
			if i > 0 {
				b.WriteString(", ")
			}
			writeText(b, m.name)
			b.WriteString(": ")
			write(b, m.value)
		}
		b.WriteByte('}')
	case "list":
		b.WriteByte('[')
		first := true
		v.ForEach(func(_, item gjson.Result) bool {
			if !first {
				b.WriteString(", ")
			}
			first = false
			write(b, item)
			return true
		})
		b.WriteByte(']')
	case "str":
		writeText(b, v.Str)
	case "bool":
		b.WriteString(map[bool]string{true: "True", false: "False"}[v.Bool()])
	case "NoneType":
		b.WriteString("None")
	case "float":
		writeFloat(b, v.Num)
	default:
		b.WriteString(v.Raw)
	}
}

type pair struct {
	name  string
	value gjson.Result
}

// members returns those of an object as a dict has them: a name that comes
// twice has its first place and its last value.
func members(v gjson.Result) []pair {
	var all []pair
	at := map[string]int{}
	v.ForEach(func(key, value gjson.Result) bool {
		if i, ok := at[key.Str]; ok {
			all[i].value = value
			return true
		}
		at[key.Str] = len(all)
		all = append(all, pair{key.Str, value})
		return true
	})
	return all
}

// writeFloat writes the shortest digits that mean the number, with an
// exponent where Python has one: below 1e-4, and from 1e16 on.
func writeFloat(b *strings.Builder, f float64) {
	switch size := math.Abs(f); {
	case math.IsInf(f, 0):
		b.WriteString(map[bool]string{true: "-inf", false: "inf"}[f < 0])
	case size != 0 && (size < 1e-4 || size >= 1e16):
		b.WriteString(strconv.FormatFloat(f, 'e', -1, 64))
	default:
		text := strconv.FormatFloat(f, 'f', -1, 64)
		b.WriteString(text)
		if !strings.Contains(text, ".") {
			b.WriteString(".0")
		}
	}
}

// writeText writes a text in single quotes, in double ones where it has
// single ones and no double ones.
func writeText(b *strings.Builder, s string) {
	quote := '\''
	if strings.ContainsRune(s, '\'') && !strings.ContainsRune(s, '"') {
		quote = '"'
	}
	b.WriteRune(quote)
	for _, c := range s {
		switch {
		case c == quote || c == '\\':
			b.WriteRune('\\')
			b.WriteRune(c)
		case c == '\n':
			b.WriteString(`\n`)
		case c == '\r':
			b.WriteString(`\r`)
		case c == '\t':
			b.WriteString(`\t`)
		case c == ' ' || unicode.IsPrint(c):
			b.WriteRune(c)
		case c <= 0xff:
			fmt.Fprintf(b, `\x%02x`, c)
		case c <= 0xffff:
			fmt.Fprintf(b, `\u%04x`, c)
		default:
			fmt.Fprintf(b, `\U%08x`, c)
		}
	}
	b.WriteRune(quote)
}

// shorten cuts the middle out of a long text, as pydantic does: 25 bytes of
// the beginning and 24 of the end are left, and no character is cut in two.
func shorten(s string) string {
	if len(s) <= 50 {
		return s
	}
	head, tail := 25, len(s)-24
	for !utf8.RuneStart(s[head]) {
		head--
	}
	for !utf8.RuneStart(s[tail]) {
		tail++
	}
	return s[:head] + "..." + s[tail:]
}
