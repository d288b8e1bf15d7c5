package scenarios_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/mcpmock/mcpmock/scenarios"
)

// Of an action that part is left which means something over a transport.
func TestOver(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ why, do, transport, left, nothing string }{
		{"a status is HTTP's", "{status: 503}", "stdio", "", "status"},
		{"what is said in its place is not", "{status: 503, error: {code: 1, message: a}}", "stdio", "{error: {code: 1, message: a}}", "status"},
		{"a redirect answers nobody over stdio", "{redirect: {status: 307, to: /a}, delay: 1s}", "stdio", "{delay: 1s}", "redirect"},
		{"several parts", "{headers: {a: b}, gzip: true, wrap: true}", "stdio", "{wrap: true}", "headers gzip"},
		{"a process has no end over HTTP", "{exit: 0}", "http", "", "exit"},
		{"nor over HTTP+SSE", "{exit: 0, emit: {text: a}}", "sse", "", "emit exit"},
		{"a mark stands before any body", "bom", "http", "bom", ""},
		{"and before a line", "bom", "stdio", "bom", ""},
		{"all of it is HTTP's", "{status: 503}", "http", "{status: 503}", ""},
		{"all of it is that of stdio", "{exit: 0}", "stdio", "{exit: 0}", ""},
	} {
		before, do := actionOf(t, c.do), actionOf(t, c.do)
		left, nothing := do.Over(c.transport)
		var want *scenarios.Action
		if c.left != "" {
			want = actionOf(t, c.left)
		}
		if !reflect.DeepEqual(left, want) || strings.Join(nothing, " ") != c.nothing {
			t.Errorf("%s: left %+v without %v, want %+v without %s", c.why, left, nothing, want, c.nothing)
		}
		if !reflect.DeepEqual(do, before) {
			t.Errorf("%s: the action itself has changed: %+v", c.why, do)
		}
	}
}

func actionOf(t *testing.T, do string) *scenarios.Action {
	t.Helper()
	s, err := scenarios.Parse("a.yaml", []byte("faults: [{when: {}, do: "+do+"}]"))
	if err != nil {
		t.Fatal(err)
	}
	return &s.Faults[0].Do
}

// What cannot come over a transport meets no trigger there.
func TestMeetable(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ why, when, not string }{
		{"every request comes over all of them", "{}", ""},
		{"a line is a POST", "{http: POST}", ""},
		{"there is no GET over stdio", "{http: GET}", "stdio"},
		{"nor a path", "{path: /mcp}", "stdio"},
		{"nor a header that is sent", "{header: {Accept: present}}", "stdio"},
		{"one that is not is absent there, too", "{header: {Accept: absent}}", ""},
		{"and lacks what is asked for", "{header: {Accept: {lacks: a}}}", ""},
		{"nobody resumes there", "{client: resume}", "stdio"},
		{"nobody closes stdin elsewhere", "{client: eof}", "http sse"},
		{"nobody connects to Streamable HTTP", "{client: connect}", "http"},
		{"one of two is enough", "{any: [{path: /a}, {method: ping}]}", ""},
		{"of two that are not, none is", "{any: [{path: /a}, {http: GET}]}", "stdio"},
	} {
		do := "ignore"
		if strings.Contains(c.when, "connect") || strings.Contains(c.when, "eof") {
			do = "{drop: fin}"
		}
		s, err := scenarios.Parse("a.yaml", []byte("faults: [{when: "+c.when+", do: "+do+"}]"))
		if err != nil {
			t.Fatal(err)
		}
		var not []string
		for _, transport := range []string{"http", "sse", "stdio"} {
			if !s.Faults[0].When.Meetable(transport) {
				not = append(not, transport)
			}
		}
		if got := strings.Join(not, " "); got != c.not {
			t.Errorf("%s: %s is not met over %q, want %q", c.why, c.when, got, c.not)
		}
	}
}
