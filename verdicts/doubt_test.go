package verdicts

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/scenarios"
)

// TestRedactedValues holds that nobody is judged by what the tape does not show,
// and everybody by what it shows.
func TestRedactedValues(t *testing.T) {
	header := func(h scenarios.HeaderTest) scenarios.Trigger {
		h.Name = "Authorization"
		return scenarios.Trigger{Headers: []scenarios.HeaderTest{h}}
	}
	is := header(scenarios.HeaderTest{Is: "Bearer secret"})
	negated := scenarios.Trigger{Method: "tools/call", Not: &is}
	either := scenarios.Trigger{Any: []scenarios.Trigger{is, {Method: "tools/call"}}}
	argument := func(text string) scenarios.Trigger { return scenarios.Trigger{Arguments: []byte(text)} }
	for _, c := range []struct {
		why  string
		of   scenarios.Trigger
		want map[string]Result // by assertion
	}{
		{"the value", is, map[string]Result{"sends": NotReached, "never": NotReached, "at_most": NotReached, "always": NotReached}},
		{"that it is not that value", negated, map[string]Result{"sends": NotReached, "never": NotReached, "always": NotReached}},
		{"the scheme before it", header(scenarios.HeaderTest{Starts: "Bearer "}), map[string]Result{"sends": Pass, "never": Fail, "always": Pass}},
		{"another scheme", header(scenarios.HeaderTest{Starts: "Basic "}), map[string]Result{"sends": Fail, "never": Pass, "always": Fail}},
		{"more than that", header(scenarios.HeaderTest{Starts: "Bearer s"}), map[string]Result{"sends": NotReached, "never": NotReached}},
		{"a part of it", header(scenarios.HeaderTest{Contains: "cre"}), map[string]Result{"sends": NotReached, "never": NotReached}},
		{"a part of what is shown", header(scenarios.HeaderTest{Contains: "ear"}), map[string]Result{"sends": Pass, "never": Fail}},
		{"what it lacks", header(scenarios.HeaderTest{Lacks: "xyz"}), map[string]Result{"sends": NotReached, "never": NotReached}},
		{"what it does not", header(scenarios.HeaderTest{Lacks: "Bearer"}), map[string]Result{"sends": Fail, "never": Pass}},
		{"a pattern", header(scenarios.HeaderTest{Matches: regexp.MustCompile("^Bearer s")}), map[string]Result{"sends": NotReached}},
		{"the placeholder itself", header(scenarios.HeaderTest{Is: "Bearer redacted-1"}), map[string]Result{"sends": Pass, "never": Fail}},
		{"whether it is there", header(scenarios.HeaderTest{Present: true}), map[string]Result{"sends": Pass, "never": Fail}},
		{"whether it is not", header(scenarios.HeaderTest{Absent: true}), map[string]Result{"sends": Fail, "never": Pass}},
		{"a header that is shown", scenarios.Trigger{Headers: []scenarios.HeaderTest{{Name: "Accept", Is: "*/*"}}}, map[string]Result{"sends": Pass, "never": Fail}},
		{"what holds anyway", either, map[string]Result{"sends": Pass, "never": Fail, "always": Pass}},
		{"what fails anyway", scenarios.Trigger{Headers: is.Headers, Method: "ping"}, map[string]Result{"sends": Fail, "never": Pass, "always": Fail}},
		{"an argument", argument(`{"key":"secret"}`), map[string]Result{"sends": NotReached, "never": NotReached}},
		{"a member of the params", scenarios.Trigger{Members: []byte(`{"arguments":{"key":"secret"}}`)}, map[string]Result{"sends": NotReached, "never": NotReached}},
		{"one that is shown", scenarios.Trigger{Members: []byte(`{"name":"x"}`)}, map[string]Result{"sends": Pass, "never": Fail}},
		{"one within", argument(`{"in":{"list":["secret"]}}`), map[string]Result{"sends": NotReached, "never": NotReached}},
		{"one that is shown", argument(`{"city":"Oslo"}`), map[string]Result{"sends": Pass, "never": Fail}},
		{"one that is not there", argument(`{"town":"Oslo"}`), map[string]Result{"sends": Fail, "never": Pass}},
	} {
		for what, want := range c.want {
			e := scenarios.Expectation{What: what, Level: "must", Since: "start", Of: c.of, Has: c.of}
			if what == scenarios.AssertAlways {
				e.Of = scenarios.Trigger{Method: "tools/call"}
			}
			r := &reel{}
			on := r.request("POST", "", `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"x","arguments":{"city":"Oslo","key":"redacted-2","in":{"list":["redacted-3"]}}}}`,
				"Authorization", "Bearer redacted-1", "Accept", "*/*")
			r.answer(on, 200, "", result(1))
			j := r.judge(broken(e))
			j.Done(r.at)
			v := j.Verdicts(r.at)[0]
			if v.Result != want || want == NotReached && !strings.Contains(v.Evidence, "redacted") {
				t.Errorf("%s: %s: %s (%s), not %s", c.why, what, v.Result, v.Evidence, want)
			}
		}
	}
}

// TestRedactedJournal holds that a tape from which a secret was kept off is not
// held against the client that sent it.
func TestRedactedJournal(t *testing.T) {
	s := broken(scenarios.Expectation{What: scenarios.AssertSends, Since: "start", Of: scenarios.Trigger{
		Headers: []scenarios.HeaderTest{{Name: "Authorization", Is: "Bearer secret-of-mine"}}}})
	r := &reel{}
	r.answer(r.request("POST", "", list(1), "Authorization", "Bearer secret-of-mine"), 200, "", result(1))
	j := r.judge(s)
	j.Done(r.at)
	if v := j.Verdicts(r.at)[0]; v.Result != Pass {
		t.Fatalf("live: %+v", v)
	}
	redactor, err := cassettes.NewRedactor([]string{"secrets"})
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	w, err := cassettes.NewWriter(&file, cassettes.Header{Transport: "http"}, cassettes.Pretty)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range r.events {
		if e.HTTP != nil {
			e.HTTP.Header = redactor.Header(e.HTTP.Header)
		}
		if err := w.Write(e); err != nil {
			t.Fatal(err)
		}
	}
	if strings.Contains(file.String(), "secret-of-mine") {
		t.Fatalf("it is on the tape: %s", file.String())
	}
	tape, err := cassettes.LoadBytes("journal", file.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	list, err := OfTape(tape, s)
	if err != nil || list[0].Result != NotReached || list[0].Evidence != redacted {
		t.Errorf("%v %v", fmt.Sprint(list), err)
	}
}
