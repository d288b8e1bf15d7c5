package stock_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/replay"
	"github.com/mcpmock/mcpmock/scenarios"
)

// broken is a visitor of a mock with faults of its own.
func broken(t *testing.T, tape string, list []scenarios.Fault, opts ...replay.Option) *visitor {
	t.Helper()
	return visitOf(t, &scenarios.Scenario{Name: "broken", Faults: list}, tape, opts...)
}

// A client that a fault has come back gets its answer, whatever the tape has of
// ids and whatever revision the client speaks.
func TestFaultedComesBack(t *testing.T) {
	for _, tape := range cassettes.StockNames() {
		for _, version := range []string{"2025-03-26", "2025-06-18", "2025-11-25"} {
			t.Run(tape+" "+version, func(t *testing.T) {
				v := broken(t, tape, []scenarios.Fault{{
					When: scenarios.Trigger{Method: "tools/call"},
					Do:   scenarios.Action{Stream: &scenarios.StreamEdit{End: true, EndPrime: true, IDs: "every"}},
				}})
				a := v.post(v.handshake(version))
				v.session, v.version = a.header.Get("Mcp-Session-Id"), version
				v.initialized()
				call := v.call()
				id, ok := strings.CutPrefix(strings.SplitN(call.body, "\n", 2)[0], "id: ")
				if !ok || strings.Contains(call.body, "result") {
					t.Fatalf("the call is answered by %q, want an event with an id and no data", call.body)
				}
				a = v.get("Last-Event-ID", id)
				if a.get("id").Int() != int64(v.ids) || !a.get("result").Exists() {
					t.Errorf("the rest is %q", a.body)
				}
			})
		}
	}
}

// Events have ids with which a client can come back where a fault says so,
// also where the answer was recorded as JSON; who takes no event streams gets
// JSON.
func TestFaultedIDs(t *testing.T) {
	v := broken(t, "weather", []scenarios.Fault{{
		When: scenarios.Trigger{Kind: "request"},
		Do:   scenarios.Action{Stream: &scenarios.StreamEdit{IDs: "every"}},
	}}, replay.WithAnswers("json"))
	v.begin()
	v.list("Accept", "application/json, */*").is(200, `~\{"jsonrpc":"2.0",.*`, "Content-Type", "application/json")
	a := v.call()
	a.is(200, `~id: (\d+)-1\ndata: \n\nevent: message\nid: \d+-2\ndata: \{.*\n\n`, "Content-Type", contentEvents)
	id := strings.TrimPrefix(strings.SplitN(a.body, "\n", 2)[0], "id: ")
	if rest := v.get("Last-Event-ID", id); rest.message() != a.message() {
		t.Errorf("whoever comes back gets %q", rest.body)
	}
}

// What a fault says to a client that cancels goes where the request is, with
// its id, on every transport.
func TestAnswerToCancelled(t *testing.T) {
	list := []scenarios.Fault{
		{When: scenarios.Trigger{Method: "tools/call"}, Do: scenarios.Action{Withhold: true, Stream: &scenarios.StreamEdit{Hold: true}}},
		{When: scenarios.Trigger{Client: "cancel"}, Do: scenarios.Action{Send: []scenarios.Sent{{Message: []byte(`{"jsonrpc":"2.0","id":"{{id}}","error":{"code":0,"message":"Request cancelled"}}`)}}}},
	}
	const sorry = `{"jsonrpc":"2.0","id":2,"error":{"code":0,"message":"Request cancelled"}}`
	t.Run("stdio", func(t *testing.T) {
		v := broken(t, "weather", list)
		p := v.pipe()
		p.begins()
		p.says(v.calling())
		p.says(cancelling(2))
		p.wants(sorry + "\n")
	})
	t.Run("HTTP+SSE", func(t *testing.T) {
		v := broken(t, "weather", list)
		streamURL := v.url
		v.url = v.sse
		l := v.dials()
		l.sends(http.MethodGet, "")
		l.head()
		endpoint := strings.TrimSpace(strings.TrimPrefix(l.chunk(), "event: endpoint\ndata: "))
		v.url = strings.TrimSuffix(streamURL, "/mcp") + endpoint
		v.post(v.handshake("2024-11-05")).is(202, "Accepted")
		l.wants("initialize", l.chunk(), "~event: message\ndata: .*\n\n")
		v.initialized()
		v.call().is(202, "Accepted")
		v.post(cancelling(2)).is(202, "Accepted")
		l.wants("the answer", l.chunk(), event(sorry))
	})
	t.Run("to a request that is over it goes nowhere", func(t *testing.T) {
		v := broken(t, "weather", list[1:])
		v.begin()
		v.call()
		v.post(cancelling(2)).is(202, "")
		v.call().succeeds()
	})
}

// An initialize is in flight where it came, and nowhere when it is answered.
func TestInFlightLands(t *testing.T) {
	v := broken(t, "weather", []scenarios.Fault{{
		When: scenarios.Trigger{InFlight: 2},
		Do:   scenarios.Action{Status: 503},
	}})
	for range 3 {
		v.initialize().is(200, "~.*")
	}
}

// A connection that is reset when it is idle serves whatever comes in time, as
// often as it comes.
func TestCloseIdle(t *testing.T) {
	v := broken(t, "weather", []scenarios.Fault{{
		When: scenarios.Trigger{Method: "ping"},
		Do:   scenarios.Action{CloseIdle: time.Second},
	}})
	v.begin()
	l := v.dials()
	for n := range 5 {
		l.sends(http.MethodPost, v.request("ping", ""))
		status, header := l.head()
		if _, err := io.CopyN(io.Discard, l.r, int64(len(fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"result":{}}`, v.ids)))); err != nil || status != 200 {
			t.Fatalf("request %d on the connection: %d %v %v", n+1, status, header, err)
		}
		v.rests(1)
		v.passes(999 * time.Millisecond)
	}
	v.passes(time.Millisecond)
	l.wants("after a second", l.end(), "<rst>")

	l = v.dials()
	l.sends(http.MethodPost, v.request("ping", ""))
	l.head()
	v.rests(1)
	_ = l.conn.Close() // a client that leaves is waited for no longer
	v.ping().succeeds()
}

// A cursor that a fault has given out leads back to the page that it stood on,
// and any other one nowhere.
func TestTurnBack(t *testing.T) {
	v := broken(t, "weather", []scenarios.Fault{{
		When: scenarios.Trigger{Method: "tools/list"},
		Do:   scenarios.Action{Set: []scenarios.Edit{{Pointer: "/result/nextCursor", Value: []byte(`"same"`)}}},
	}})
	v.begin()
	v.page("same").succeeds()
	if a := v.page("other"); a.get("error.code").Int() != -32602 {
		t.Errorf("a cursor that nobody has given out: %s", a.body)
	}
}
