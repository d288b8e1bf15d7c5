package replay

import (
	"bytes"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/verdicts"
)

// The journal of a player on disk is judged as its clients were, also where they
// did nothing any more before the end, and where a scenario stands on the manners
// of a mock.
func TestLiveVerdictsOfTheJournal(t *testing.T) {
	manners := scenario(t, "name: manners\ndialect: python-sdk-1.26\nexpect: [{must: {never: {http: POST}}, since: start}]")
	dies := scenario(t, "name: dies\nfaults: [{when: {method: tools/list}, do: expire_session}]\n"+
		"expect: [{must: {reinitialize: {within: 5s}}}, {should: {settles: {within: 5s}}}, {advice: {at_most: {method: tools/list, count: 1, per: 5s}}}]")
	hangs := scenario(t, "name: hangs\nfaults: [{when: {method: tools/list}, do: {respond: {status: 503}}}]\nexpect: [{should: {settles: {within: 5s}}}, {should: {alive: {within: 10s}}}]")
	for _, c := range []struct {
		why    string
		header string
		open   func(...Option) (*Player, error)
		silent time.Duration
	}{
		{"a proxy whose clients hang", cassettes.OfProxy, func(o ...Option) (*Player, error) { return NewLive(numbered(), o...) }, time.Minute},
		{"a proxy that ends at once", cassettes.OfProxy, func(o ...Option) (*Player, error) { return NewLive(numbered(), o...) }, 0},
		{"a mock whose clients hang", cassettes.OfMock, func(o ...Option) (*Player, error) { return New(simple(t).tape(), o...) }, time.Minute},
	} {
		synctest.Test(t, func(t *testing.T) {
			var text bytes.Buffer
			w, err := cassettes.NewWriter(&text, cassettes.Header{Transport: "http", Journal: c.header}, cassettes.Compact)
			if err != nil {
				t.Fatal(err)
			}
			p, err := c.open(WithScenario(manners), WithScenario(dies), WithScenario(hangs), WithJournal(func(e *cassettes.Event) { _ = w.Write(e) }))
			if err != nil {
				t.Fatal(err)
			}
			session := asksLive(p, http.MethodPost, "", liveStart).Header().Get("Mcp-Session-Id")
			asksLive(p, http.MethodPost, session, liveList)
			time.Sleep(c.silent)
			said := p.Done()
			_ = p.Close()
			tape, err := cassettes.LoadBytes("journal", text.Bytes())
			if err != nil {
				t.Fatal(err)
			}
			later, err := verdicts.OfTape(tape, manners, dies, hangs)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(said, later); diff != "" {
				t.Errorf("%s: on disk it is judged otherwise (-then +later):\n%s", c.why, diff)
			}
			if live := said[0].Result == verdicts.NotReached; live != (c.header == cassettes.OfProxy) {
				t.Errorf("%s: the manners of a mock: %v", c.why, said[0])
			}
		})
	}
}
