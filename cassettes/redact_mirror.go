package cassettes

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/internal/mirror"
	"github.com/tidwall/gjson"
)

// RequestHeader is Header for a request whose header mirrors its body, as
// those of 2026-07-28 do in Mcp-Name and Mcp-Param-*: what is redacted in the
// one is in the other, in plain text or base64, by the same placeholder. The
// message is the body as it came, and kept what Message made of it.
func (r *Redactor) RequestHeader(h http.Header, message, kept []byte) http.Header {
	out := r.Header(h)
	if !r.active() || message == nil {
		return out
	}
	copied := false
	var said, stays []string
	for name, values := range h {
		if !mirrors(name) {
			continue
		}
		if said == nil {
			said, stays = mirrored(message), mirrored(kept)
		}
		for i, value := range values {
			text := mirror.Decode(value)
			if slices.Contains(stays, spelling(text)) || !slices.Contains(said, spelling(text)) {
				continue // as it is, or no mirror of this body
			}
			if slices.Contains(stays, spelling(mirror.Decode(out[name][i]))) {
				continue // redacted as there
			}
			if !copied {
				out, copied = out.Clone(), true
			}
			out[name][i] = r.replacement([]byte(text))
		}
	}
	return out
}

// mirrors reports whether a header field repeats a value of the body.
func mirrors(name string) bool {
	return name == mcp.HeaderName || strings.HasPrefix(name, mcp.HeaderParamPrefix)
}

// mirrored returns the values of a message that a header may mirror: the name
// or the URI of what it is about, and all texts, numbers and words among the
// arguments.
func mirrored(message []byte) []string {
	params := gjson.Get(jsonrpc.String(message), "params")
	list := []string{spelling(params.Get("name").Str), spelling(params.Get("uri").Str)}
	var walk func(v gjson.Result, depth int)
	walk = func(v gjson.Result, depth int) {
		switch {
		case depth > jsonrpc.MaxDepth:
		case v.IsObject() || v.IsArray():
			v.ForEach(func(_, v gjson.Result) bool {
				walk(v, depth+1)
				return true
			})
		case v.Type != gjson.Null:
			list = append(list, spelling(v.String()))
		}
	}
	walk(params.Get("arguments"), 0)
	return list
}

// spelling is what spellings of the same number have in common; any other
// text is its own.
func spelling(text string) string {
	if text == "" || !isDigit(text[len(text)-1]) {
		return text
	}
	if f, err := strconv.ParseFloat(text, 64); err == nil && strconv.FormatFloat(f, 'f', -1, 64) != text && !strings.HasPrefix(text, "0") {
		return strconv.FormatFloat(f, 'f', -1, 64)
	}
	return text
}

// mirror returns what the value of a field that mirrors the body is on the
// tape, where the body is not at hand.
func (r *Redactor) mirror(name, value string) string {
	text := mirror.Decode(value)
	param, isParam := strings.CutPrefix(name, mcp.HeaderParamPrefix)
	redacted := text
	if label, ok := r.sessionIn(text); ok {
		redacted = label
	} else if n, ok := numbered(text, placeholder); ok {
		r.seen(n)
	} else if !r.active() {
		redacted = r.withinText(text)
	} else if isParam && (r.secrets && secretName([]byte(param)) || r.isKnown(text)) {
		redacted = r.replacement([]byte(text))
	} else {
		redacted = r.withinText(r.spans(text))
	}
	if redacted == text {
		return value
	}
	return mirror.Encode(redacted)
}
