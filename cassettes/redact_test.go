package cassettes

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
)

func redactor(t testing.TB, rules ...string) *Redactor {
	t.Helper()
	r, err := NewRedactor(rules)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

const jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N"

func TestRedactMessage(t *testing.T) {
	for _, c := range []struct{ why, in, want string }{
		{"a secret by its name", `{"params":{"password":"hunter2"}}`, `{"params":{"password":"redacted-1"}}`},
		{"names in any case and with any separator", `{"a":{"API-Key":"x1","apiKey":"x2","client_secret":"x1"}}`, `{"a":{"API-Key":"redacted-1","apiKey":"redacted-2","client_secret":"redacted-1"}}`},
		{"a number is a secret too", `{"a":{"token":12345}}`, `{"a":{"token":"redacted-1"}}`},
		{"what is not there is no secret", `{"a":{"token":"","secret":null,"password":false}}`, ``},
		{"a name within another is no secret", `{"a":{"maxTokens":100,"progressToken":"t-1","nextCursor":"abc","cursor":"eyJ","tokens":"a"}}`, ``},
		{"an object by that name is looked into", `{"a":{"token":{"value":"x"},"credentials":{"password":"y"}}}`, `{"a":{"token":{"value":"x"},"credentials":{"password":"redacted-1"}}}`},
		{"an array by that name, element by element", `{"a":{"credentials":["a",7,"",null,{"x":"y"},["b"]],"list":["c"]}}`, `{"a":{"credentials":["redacted-1","redacted-2","",null,{"x":"y"},["redacted-3"]],"list":["c"]}}`},
		{"names of environment variables", `{"env":{"OPENAI_API_KEY":"a","GITHUB_TOKEN":"b","MAX_TOKENS":"c","DB_PASSWORD":1,"home_token":"d"}}`, `{"env":{"OPENAI_API_KEY":"redacted-1","GITHUB_TOKEN":"redacted-2","MAX_TOKENS":"c","DB_PASSWORD":"redacted-3","home_token":"d"}}`},
		{"a number in JSON that a tool answers as text", `{"r":{"text":"{\"token\": -12.5, \"n\": 1}"}}`, `{"r":{"text":"{\"token\": \"redacted-1\", \"n\": 1}"}}`},
		{"a number in JSON that is quoted once more", `{"r":{"text":"{\"x\":\"{\\\"token\\\": 12}\"}"}}`, `{"r":{"text":"{\"x\":\"{\\\"token\\\": \\\"redacted-1\\\"}\"}"}}`},
		{"an array in JSON that a tool answers as text", `{"r":{"text":"{\"tokens\":[\"a\"],\"token\": [\"s3]cret\", null, 7], \"n\": [1]}"}}`, `{"r":{"text":"{\"tokens\":[\"a\"],\"token\": [\"redacted-1\", null, \"redacted-2\"], \"n\": [1]}"}}`},
		{"in arrays within, and behind an object", `{"r":{"text":"{\"token\":[[\"a\"],{\"user\":\"b\",\"token\":[\"}\"]},\"\",\"c\"],\"n\":\"d\"}"}}`, `{"r":{"text":"{\"token\":[[\"redacted-1\"],{\"user\":\"b\",\"token\":[\"redacted-2\"]},\"\",\"redacted-3\"],\"n\":\"d\"}"}}`},
		{"in an array that is torn", `{"r":{"text":"{\"token\":[\"a\", null, {\"x"}}`, `{"r":{"text":"{\"token\":[\"redacted-1\", null, {\"x"}}`},
		{"in what is no array of JSON, up to there", `{"r":{"text":"{\"token\":[\"a\" (was \"b\")]"}}`, `{"r":{"text":"{\"token\":[\"redacted-1\" (was \"b\")]"}}`},
		{"in an array that is laid out and quoted once more", `{"r":{"text":"{\"x\":\"{\\n  \\\"token\\\":\\n [\\n    \\\"a\\\",\\n\\t7\\n  ],\\n \\\"secret\\\":\\r\\n \\\"b\\\"\\n}\"}"}}`, `{"r":{"text":"{\"x\":\"{\\n  \\\"token\\\":\\n [\\n    \\\"redacted-1\\\",\\n\\t\\\"redacted-2\\\"\\n  ],\\n \\\"secret\\\":\\r\\n \\\"redacted-3\\\"\\n}\"}"}}`},
		{"what is redacted stays in an array, and its number is taken", `{"r":{"text":"{\"token\":[\"redacted-7\",\"a\"]}"}}`, `{"r":{"text":"{\"token\":[\"redacted-7\",\"redacted-8\"]}"}}`},
		{"in such an array of objects, what their names tell", `{"r":{"text":"{\"credentials\":[{\"user\":\"a\",\"password\":\"b\"}],\"token\":[]}"}}`, `{"r":{"text":"{\"credentials\":[{\"user\":\"a\",\"password\":\"redacted-1\"}],\"token\":[]}"}}`},
		{"the envelope stays", `{"jsonrpc":"2.0","id":"sk-abcdefgh12345678","method":"tools/call"}`, ``},
		{"a progress token stays", `{"params":{"_meta":{"progressToken":1}}}`, ``},
		{"a schema stays", `{"result":{"tools":[{"name":"login","inputSchema":{"properties":{"token":{"type":"string","default":"Bearer abcdef123456"},"password":"x"}}}]}}`, ``},
		{"an output schema and a requested one stay", `{"a":{"outputSchema":{"token":"a"},"requestedSchema":{"password":"b"}}}`, ``},
		{"the spelling around a secret stays", `{ "b" : 1.50e3, "a":"\u00e9\/", "a" : [1 , "Bearer abc123def456"] }`, `{ "b" : 1.50e3, "a":"\u00e9\/", "a" : [1 , "Bearer redacted-1"] }`},
		{"escapes around a secret stay", `{"t":{"t":"\u00e9\n\ud83d\ude00 sk-abc123def456ghi7 \"\/"}}`, `{"t":{"t":"\u00e9\n\ud83d\ude00 redacted-1 \"\/"}}`},
		{"a key after an escaped line end", `{"t":{"t":"a\nghp_0123456789abcdefghij\n"}}`, `{"t":{"t":"a\nredacted-1\n"}}`},
		{"an escaped name", `{"a":{"pass\u0077ord":"x"}}`, `{"a":{"pass\u0077ord":"redacted-1"}}`},
		{"what is redacted stays", `{"a":{"token":"redacted-7","password":"x"}}`, `{"a":{"token":"redacted-7","password":"redacted-8"}}`},
		{"JSON that a tool answers as text", `{"r":{"text":"{\"name\":\"a\",\"access_token\": \"s3cret\",\"n\":1}"}}`, `{"r":{"text":"{\"name\":\"a\",\"access_token\": \"redacted-1\",\"n\":1}"}}`},
		{"and once more quoted", `{"r":{"text":"{\"x\":\"{\\\"token\\\":\\\"abc\\\"}\"}"}}`, `{"r":{"text":"{\"x\":\"{\\\"token\\\":\\\"redacted-1\\\"}\"}"}}`},
		{"two secrets in one text", `{"a":["Bearer abc123def456, then glpat-abcdefghij1234567890."]}`, `{"a":["Bearer redacted-1, then redacted-2."]}`},
	} {
		got := string(redactor(t, RedactSecrets).Message([]byte(c.in)))
		want := c.want
		if want == "" {
			want = c.in
		}
		if got != want {
			t.Errorf("%s:\n got %s\nwant %s", c.why, got, want)
		}
	}
}

func TestRedactShapes(t *testing.T) {
	for _, c := range []struct{ why, in, want string }{
		{"bearer", "Authorization: Bearer abc.def-123", "Authorization: Bearer redacted-1"},
		{"all of the text", "Bearer topsecret", "Bearer redacted-1"},
		{"a word in a sentence", "Bearer authentication is required", ""},
		{"a challenge", `Bearer realm="x", error="invalid_token"`, ""},
		{"basic", "use Basic dXNlcjpwYXNz now", "use Basic redacted-1 now"},
		{"a word in a sentence", "Basic operations", ""},
		{"openai", "key=sk-proj-abcdefgh12345678", "key=redacted-1"},
		{"anthropic", "sk-ant-api03-AbCdEf123456_xyz", "redacted-1"},
		{"a task id", "task-abcdefgh12345678", ""},
		{"github", "ghp_0123456789abcdefghijABCDEFGHIJ012345", "redacted-1"},
		{"github, fine grained", "github_pat_11ABCDEFG0abcdefghij_klmnop", "redacted-1"},
		{"gitlab", "glpat-abcdefghij1234567890", "redacted-1"},
		{"slack", "xoxb-1234567890-abcdef", "redacted-1"},
		{"aws", "AKIAIOSFODNN7EXAMPLE", "redacted-1"},
		{"longer than a key", "AKIAIOSFODNN7EXAMPLEX", ""},
		{"google", "AIzaSyA1234567890abcdefghijklmnopqrstuv", "redacted-1"},
		{"npm", "npm_abcdefghij0123456789abcdefghij012345", "redacted-1"},
		{"an npm setting", "npm_config_registry", ""},
		{"hugging face", "hf_abcdefghijABCDEFGHIJ12345", "redacted-1"},
		{"stripe", "sk_live_abcdefghij12345", "redacted-1"},
		{"a web token", "t " + jwt + ".", "t redacted-1."},
		{"a private key", "a -----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\nb", "a redacted-1\nb"},
		{"a torn private key", "-----BEGIN PRIVATE KEY-----\nMIIE", "redacted-1"},
		{"a certificate", "-----BEGIN CERTIFICATE-----\nMIIE\n-----END CERTIFICATE-----", ""},
		{"a password in a URL", "postgres://me:pa55@db:5432/x?sslmode=off", "postgres://me:redacted-1@db:5432/x?sslmode=off"},
		{"a user in a URL", "ssh://git@host/x", ""},
		{"a port in a URL", "http://localhost:8080/a@b", ""},
		{"a parameter", "https://h/p?a=1&api_key=abc&b=2#f", "https://h/p?a=1&api_key=redacted-1&b=2#f"},
		{"several parameters", "https://h/?sig=a&token=b", "https://h/?sig=redacted-1&token=redacted-2"},
		{"torn JSON", `{"refresh_token": "abc`, `{"refresh_token": "redacted-1`},
		{"a torn array", `{"credentials": ["a", "b`, `{"credentials": ["redacted-1", "redacted-2`},
	} {
		r := redactor(t, RedactSecrets)
		want := c.want
		if want == "" {
			want = c.in
		}
		if got := r.Text(c.in); got != want {
			t.Errorf("%s: %q became %q, want %q", c.why, c.in, got, want)
		}
	}
}

func TestRedactPointers(t *testing.T) {
	for _, c := range []struct{ why, rule, in, want string }{
		{"one place", "/params/arguments/pin", `{"params":{"arguments":{"pin":"1","pan":"1"}},"pin":"1"}`, `{"params":{"arguments":{"pin":"redacted-1","pan":"1"}},"pin":"1"}`},
		{"any member", "/params/*/pin", `{"params":{"a":{"pin":1},"b":{"pin":2}}}`, `{"params":{"a":{"pin":"redacted-1"},"b":{"pin":"redacted-2"}}}`},
		{"any element", "/result/content/*/text", `{"result":{"content":[{"text":"a"},{"text":"b"}]}}`, `{"result":{"content":[{"text":"redacted-1"},{"text":"redacted-2"}]}}`},
		{"one element", "/params/a/1", `{"params":{"a":["x","y","z"]}}`, `{"params":{"a":["x","redacted-1","z"]}}`},
		{"a whole object", "/params/arguments", `{"params":{"arguments":{"a":[1,{}]}}}`, `{"params":{"arguments":"redacted-1"}}`},
		{"an escaped segment", "/params/a~1b", `{"params":{"a/b":true}}`, `{"params":{"a/b":"redacted-1"}}`},
		{"no schema", "/result/tools/*/inputSchema/title", `{"result":{"tools":[{"inputSchema":{"title":"x"}}]}}`, ``},
		{"each message of a batch", "/params/a", `[{"params":{"a":1}},{"params":{"a":1}}]`, `[{"params":{"a":"redacted-1"}},{"params":{"a":"redacted-1"}}]`},
	} {
		want := c.want
		if want == "" {
			want = c.in
		}
		if got := string(redactor(t, c.rule).Message([]byte(c.in))); got != want {
			t.Errorf("%s:\n got %s\nwant %s", c.why, got, want)
		}
	}
	for _, rule := range []string{"", "secret", "/params", "/id", "params/a"} {
		if _, err := NewRedactor([]string{rule}); err == nil {
			t.Errorf("rule %q: no error", rule)
		}
	}
}

// TestSecretArraysWithin holds that no text makes a search look at one place
// again and again.
func TestSecretArraysWithin(t *testing.T) {
	const deep = 100_000
	in := `{"t":` + string(jsonrpc.Text(strings.Repeat(`{"token":["a",`, deep)+`"b"`+strings.Repeat(`]}`, deep))) + `}`
	r := redactor(t, RedactSecrets)
	for _, redacted := range [][]byte{r.Message([]byte(in)), r.Without(nil, []byte(in))} {
		var text struct{ T string }
		if err := json.Unmarshal(redacted, &text); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(text.T, `"a"`) || strings.Contains(text.T, `"b"`) {
			t.Error("a secret far within is left")
		}
	}
}

func TestWithout(t *testing.T) {
	for _, c := range []struct{ why, live, recorded, want string }{
		{"a secret member", `{"a":1,"token":"x","b":2}`, `{"a":1,"token":"redacted-3","b":2}`, `{"a":1,"b":2}`},
		{"the first member", `{"token":"x","password":"y","b":2}`, `{"token":"redacted-1","password":"redacted-2","b":2}`, `{"b":2}`},
		{"the last member", `{"b":2,"token":"x"}`, `{"b":2,"token":"redacted-1"}`, `{"b":2}`},
		{"every member", `{ "token": "x" }`, `{ "token": "redacted-1" }`, `{}`},
		{"a pointer's place", `{"arguments":{"pin":17}}`, `{"arguments":{"pin":"redacted-1"}}`, `{"arguments":{}}`},
		{"a shape that is the whole value", `{"k":"sk-abcdefgh12345678","b":1}`, `{"k":"redacted-9","b":1}`, `{"b":1}`},
		{"a shape within a text", `{"q":"with Bearer abc123def in\n Rome"}`, `{"q":"with Bearer redacted-1 in\n Rome"}`, `{"q":"with Bearer redacted in\n Rome"}`},
		{"an element", `{"a":["x","ghp_0123456789abcdefghij"]}`, `{"a":["x","redacted-1"]}`, `{"a":["x",null]}`},
		{"an array of secrets", `{"token":["x",1,""],"b":2}`, `{"token":["redacted-1","redacted-2",""],"b":2}`, `{"token":[null,null,""],"b":2}`},
		{"numbers and an array in a text", `{"q":"{\"token\":7,\"x\":0,\"jwt\":[[\"a\"],8]}"}`, `{"q":"{\"token\":\"redacted-1\",\"x\":0,\"jwt\":[[\"redacted-2\"],\"redacted-3\"]}"}`, `{"q":"{\"token\":\"redacted\",\"x\":0,\"jwt\":[[\"redacted\"],\"redacted\"]}"}`},
		{"nothing secret", `{"a":[1, "x"],"m":{"n":null}}`, `{"a":[1, "x"],"m":{"n":null}}`, `{"a":[1, "x"],"m":{"n":null}}`},
		{"an inner member, then an outer one", `{"a":{"x":1,"token":"t"},"token":"u","z":{"password":"p"}}`, `{"a":{"x":1,"token":"redacted-1"},"token":"redacted-2","z":{"password":"redacted-3"}}`, `{"a":{"x":1},"z":{}}`},
	} {
		r := redactor(t, RedactSecrets, "/params/arguments/pin")
		if got := string(r.Without([]byte("k "), []byte(c.live))); got != "k "+c.want {
			t.Errorf("%s, live: got %s, want %s", c.why, got, c.want)
		}
		if got := string(r.Without(nil, []byte(c.recorded))); got != c.want {
			t.Errorf("%s, recorded: got %s, want %s", c.why, got, c.want)
		}
		recorded := string(redactor(t, RedactSecrets, "/params/arguments/pin").Message([]byte(`{"params":` + c.live + `}`)))
		recorded = strings.TrimSuffix(strings.TrimPrefix(recorded, `{"params":`), `}`)
		if got := string(r.Without(nil, []byte(recorded))); got != c.want {
			t.Errorf("%s, recorded by this program: got %s, want %s", c.why, got, c.want)
		}
	}
}

func TestRedactHeader(t *testing.T) {
	in := http.Header{
		"Accept":           {"application/json"},
		"Authorization":    {"Bearer abc"},
		"X-Session-Id":     {"live-session-0001", "other"},
		"Mcp-Session-Id":   {"live-session-0001"},
		"Mcp-Param-Region": {"eu"},
		"Mcp-Param-Token":  {"t0"},
		"Location":         {"/cb?code=1&x=2"},
		"Www-Authenticate": {`Bearer realm="a"`},
		"Set-Cookie":       {"a=1", "b=2"},
	}
	before := in.Clone()
	r := redactor(t, RedactSecrets)
	r.SessionLabel("live-session-0001")
	got := r.Header(in)
	for name, want := range map[string]string{
		"Accept": "application/json", "X-Session-Id": "session-1", "Mcp-Session-Id": "session-1",
		"Mcp-Param-Region": "eu", "Www-Authenticate": `Bearer realm="a"`,
	} {
		if got.Get(name) != want {
			t.Errorf("%s is %q, want %q", name, got.Get(name), want)
		}
	}
	for _, name := range []string{"Authorization", "Mcp-Param-Token", "Set-Cookie", "Location"} {
		if v := got.Get(name); !IsRedacted(v) {
			t.Errorf("%s is %q, which is not redacted", name, v)
		}
	}
	if len(got["Set-Cookie"]) != 2 || got["Set-Cookie"][0] == got["Set-Cookie"][1] {
		t.Errorf("two cookies became %q", got["Set-Cookie"])
	}
	if !cmp.Equal(in, before) {
		t.Errorf("the live header was changed: %v", in)
	}
	open := redactor(t)
	if got := open.Header(in); got.Get("Authorization") != "Bearer abc" || got.Get("Mcp-Session-Id") != "session-1" {
		t.Errorf("without rules the values stay and session ids do not: %v", got)
	}
}

func TestSessionLabels(t *testing.T) {
	r := redactor(t)
	const one, two = "0b8c2c1e-1111-4222-8333-000000000001", "0b8c2c1e-1111-4222-8333-000000000002"
	if got := r.SessionLabel(one); got != "session-1" {
		t.Fatalf("first label %q", got)
	}
	if got := r.Header(http.Header{"Mcp-Session-Id": {two}}).Get("Mcp-Session-Id"); got != "session-2" {
		t.Errorf("an id that nobody issued is labelled %q", got)
	}
	if got := r.URL("http://h/messages?sessionId=" + one); got != "http://h/messages?sessionId=session-1" {
		t.Errorf("endpoint: %q", got)
	}
	if got := redactor(t, RedactSecrets).Query("api%5Fkey=abc&%61=b&%zz=c"); got != "api%5Fkey=redacted-1&%61=b&%zz=c" {
		t.Errorf("a name that is encoded: %s", got)
	}
	if got := r.Query("session_id=unseen-before&a=1"); got != "session_id=session-3&a=1" {
		t.Errorf("query: %q", got)
	}
	if got := string(r.Message([]byte(`{"result":{"sid":"` + two + `","text":"id ` + two + `"}}`))); got != `{"result":{"sid":"session-2","text":"id {{session-2}}"}}` {
		t.Errorf("message: %s", got)
	}
	if got := r.Path("/s/" + one + "/mcp"); got != "/s/session-1/mcp" {
		t.Errorf("path: %s", got)
	}
	r.Continue(Had{Sessions: 9})
	if got := r.SessionLabel("another-one"); got != "session-10" {
		t.Errorf("after an append: %q", got)
	}
}

func TestRedactForm(t *testing.T) {
	r := redactor(t, RedactSecrets)
	r.Hide("upstream-key")
	got := string(r.Raw("application/x-www-form-urlencoded", []byte("grant_type=refresh_token&refresh_token=abc%2F1&k=upstream-key")))
	if want := "grant_type=refresh_token&refresh_token=redacted-1&k=redacted-2"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestRedactorIsSafeForConcurrentUse(t *testing.T) {
	r := redactor(t, RedactSecrets)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 200 {
				r.Message([]byte(`{"a":{"token":"one","password":"two"}}`))
				r.Header(http.Header{"Mcp-Session-Id": {"live-session"}, "Cookie": {"one"}})
			}
		})
	}
	wg.Wait()
	if r.Redacted() != 2 || r.Sessions() != 1 {
		t.Errorf("%d secrets and %d sessions, want 2 and 1", r.Redacted(), r.Sessions())
	}
}

const ordinary = `{"jsonrpc":"2.0","id":17,"result":{"content":[{"type":"text","text":"The weather in Rome:\n- 21 degrees, light wind from the sea\n- no rain expected before tomorrow evening, humidity about 40 percent"},{"type":"resource_link","uri":"weather://rome/2026-11-22","name":"forecast","description":"hourly forecast, updated every ten minutes","mimeType":"application/json"}],"structuredContent":{"city":"Rome","temperature":21.5,"wind":{"speed":3,"from":"sea"},"hours":[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24],"stations":[{"id":"rome-01","height":21,"active":true},{"id":"rome-02","height":37,"active":true},{"id":"rome-03","height":54,"active":false}],"note":"all values are measured, none is interpolated; see the description of the network for the accuracy of each"},"isError":false,"_meta":{"progressToken":3,"example.com/trace":"0123456789abcdef0123456789abcdef"}}}`

func BenchmarkRedactMessage(b *testing.B) {
	r := redactor(b, RedactSecrets)
	r.SessionLabel("0b8c2c1e-1111-4222-8333-000000000001")
	message := []byte(ordinary)
	b.SetBytes(int64(len(message)))
	b.ReportAllocs()
	for b.Loop() {
		r.Message(message)
	}
}

// FuzzRedact holds that redacting keeps JSON valid, is done once, never
// touches a schema, and leaves one and the same key whether a message was
// recorded or is live.
func FuzzRedact(f *testing.F) {
	for _, s := range []string{
		`{"params":{"token":"a","x":["Bearer abc123def",{"password":1}],"inputSchema":{"token":"b"}}}`,
		`{"a":"\u0062earer \ud83d sk-abcdefgh12345678","b":"https:\/\/u:p@h\/?token=x"}`,
		`{"t":"{\"token\":\"a\\\"b\"}","u":"-----BEGIN PRIVATE KEY-----\n"}`,
		`{"jsonrpc":"2.0","id":1,"method":"\ud800","params":{"":-0,"a":1E400,"a":"\u0000\/"}}`,
		`{"credentials":["a",["b",1],{"A_TOKEN":"x"}],"t":"{\"token\": 12}"}`,
		`{"a":"{\"token\":[\"a\",{\"x\":1,\"jwt\":[[\"redacted-3\"]]},2],\"secret\":-1}","b":"{\"x\":\"{\\\"token\\\":\\n [\\n7, \\\"b\\\"]}\"}"}`,
		`[{"token":"redacted-1"},"redacted-2x","` + jwt + `"]`, ordinary,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !json.Valid([]byte(s)) || len(s) > 1<<16 {
			return // a Redactor is given messages
		}
		r := redactor(t, RedactSecrets, "/params/pin", "/*/x/*")
		once := r.Message([]byte(s))
		if !json.Valid(once) {
			t.Fatalf("%s became %s", s, once)
		}
		if twice := r.Message(once); string(twice) != string(once) {
			t.Fatalf("%s became %s and then %s", s, once, twice)
		}
		wrapped := `{"result":{"inputSchema":{"p":` + s + `}}}`
		if got := r.Message([]byte(wrapped)); string(got) != wrapped {
			t.Fatalf("a schema was changed: %s", got)
		}
		live, recorded := r.Without(nil, []byte(s)), r.Without(nil, r.Message([]byte(`{"params":` + s + `}`))[len(`{"params":`):])
		if json.Valid(live) != true {
			t.Fatalf("%s without secrets is %s", s, live)
		}
		if recorded = recorded[:len(recorded)-1]; string(live) != string(recorded) && s[0] == '{' {
			t.Fatalf("%s: the keys differ, live %s and recorded %s", s, live, recorded)
		}
		r.Text(s)
		r.Query(s)
		if batch, err := jsonrpc.Parse(once); err == nil && !batch.Array {
			for _, layout := range []Layout{Pretty, Compact} {
				appendEvent(nil, &Event{On: 1, From: Client, Message: once}, layout) // must not panic
			}
		}
	})
}
