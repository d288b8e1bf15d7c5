package replay

import (
	"strings"
	"testing"
)

// Where a client has nothing to come back with, null says so as well as silence
// does, on the tape and in the request.
func TestNullIsNothing(t *testing.T) {
	const nulls = `"inputResponses":null,"requestState":null`
	plain := newTaper(t)
	plain.modern("tester", 1, "tools/call", of("deploy", `{}`), said("done"))
	spelled := newTaper(t)
	spelled.modern("tester", 1, "tools/call", of("deploy", `{}`, nulls), said("done"))
	legacy := newTaper(t)
	legacy.begin("session-1", "tester")
	legacy.json(legacy.post("session-1", `{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"deploy","arguments":{}}}`), "", 200, `{"jsonrpc":"2.0","id":2,"result":{"content":[{"type":"text","text":"done"}]}}`)
	for _, tape := range []struct {
		why string
		*taper
	}{{"a tape without them", plain}, {"a tape that has them", spelled}, {"a tape of the other era", legacy}} {
		cl := tape.play(WithEra("both"))
		for _, more := range []string{"", nulls, `"inputResponses":null`, `"requestState":null`} {
			if r := cl.told("1", "tools/call", strings.TrimSuffix(of("deploy", `{}`, more), ",")); r.text() != "done" {
				t.Errorf("%s, with %q: %s", tape.why, more, r.body)
			}
		}
	}

	cl := stateless(t).play()
	cl.deploy("1")
	for _, more := range []string{`"inputResponses":` + accepted, `"inputResponses":` + accepted + `,"requestState":null`} {
		if r := cl.deploy("2", more); r.text() != "deployed" {
			t.Errorf("a round without a state, with %s: %s", more, r.body)
		}
	}
}

// stateless is a tape of the modern era whose tool asks once, and gives no state
// to come back with.
func stateless(t testing.TB) *taper {
	tp := newTaper(t)
	tp.modern("tester", 1, "tools/call", of("deploy", `{}`), `{"resultType":"input_required","inputRequests":`+confirm+`}`)
	tp.modern("tester", 2, "tools/call", of("deploy", `{}`, `"inputResponses":`+accepted), said("deployed"))
	return tp
}

// A progress token that is none asks for no progress, in either era: no server
// may send it back.
func TestTokenThatIsNone(t *testing.T) {
	tp := newTaper(t)
	tp.begin("session-1", "tester")
	on := tp.post("session-1", `{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"echo","arguments":{},"_meta":{"progressToken":2}}}`)
	tp.stream(on)
	tp.frame(on, `{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":2,"progress":1}}`)
	tp.frame(on, `{"jsonrpc":"2.0","id":2,"result":{"content":[]}}`)
	tp.end(on)
	for _, c := range []struct {
		why, token string
		progress   bool
	}{
		{"a text", `"a"`, true},
		{"an empty text", `""`, true},
		{"a number", `-7`, true},
		{"a number that is no integer", `1.5`, true}, // the schema says number
		{"an object", `{"a":1}`, false},
		{"a list", `[1]`, false},
		{"null", `null`, false},
		{"a truth", `true`, false},
	} {
		cl := tp.play(WithEra("both"), WithRepeat())
		cl.opens("2025-11-25", `{}`)
		old := cl.post(`{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"echo","arguments":{},"_meta":{"progressToken":` + c.token + `}}}`)
		cl.session = ""
		new := cl.ask(modernRequest("3", "tools/call", metaOf("tester", allCapable, `"progressToken":`+c.token), of("echo", `{}`)))
		for era, r := range map[string]reply{"legacy": old, "modern": new} {
			if got := strings.Contains(r.body, "notifications/progress"); got != c.progress || r.status != 200 || got && !strings.Contains(r.body, `"progressToken":`+c.token+`,`) {
				t.Errorf("%s, %s client: %d %s, want progress: %v", c.why, era, r.status, r.body, c.progress)
			}
		}
	}
}
