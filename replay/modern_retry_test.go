package replay

import (
	"strings"
	"sync"
	"testing"
)

// A call of several rounds goes from one to the next by this run's states.
func TestRounds(t *testing.T) {
	cl := rounds(t).play()
	first := cl.deploy("1")
	if first.get("result.resultType").Str != "input_required" || first.state() == "one" || first.state() == "" {
		t.Fatalf("the first round: %s", first.body)
	}
	if got := first.get("result.inputRequests").Raw; got != confirm {
		t.Errorf("what is asked: %s, want it as recorded", got)
	}
	second := cl.deploy(`"b"`, responding(first.state(), accepted))
	if second.get("result.inputRequests.draft").Raw == "" || second.get("id").Str != "b" || second.state() == first.state() {
		t.Fatalf("the second round: %s", second.body)
	}
	if r := cl.deploy("3", responding(second.state(), drafted)); r.text() != "deployed" {
		t.Errorf("the last round: %s", r.body)
	}
	if j := cl.player.Journal(); j.Count("matched") != 3 || j.Count("mismatched")+j.Count("diverged")+j.Count("refused") != 0 {
		t.Errorf("matched %d, mismatched %d, diverged %d, refused %d", j.Count("matched"), j.Count("mismatched"), j.Count("diverged"), j.Count("refused"))
	}
	if r := cl.deploy("4", responding(first.state(), accepted)); r.get("result.inputRequests.draft").Raw == "" {
		t.Errorf("a round that is sent once more: %s, want the same again", r.body)
	}
}

func TestRetry(t *testing.T) {
	both := newTaper(t)
	both.modern("tester", 1, "tools/call", of("deploy", `{}`), inputWanted("one", several))
	both.modern("tester", 2, "tools/call", of("deploy", `{}`, responding("one", `{"confirm":{"action":"accept"},"where":{"roots":[]}}`)), said("accepted"))
	both.modern("tester", 3, "tools/call", of("deploy", `{}`), inputWanted("one", several))
	both.modern("tester", 4, "tools/call", of("deploy", `{}`, responding("one", `{"confirm":{"action":"decline"},"where":{"roots":[]}}`)), said("declined"))
	stateless := newTaper(t)
	stateless.modern("tester", 1, "tools/call", of("deploy", `{}`), `{"resultType":"input_required","inputRequests":`+confirm+`}`)
	stateless.modern("tester", 2, "tools/call", of("deploy", `{}`, `"inputResponses":`+accepted), said("deployed"))
	loadShed := newTaper(t)
	loadShed.modern("tester", 1, "tools/call", of("deploy", `{}`), `{"resultType":"input_required","requestState":"later"}`)
	loadShed.modern("tester", 2, "tools/call", of("deploy", `{}`, `"requestState":"later"`), said("deployed"))

	for _, c := range []struct {
		why      string
		tape     *taper
		retry    func(state string) string
		want     string // of the text, or of what is asked, or of the reason of a mismatch
		diverged int
	}{
		{"as recorded", rounds(t), func(s string) string { return responding(s, accepted) }, "draft", 0},
		{"other content is noted, and no more: what a person types is not the server's", rounds(t),
			func(s string) string {
				return responding(s, `{"confirm":{"action":"accept","content":{"sure":false}}}`)
			}, "draft", 1},
		{"another outcome was never recorded, so there is no answer that would look right", rounds(t),
			func(s string) string { return responding(s, declined) }, "differs from what was recorded", 0},
		{"another outcome that was recorded is that branch", both,
			func(s string) string {
				return responding(s, `{"where":{"roots":[]},"confirm":{"action":"decline"}}`)
			}, "declined", 0},
		{"that branch, with other things said", both,
			func(s string) string {
				return responding(s, `{"confirm":{"action":"decline"},"where":{"roots":[{"uri":"file:///x"}]}}`)
			}, "declined", 1},
		{"what is missing is asked for again", both,
			func(s string) string { return responding(s, `{"where":{"roots":[]}}`) }, "where", 0},
		{"no responses at all are missing, too", both,
			func(s string) string { return `"requestState":"` + s + `"` }, "where", 0},
		{"what nobody asked for is ignored", rounds(t),
			func(s string) string {
				return responding(s, strings.TrimSuffix(accepted, "}")+`,"weather":{"action":"accept"}}`)
			}, "draft", 0},
		{"a server without states is told apart by the responses", stateless,
			func(string) string { return `"inputResponses":` + accepted }, "deployed", 0},
		{"the like, said otherwise", stateless,
			func(string) string { return `"inputResponses":{"confirm":{"action":"accept"}}` }, "deployed", 1},
		{"the like, with another outcome", stateless,
			func(string) string { return `"inputResponses":` + declined }, "differs from what was recorded", 0},
		{"a server that asks for nothing but patience", loadShed,
			func(s string) string { return `"requestState":"` + s + `"` }, "deployed", 0},
		{"the like, with responses that it did not ask for", loadShed,
			func(s string) string { return responding(s, `{}`) }, "deployed", 0},
		{"the state left out: it was not recorded so", rounds(t),
			func(string) string { return `"inputResponses":` + accepted }, "differs from what was recorded", 0},
	} {
		cl := c.tape.play()
		r := cl.deploy("2", c.retry(cl.deploy("1").state()))
		got := r.text()
		switch {
		case got != "":
		case r.get("error").Exists():
			got = r.get("error.data.reason").Str
		default:
			if !r.get("result.inputRequests." + c.want).Exists() {
				t.Errorf("%s: %s, want to be asked for %s", c.why, r.body, c.want)
			}
			got = c.want
		}
		if got != c.want {
			t.Errorf("%s: got %q, want %q: %s", c.why, got, c.want, r.body)
		}
		if n := cl.player.Journal().Count("diverged"); n != c.diverged {
			t.Errorf("%s: diverged %d, want %d", c.why, n, c.diverged)
		}
	}
}

// A client is not asked what it cannot answer.
func TestRoundWithoutCapability(t *testing.T) {
	for _, c := range []struct{ why, capabilities, required string }{
		{"none at all", `{}`, `{"elicitation":{"form":{}}}`},
		{"another one", `{"sampling":{}}`, `{"elicitation":{"form":{}}}`},
		{"elicitation of URLs alone", `{"elicitation":{"url":{}}}`, `{"elicitation":{"form":{}}}`},
		{"elicitation without a mode is that of forms", `{"elicitation":{}}`, ""},
		{"as asked", `{"elicitation":{"form":{}}}`, ""},
	} {
		cl := rounds(t).play()
		r := cl.ask(modernRequest("1", "tools/call", metaOf("tester", c.capabilities), of("deploy", `{}`)))
		if c.required == "" {
			if r.state() == "" {
				t.Errorf("%s: %s, want to be asked", c.why, r.body)
			}
			continue
		}
		if r.status != 400 || r.get("error.code").Int() != -32021 || r.get("error.data.requiredCapabilities").Raw != c.required {
			t.Errorf("%s: %d %s, want 400, -32021 and %s", c.why, r.status, r.body, c.required)
		}
	}
}

// The same rounds, walked by many clients at once.
func TestRoundsInParallel(t *testing.T) {
	cl := rounds(t).play()
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			first := cl.deploy("1")
			second := cl.deploy("2", responding(first.state(), accepted))
			if r := cl.deploy("3", responding(second.state(), drafted)); r.text() != "deployed" {
				t.Errorf("got %s", r.body)
			}
		})
	}
	all.Wait()
}

// Places that do not count in a match do not count in a retry either.
func TestRetryOfRedacted(t *testing.T) {
	tp := newTaper(t)
	tp.modern("tester", 1, "tools/call", of("deploy", `{"password":"redacted-1","day":"monday"}`), inputWanted("one", confirm))
	tp.modern("tester", 2, "tools/call", of("deploy", `{"password":"redacted-1","day":"monday"}`, responding("one", accepted)), said("deployed"))
	cl := tp.play(WithIgnore("/params/arguments/day"))
	with := func(more ...string) string { return of("deploy", `{"password":"hunter2","day":"friday"}`, more...) }
	first := cl.told("1", "tools/call", with())
	if r := cl.told("2", "tools/call", with(responding(first.state(), accepted))); r.text() != "deployed" {
		t.Errorf("got %s, after %s", r.body, first.body)
	}
}

// A first call is never answered as one that was made again, however loosely
// requests are compared, nor the other way round.
func TestFirstCallDrawsNoRetry(t *testing.T) {
	for _, c := range []struct {
		why  string
		opts []Option
	}{
		{"in the order of the tape", []Option{WithOrder()}},
		{"what a retry has is ignored", []Option{WithIgnore("/params/inputResponses"), WithIgnore("/params/requestState")}},
		{"so is all else", []Option{WithOrder(), WithIgnore("/params/inputResponses"), WithIgnore("/params/requestState")}},
	} {
		cl := rounds(t).play(c.opts...)
		first := cl.deploy("1")
		if again := cl.deploy("2"); !again.get("result.inputRequests.confirm").Exists() {
			t.Errorf("%s: a first call after a first call: %s", c.why, again.body)
		}
		second := cl.deploy("3", responding(first.state(), accepted))
		if !second.get("result.inputRequests.draft").Exists() {
			t.Errorf("%s: the first retry: %s", c.why, second.body)
		}
		if again := cl.deploy("4"); !again.get("result.inputRequests.confirm").Exists() {
			t.Errorf("%s: a first call after a retry: %s", c.why, again.body)
		}
		if r := cl.deploy("5", responding(second.state(), drafted)); r.text() != "deployed" {
			t.Errorf("%s: the second retry: %s", c.why, r.body)
		}
	}
}
