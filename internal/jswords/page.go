package jswords

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/tidwall/gjson"
)

// maxSaid is how long a text is that is said of a body, in bytes, and how long
// a body of which anything is: what a body of a few KiB nests can make
// megabytes of lines.
const maxSaid = 1 << 20

// A page is what JSON.stringify writes with two blanks. Levels count those.
type page struct{ b strings.Builder }

// full reports whether the page has no room for more.
func (p *page) full() bool { return p.b.Len() > maxSaid }

// text returns what was written, "" where it did not fit.
func (p *page) text() string {
	if p.full() {
		return ""
	}
	return p.b.String()
}

func (p *page) write(text string) {
	if !p.full() {
		p.b.WriteString(text)
	}
}

// line begins a line.
func (p *page) line(level int) {
	p.write("\n")
	for range level {
		p.write("  ")
	}
}

// list writes n items, each on a line of its own, between brackets.
func (p *page) list(brackets string, level, n int, item func(i, level int)) {
	p.write(brackets[:1])
	for i := 0; i < n && !p.full(); i++ {
		if i > 0 {
			p.write(",")
		}
		p.line(level + 1)
		item(i, level+1)
	}
	if n > 0 {
		p.line(level)
	}
	p.write(brackets[1:])
}

// issues writes the issues of one message.
func (p *page) issues(all []issue, level int) {
	p.list("[]", level, len(all), func(i, level int) {
		is := all[i]
		p.list("{}", level, len(is), func(i, level int) {
			p.name(is[i].name)
			p.part(is[i].value, level)
		})
	})
}

func (p *page) name(name string) { p.write(quoted(name) + ": ") }

// part writes the value of a part.
func (p *page) part(value any, level int) {
	switch v := value.(type) {
	case string:
		p.write(quoted(v))
	case []string:
		p.list("[]", level, len(v), func(i, _ int) { p.write(quoted(v[i])) })
	case received:
		p.value(gjson.Parse(string(v)), level)
	case [][]issue:
		p.list("[]", level, len(v), func(i, level int) {
			p.list("{}", level, 2, func(member, level int) {
				if member == 0 {
					p.name("issues")
					p.issues(v[i], level)
					return
				}
				p.name("name")
				p.write(`"ZodError"`)
			})
		})
	}
}

// value writes a value that was received.
func (p *page) value(v gjson.Result, level int) {
	switch {
	case v.IsObject():
		all := membersOf(v).list
		p.list("{}", level, len(all), func(i, level int) {
			p.name(all[i].name)
			p.value(all[i].value, level)
		})
	case v.IsArray():
		all := v.Array()
		p.list("[]", level, len(all), func(i, level int) { p.value(all[i], level) })
	case v.Type == gjson.String:
		p.write(quoted(v.Str))
	default:
		p.write(v.Raw)
	}
}

// quoted spells a text as JSON.stringify does.
func quoted(s string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // a text can be encoded
	return separators.Replace(strings.TrimSuffix(b.String(), "\n"))
}

// separators are what Go escapes and JavaScript does not, and what it puts for
// bytes that are no UTF-8; an escaped backslash before the same letters is none
// of them.
var separators = strings.NewReplacer(`\\`, `\\`, `\u2028`, "\u2028", `\u2029`, "\u2029", `\ufffd`, "\ufffd")
