package gate

import (
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/mcpmock/mcpmock/scenarios"
)

// Field returns a header field as the dialect reads it: of several lines the
// first, or all with commas between; "" where there is none.
func (g *Gate) Field(header http.Header, name string) string {
	lines := header[name]
	if len(lines) == 0 {
		return ""
	}
	how := g.dialect.Lines
	value := lines[0]
	if len(lines) > 1 && (how == "joined" || how == "node" && name != "Content-Type") {
		value = strings.Join(lines, ", ")
	}
	if how != "" {
		value = latin1(value)
	}
	return value
}

// latin1 is a text whose bytes are read as Latin-1, as a client sees it that
// reads the answer as UTF-8.
func latin1(s string) string {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			var runes []rune
			for j := range len(s) {
				runes = append(runes, rune(s[j]))
			}
			return string(runes)
		}
	}
	return s
}

// KnowsHost reports whether a server of the dialect takes a Host of this
// machine for its own.
func (g *Gate) KnowsHost(host string) bool {
	if g.host == "" {
		return true
	}
	name, port := host, false
	if i := strings.LastIndexByte(host, ':'); i >= 0 && !strings.HasSuffix(host, "]") {
		name, port = host[:i], true
	}
	return name == strings.ToLower(name) && (port || g.host != "port")
}

// comes reports whether a client takes a media type, as the accept checks of
// a dialect compare it.
func (q visitor) comes(mediaType string, c *scenarios.Check) bool {
	lines := q.header()["Accept"]
	if q.dialect.Lines == "first" && len(lines) > 1 {
		lines = lines[:1]
	}
	return comes(lines, mediaType, c)
}

func comes(lines []string, mediaType string, c *scenarios.Check) bool {
	if c.Match == "" {
		return Takes(lines, mediaType, c.Wildcards)
	}
	major, _, _ := strings.Cut(mediaType, "/")
	for _, line := range lines {
		if c.Match == "contains" && strings.Contains(line, mediaType) {
			return true
		}
		for item := range strings.SplitSeq(line, ",") {
			item = strings.TrimSpace(item)
			switch {
			case item == mediaType, c.Match == "prefix" && strings.HasPrefix(item, mediaType):
				return true
			case c.Wildcards && (item == "*/*" || item == major+"/*"):
				return true
			}
		}
	}
	return false
}

// Takes reports whether the lines of an Accept header admit a media type. With
// wildcards, ranges such as */* count.
func Takes(lines []string, mediaType string, wildcards bool) bool {
	major, _, _ := strings.Cut(mediaType, "/")
	for _, line := range lines {
		for line != "" {
			var item string
			item, line, _ = strings.Cut(line, ",")
			item, _, _ = strings.Cut(item, ";")
			item = strings.TrimSpace(item)
			if strings.EqualFold(item, mediaType) {
				return true
			}
			if wildcards && (item == "*/*" || len(item) == len(major)+2 && strings.EqualFold(item[:len(major)], major) && item[len(major):] == "/*") {
				return true
			}
		}
	}
	return false
}
