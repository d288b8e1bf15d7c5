package stubs

import (
	"errors"
	"fmt"
	"strings"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/tidwall/gjson"
)

// A form is JSON text with places to be filled in for each call. It is made
// when the stubs are, and never changed.
type form []piece

// A piece is text as it stands, or a place to be filled in.
type piece struct {
	is      pieceKind
	literal string   // JSON text
	path    []string // into the arguments, with fromArguments
	whole   bool     // the value itself goes here; else its text, within a string
}

type pieceKind uint8

const (
	literalText pieceKind = iota
	fromArguments
	newUUID
	timeNow
	callNumber
	sessionID
	methodName
	// structured is the structuredContent of the same answer.
	structured
)

// variables are the templates that have no path.
var variables = map[string]pieceKind{
	"uuid": newUUID, "now": timeNow, "seq": callNumber, "session": sessionID, "method": methodName,
}

// text adds a text within a JSON string.
func (f *form) text(s string) error {
	pieces, err := templates(s)
	if err != nil {
		return err
	}
	for _, p := range pieces {
		if p.is == literalText {
			f.literal(string(appendEscaped(nil, p.literal)))
		} else {
			*f = append(*f, p)
		}
	}
	return nil
}

// literal adds JSON text.
func (f *form) literal(text string) {
	if n := len(*f); n > 0 && (*f)[n-1].is == literalText {
		(*f)[n-1].literal += text
		return
	}
	*f = append(*f, piece{literal: text})
}

// json adds a JSON value with templates in its strings. A string that is
// nothing but one template of an argument is a place for a value. With texts,
// members with the name text are not, for in what MCP itself defines they are
// strings (TextContent and the like).
func (f *form) json(value []byte, texts bool) error {
	if err := jsonrpc.Valid(value); err != nil {
		return fmt.Errorf("%w: give it one JSON value", err)
	}
	return f.value("", gjson.ParseBytes(value), texts)
}

func (f *form) value(member string, v gjson.Result, texts bool) (err error) {
	separator := ""
	switch {
	case v.IsObject():
		f.literal("{")
		v.ForEach(func(name, v gjson.Result) bool {
			f.literal(separator + name.Raw + ":")
			separator = ","
			own := name.Str == "structuredContent" || name.Str == "_meta" // what MCP leaves to the server
			err = at("."+name.Str, f.value(name.Str, v, texts && !own))
			return err == nil
		})
		f.literal("}")
	case v.IsArray():
		f.literal("[")
		n := 0
		v.ForEach(func(_, v gjson.Result) bool {
			f.literal(separator)
			separator = ","
			err = at(fmt.Sprintf("[%d]", n), f.value("", v, texts))
			n++
			return err == nil
		})
		f.literal("]")
	case v.Type == gjson.String && strings.Contains(v.Str, "{{"):
		return f.string(v.Str, texts && member == "text")
	default:
		f.literal(v.Raw)
	}
	return err
}

// string adds a string with templates.
func (f *form) string(s string, isText bool) error {
	pieces, err := templates(s)
	if err != nil {
		return err
	}
	if len(pieces) == 1 && pieces[0].is == fromArguments && !isText {
		pieces[0].whole = true
		*f = append(*f, pieces[0])
		return nil
	}
	f.literal(`"`)
	err = f.text(s)
	f.literal(`"`)
	return err
}

// fixed reports whether the form is the same for every call.
func (f form) fixed() bool { return len(f) == 0 || len(f) == 1 && f[0].is == literalText }

// templates finds the templates of a text. A literal piece is plain text yet.
func templates(s string) (pieces []piece, err error) {
	plain := ""
	take := func() {
		if plain != "" {
			pieces = append(pieces, piece{literal: plain})
			plain = ""
		}
	}
	s = strings.ToValidUTF8(s, "\uFFFD")
	for {
		before, after, found := strings.Cut(s, "{{")
		plain += before
		switch {
		case !found:
			take()
			return pieces, nil
		case strings.HasPrefix(after, "{{"):
			plain += "{{"
			s = after[2:]
			continue
		case strings.HasPrefix(after, "{"): // a brace before a template
			plain += "{"
			s = "{" + after
			continue
		}
		name, rest, closed := strings.Cut(after, "}}")
		if !closed {
			return nil, errors.New("{{ without }}: to write {{ itself, write {{{{")
		}
		p, ok := template(strings.TrimSpace(name))
		if !ok {
			return nil, fmt.Errorf("there is no template {{%s}}: there are {{args.NAME}}, {{uuid}}, {{now}}, {{seq}}, {{session}} and {{method}}; to write {{ itself, write {{{{", name)
		}
		take()
		pieces = append(pieces, p)
		s = rest
	}
}

// template returns the piece that a template names.
func template(name string) (piece, bool) {
	if is, ok := variables[name]; ok {
		return piece{is: is}, true
	}
	first, rest, nested := strings.Cut(name, ".")
	if first != "args" {
		return piece{}, false
	}
	p := piece{is: fromArguments}
	if !nested {
		return p, true
	}
	for segment := range strings.SplitSeq(rest, ".") {
		if segment == "" {
			return piece{}, false
		}
		p.path = append(p.path, segment)
	}
	return p, true
}

// at says where in the stubs an error is.
func at(place string, err error) error {
	if err == nil {
		return nil
	}
	if inner, ok := err.(*Error); ok {
		return &Error{place + inner.Place, inner.Err}
	}
	return &Error{place, err}
}

// An Error is what is wrong with stubs, and the place in their scenario, such as
// stubs.tools[0].input.
type Error struct {
	Place string
	Err   error
}

func (e *Error) Error() string { return strings.TrimPrefix(e.Place, ".") + ": " + e.Err.Error() }

// Unwrap returns what is wrong.
func (e *Error) Unwrap() error { return e.Err }

// appendEscaped appends a text, valid UTF-8, as it stands within a JSON string.
func appendEscaped(dst []byte, s string) []byte {
	const hex = "0123456789abcdef"
	from := 0
	for i := range len(s) {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		dst = append(dst, s[from:i]...)
		from = i + 1
		switch c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\t':
			dst = append(dst, '\\', 't')
		case '\r':
			dst = append(dst, '\\', 'r')
		default:
			dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		}
	}
	return append(dst, s[from:]...)
}
