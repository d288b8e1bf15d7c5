package probes

import (
	"bytes"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/tidwall/gjson"
)

// untold are the headers whose values are not compared, with the reason.
var untold = map[string]string{
	"Date":              "the time of day",
	"Connection":        "between neighbours only",
	"Keep-Alive":        "between neighbours only",
	"Transfer-Encoding": "how the bytes travel, not what they say",
	"Content-Length":    "the body tells it; whether there is one is compared where no body is chunked",
}

// Difference says in words how a mock's answer to a probe differs from the
// real server's: status, headers, body, and whether a stream stays open. It
// is empty where they are alike.
//
// The names of headers have no case and the headers no order; several lines
// of one name have. Left out are the values that no two answers have alike:
// of session ids only the form is compared, of dates and of ports on a
// loopback host nothing. Of a result only is compared that it is one and
// what isError and protocolVersion say, for what a server serves is no matter
// of its manners; errors are compared byte for byte. Several responses have no
// order.
func Difference(real, mock Answer) []string {
	if real.Err != nil || mock.Err != nil {
		if r, m := failure(real), failure(mock); r != m {
			return []string{fmt.Sprintf("real: %s; mock: %s", r, m)}
		}
		if real.Status == 0 || mock.Status == 0 {
			return nil
		}
	}
	var all []string
	if real.Status != mock.Status {
		all = append(all, fmt.Sprintf("status: real %d, mock %d", real.Status, mock.Status))
	}
	all = append(all, headerDifference(real.Header, mock.Header)...)
	if r, m := steady(real), steady(mock); r != m {
		all = append(all, fmt.Sprintf("body: real %s, mock %s", shorten(r), shorten(m)))
	}
	if real.Open != mock.Open {
		all = append(all, fmt.Sprintf("the stream: real %s, mock %s", openness(real), openness(mock)))
	}
	return all
}

func failure(a Answer) string {
	switch {
	case a.Err == nil:
		return "status " + strconv.Itoa(a.Status)
	case a.Status == 0:
		return "no answer"
	}
	return "a body that breaks off"
}

func openness(a Answer) string {
	if a.Open {
		return "stays open"
	}
	return "ends"
}

func headerDifference(real, mock http.Header) []string {
	var all []string
	names := slices.Sorted(maps.Keys(real))
	for name := range mock {
		if _, ok := real[name]; !ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	chunked := real["Transfer-Encoding"] != nil || mock["Transfer-Encoding"] != nil
	for _, name := range names {
		if _, ok := untold[name]; ok && (name != "Content-Length" || chunked) {
			continue
		}
		r, inReal := real[name]
		m, inMock := mock[name]
		switch {
		case !inMock:
			all = append(all, fmt.Sprintf("header %s: real %q, mock has none", name, strings.Join(r, ", ")))
		case !inReal:
			all = append(all, fmt.Sprintf("header %s: real has none, mock %q", name, strings.Join(m, ", ")))
		case name == "Content-Length":
		case !slices.EqualFunc(r, m, func(a, b string) bool { return steadyValue(name, a) == steadyValue(name, b) }):
			all = append(all, fmt.Sprintf("header %s: real %q, mock %q", name, strings.Join(r, ", "), strings.Join(m, ", ")))
		}
	}
	return all
}

// steadyValue is a header's value without what changes from run to run.
func steadyValue(name, value string) string {
	if name == "Mcp-Session-Id" {
		return form(value)
	}
	return steadyText(value)
}

// form names the form of a session id.
func form(id string) string {
	switch {
	case id == "":
		return "empty"
	case hex32.MatchString(id):
		return "32 hexadecimal digits"
	case uuid.MatchString(id):
		return "a UUID"
	case base32.MatchString(id):
		return "26 letters and digits of base32"
	}
	return "another form"
}

var (
	hex32  = regexp.MustCompile(`^[0-9a-f]{32}$`)
	uuid   = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)
	base32 = regexp.MustCompile(`^[A-Z2-7]{26}$`)

	anyPort = regexp.MustCompile(`(?i)(127\.0\.0\.1|localhost|\[::1\]):[0-9]+`)
	anyID   = regexp.MustCompile(`\b([0-9a-f]{32}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[A-Z2-7]{26})(_[0-9]+)?\b`)
	anyDate = regexp.MustCompile(`[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:?[0-9]{2})?`)
)

func steadyText(s string) string {
	s = anyPort.ReplaceAllString(s, "$1:PORT")
	s = anyDate.ReplaceAllString(s, "DATE")
	return anyID.ReplaceAllString(s, "ID$2")
}

// steady is a body without what changes from run to run and without what the
// server serves.
func steady(a Answer) string {
	if !isStream(a.Header) {
		return steadyText(string(steadyMessage(a.Body)))
	}
	lines := bytes.SplitAfter(a.Body, []byte("\n"))
	var responses []int // the lines that are one
	for i, l := range lines {
		if data, ok := bytes.CutPrefix(l, []byte("data: ")); ok {
			text := bytes.TrimRight(data, "\r\n")
			lines[i] = slices.Concat([]byte("data: "), steadyMessage(text), data[len(text):])
			if jsonrpc.One(text).Kind == jsonrpc.Response {
				responses = append(responses, i)
			}
		}
	}
	inAnyOrder(lines, responses)
	return steadyText(string(bytes.Join(lines, nil)))
}

// inAnyOrder sorts some of the parts among their places: the responses to a
// batch may come in any order (JSON-RPC 2.0, "Batch"), and those of servers that
// work at them side by side do.
func inAnyOrder(parts [][]byte, some []int) {
	sorted := make([][]byte, 0, len(some))
	for _, i := range some {
		sorted = append(sorted, parts[i])
	}
	slices.SortFunc(sorted, bytes.Compare)
	for n, i := range some {
		parts[i] = sorted[n]
	}
}

// steadyMessage replaces each result in a message, or in a batch, by what is
// compared of it.
func steadyMessage(message []byte) []byte {
	if _, err := jsonrpc.Parse(message); err != nil {
		return message
	}
	top := gjson.ParseBytes(message)
	if top.IsArray() {
		var parts [][]byte
		var responses []int
		for i, m := range top.Array() {
			parts = append(parts, steadyMessage([]byte(m.Raw)))
			if jsonrpc.One([]byte(m.Raw)).Kind == jsonrpc.Response {
				responses = append(responses, i)
			}
		}
		inAnyOrder(parts, responses)
		return append(append([]byte{'['}, bytes.Join(parts, []byte{','})...), ']')
	}
	result := top.Get("result")
	if !result.Exists() || result.Index == 0 || result.Get("isError").Bool() {
		return message
	}
	kept := "{...}"
	if v := result.Get("protocolVersion"); v.Exists() {
		kept = `{"protocolVersion":` + v.Raw + `...}`
	} else if result.Raw == "{}" {
		kept = "{}"
	}
	return slices.Concat(message[:result.Index], []byte(kept), message[result.Index+len(result.Raw):])
}

func shorten(s string) string {
	if len(s) > 400 {
		return strconv.Quote(s[:400]) + fmt.Sprintf("... (%d bytes)", len(s))
	}
	return strconv.Quote(s)
}
