package stock_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/scenarios"
	"github.com/tidwall/gjson"
)

// ends returns how the journal has the end of the answer to the latest request
// of that HTTP method: its status, 0 where there is none, and the end.
func (v *visitor) ends(method string) (status int, end cassettes.End) {
	on := 0
	for e := range v.player.Journal().Events() {
		switch {
		case e.HTTP != nil && e.HTTP.Method == method:
			on, status, end = e.On, 0, ""
		case e.On == on && e.HTTP != nil:
			status = e.HTTP.Status
		case e.On == on && e.End != "":
			end = e.End
		}
	}
	return status, end
}

// An answer that a fault holds up breaks off when its session ends: nobody gets
// an answer that is none.
func TestSessionEndsUnderADelay(t *testing.T) {
	v := broken(t, "weather", []scenarios.Fault{{When: scenarios.Trigger{Method: "tools/list"}, Do: scenarios.Action{Delay: &scenarios.Delay{From: 3 * time.Second}}}})
	v.begin()
	p := v.opens(http.MethodPost, v.listing())
	v.rests(1)
	v.delete()
	if a := p.answer(); a.err == nil {
		t.Errorf("got %d %q, as if it were an answer", a.status, a.body)
	}
	v.heard("end of server", 1)
	if status, end := v.ends(http.MethodPost); status != 0 || end != cassettes.Reset {
		t.Errorf("the journal has status %d and the end %q", status, end)
	}
}

// A client that cancels is answered whatever the cancelled request waits for.
func TestCancelledWhileItWaits(t *testing.T) {
	for _, do := range []scenarios.Action{
		{Delay: &scenarios.Delay{From: 3 * time.Second}},
		{Stall: &scenarios.Stall{At: "before_headers", For: 3 * time.Second}, Stream: &scenarios.StreamEdit{Event: "message"}},
		{Stall: &scenarios.Stall{At: "mid_body", For: 3 * time.Second}, Stream: &scenarios.StreamEdit{Event: "message"}},
	} {
		v := broken(t, "weather", []scenarios.Fault{
			{When: scenarios.Trigger{Method: "tools/call"}, Do: do},
			{When: scenarios.Trigger{Client: "cancel"}, Do: scenarios.Action{Send: []scenarios.Sent{{Message: []byte(`{"jsonrpc":"2.0","method":"m"}`)}}}},
		})
		v.begin()
		p := v.opens(http.MethodPost, v.calling())
		v.rests(1)
		v.post(cancelling(v.ids)).is(202, "")
		v.passes(3 * time.Second)
		if a := p.answer(); a.status != 200 || !strings.Contains(a.body, "gale") {
			t.Errorf("%+v: got %d %q %v", do, a.status, a.body, a.err)
		}
	}
}

// A connection that is reset when it is idle is used again after an answer
// without a body, and nothing is in flight meanwhile.
func TestCloseIdleAfterNoContent(t *testing.T) {
	v := broken(t, "weather", []scenarios.Fault{
		{When: scenarios.Trigger{Method: "ping"}, Do: scenarios.Action{Status: 204, CloseIdle: time.Second}},
		{When: scenarios.Trigger{Method: "tools/list", InFlight: 2}, Do: scenarios.Action{Status: 503}},
	})
	v.begin()
	l := v.dials()
	for range 2 {
		l.sends(http.MethodPost, v.request("ping", ""))
		if status, header := l.head(); status != 204 {
			t.Fatalf("got %d %v", status, header)
		}
		v.rests(1)
		v.list().succeeds()
	}
}

// The journal has events as the client gets them, and what was cut as that.
func TestJournalOfEdits(t *testing.T) {
	v := broken(t, "weather", []scenarios.Fault{
		{When: scenarios.Trigger{Method: "ping"}, Do: scenarios.Action{Stream: &scenarios.StreamEdit{IDs: "every"}}},
		{When: scenarios.Trigger{Method: "tools/list"}, Do: scenarios.Action{Drop: &scenarios.Drop{How: "rst", Bytes: 10}}},
	})
	v.begin()
	said := func() (latest *cassettes.Event) {
		for e := range v.player.Journal().Events() {
			if e.From == cassettes.Server && (e.Message != nil || e.Raw != nil) {
				latest = e
			}
		}
		return latest
	}
	a := v.ping()
	id := strings.TrimPrefix(a.body[strings.Index(a.body, "id: "):], "id: ")
	if e := said(); e.SSE == nil || e.SSE.ID == "" || !strings.HasPrefix(id, e.SSE.ID+"\n") {
		t.Errorf("the client gets %q, the journal has %+v", a.body, e.SSE)
	}
	v.list("Accept", "application/json, */*")
	if e := said(); e.Message != nil || string(e.Raw) != `{"jsonrpc"` {
		t.Errorf("the client gets ten bytes, the journal has %s%s", e.Message, e.Raw)
	}
}

// Each answer of a batch is edited, and each of its requests can be cancelled.
func TestEditedBatch(t *testing.T) {
	v := broken(t, "weather", []scenarios.Fault{
		{When: scenarios.Trigger{Kind: "batch"}, Do: scenarios.Action{Set: []scenarios.Edit{{Pointer: "/result/x", Value: []byte("1")}}, Stream: &scenarios.StreamEdit{Hold: true}}},
		{When: scenarios.Trigger{Client: "cancel"}, Do: scenarios.Action{Send: []scenarios.Sent{{Message: []byte(`{"jsonrpc":"2.0","id":"{{id}}","result":{}}`)}}}},
	})
	a := v.post(v.handshake("2025-03-26"))
	v.session, v.version = a.header.Get("Mcp-Session-Id"), "2025-03-26"
	v.initialized()
	batch := "[" + v.request("ping", "") + "," + v.request("ping", "") + "]"
	l := v.dials()
	l.sends(http.MethodPost, batch)
	if status, _ := l.head(); status != 200 {
		t.Fatal(status)
	}
	got := strings.TrimPrefix(strings.TrimSpace(l.chunk()), "event: message\ndata: ")
	for _, at := range []string{"0.result.x", "1.result.x"} {
		if gjson.Get(got, at).Raw != "1" {
			t.Errorf("%s of %s", at, got)
		}
	}
	v.post(cancelling(v.ids)).is(202, "")
	l.wants("beside", l.chunk(), event(`{"jsonrpc":"2.0","id":3,"result":{}}`))
}
