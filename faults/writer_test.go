package faults

import (
	"context"
	"fmt"
	"io"
	"math"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mcpmock/mcpmock/scenarios"
)

// TestWriter lets answers pass, and compares each piece that is sent, when, and
// how it ends. The client leaves after a minute.
func TestWriter(t *testing.T) {
	sayRain := streamed(ev(rain))
	both := streamed(ev(half), ev(rain))
	primed := streamed("id: 5-1\ndata: \n\n", "id: 5-2\ndata: "+rain+"\n\n")
	send := func(at, on string) scenarios.Action {
		return scenarios.Action{Send: []scenarios.Sent{{Message: []byte(`{"jsonrpc":"2.0","id":"{{id}}","method":"m","params":["{{token}}"]}`), At: at, On: on}}}
	}
	sent := ev(`{"jsonrpc":"2.0","id":7,"method":"m","params":["t"]}`)
	stream := func(s scenarios.StreamEdit) scenarios.Action { return scenarios.Action{Stream: &s} }
	nine := strings.Replace(rain, `"id":7`, `"id":9`, 1)
	umbrella := strings.Replace(rain, "rain", "☔", 1)
	for _, c := range []struct {
		reason string
		do     scenarios.Action
		answer func(*Writer)
		want   []string
	}{
		{"JSON as it is", scenarios.Action{}, whole(rain), []string{"200", rain, "end"}},
		{"a stream as it is", scenarios.Action{}, both, []string{"200", ev(half), ev(rain), "end"}},
		{"what is no message as it is", scenarios.Action{Wrap: true}, whole("<html>"), []string{"200", "<html>", "end"}},
		{"but for text in it", scenarios.Action{Replace: map[string]string{"html": "body"}}, whole("<html>"), []string{"200", "<body>", "end"}},
		{"another status", scenarios.Action{Status: 502}, whole(rain), []string{"502", rain, "end"}},

		{"a delay", scenarios.Action{Delay: &scenarios.Delay{From: time.Second}}, whole(rain), []string{"1s 200", "1s " + rain, "1s end"}},
		{"a delay between two", scenarios.Action{Delay: &scenarios.Delay{From: time.Second, To: 3 * time.Second}}, whole(rain), []string{"2s 200", "2s " + rain, "2s end"}},
		{"a delay longer than the client stays", scenarios.Action{Delay: &scenarios.Delay{From: time.Hour}}, whole(rain), []string{"1m0s fin"}},
		{"a stall before the head", scenarios.Action{Stall: &scenarios.Stall{At: "before_headers", For: time.Second}}, sayRain, []string{"1s 200", "1s " + ev(rain), "1s end"}},
		{"a stall after the head", scenarios.Action{Stall: &scenarios.Stall{At: "after_headers", For: time.Second}}, whole(rain), []string{"200", "1s " + rain, "1s end"}},
		{"a stall in the middle", scenarios.Action{Stall: &scenarios.Stall{At: "mid_body", For: time.Second}}, whole(rain), []string{"200", rain[:len(rain)/2], "1s " + rain[len(rain)/2:], "1s end"}},
		{"a stall without end", scenarios.Action{Stall: &scenarios.Stall{At: "after_headers"}}, whole(rain), []string{"200", "1m0s fin"}},
		{"in the middle of the first event", scenarios.Action{Stall: &scenarios.Stall{At: "mid_body"}}, sayRain, []string{"200", ev(rain)[:len(ev(rain))/2], "1m0s fin"}},

		{"pieces", scenarios.Action{Split: &scenarios.Split{Bytes: 60}}, whole(rain), []string{"200", rain[:60], rain[60:], "end"}},
		{"pieces in their time", scenarios.Action{Split: &scenarios.Split{Bytes: 60, Every: time.Second}}, whole(rain), []string{"200", rain[:60], "1s " + rain[60:], "1s end"}},
		{"and between events", scenarios.Action{Split: &scenarios.Split{Bytes: 80, Every: time.Second}}, both,
			[]string{"200", ev(half)[:80], "1s " + ev(half)[80:], "2s " + ev(rain)[:80], "3s " + ev(rain)[80:], "3s end"}},
		{"inside of a character", scenarios.Action{Split: &scenarios.Split{CodePoint: true}}, whole(umbrella), []string{"200", umbrella[:strings.Index(umbrella, "☔")+1], umbrella[strings.Index(umbrella, "☔")+1:], "end"}},
		{"where there is none in one piece", scenarios.Action{Split: &scenarios.Split{CodePoint: true}}, whole(rain), []string{"200", rain, "end"}},
		{"slowly, ten times a second", scenarios.Action{Throttle: 400}, whole(rain), []string{"200", rain[:40], "100ms " + rain[40:], "192.5ms end"}},
		{"slower than a byte each time", scenarios.Action{Throttle: 1}, whole("ok"), []string{"200", "o", "1s k", "2s end"}},
		{"truncated, as if whole", scenarios.Action{Truncate: 5}, whole(rain), []string{"200", rain[:5], "end"}},
		{"a stream as well", scenarios.Action{Truncate: len(ev(half)) + 9}, both, []string{"200", ev(half), "event: me", "end"}},
		{"a stream that is shorter is whole", scenarios.Action{Truncate: 9999}, both, []string{"200", ev(half), ev(rain), "end"}},
		{"a byte order mark", scenarios.Action{BOM: true}, whole(rain), []string{"200", "\ufeff" + rain, "end"}},

		{"dropped at once", scenarios.Action{Drop: &scenarios.Drop{}}, whole(rain), []string{"fin"}},
		{"reset at once", scenarios.Action{Drop: &scenarios.Drop{How: "rst"}}, sayRain, []string{"rst"}},
		{"dropped after bytes", scenarios.Action{Drop: &scenarios.Drop{Bytes: 9}}, whole(rain), []string{"200", rain[:9], "fin"}},
		{"reset after bytes of an event", scenarios.Action{Drop: &scenarios.Drop{How: "rst", Bytes: 20}}, sayRain, []string{"200", ev(rain)[:20], "rst"}},
		{"dropped after the first event", scenarios.Action{Drop: &scenarios.Drop{Events: 1}}, both, []string{"200", ev(half), "fin"}},
		{"dropped after a second", scenarios.Action{Drop: &scenarios.Drop{After: time.Second}}, streamed(ev(half), "5s", ev(rain)), []string{"200", ev(half), "1s fin"}},
		{"a stream that is over earlier is dropped then", scenarios.Action{Drop: &scenarios.Drop{After: time.Second}, Stream: &scenarios.StreamEdit{Hold: true}}, sayRain, []string{"200", ev(rain), "1s fin"}},

		{"an answer that is complete before ends as it should", scenarios.Action{Drop: &scenarios.Drop{After: time.Second}}, whole(rain), []string{"200", rain, "end"}},
		{"before an answer that takes longer", scenarios.Action{Drop: &scenarios.Drop{After: time.Second}}, later(5*time.Second, rain), []string{"1s fin"}},
		{"before one that is delayed for longer", scenarios.Action{Drop: &scenarios.Drop{How: "rst", After: time.Second}, Delay: &scenarios.Delay{From: time.Hour}}, whole(rain), []string{"1s rst"}},
		{"in the midst of a slow one", scenarios.Action{Drop: &scenarios.Drop{After: 950 * time.Millisecond}, Throttle: 20}, whole(rain), []string{"200",
			rain[:2], "100ms " + rain[2:4], "200ms " + rain[4:6], "300ms " + rain[6:8], "400ms " + rain[8:10], "500ms " + rain[10:12], "600ms " + rain[12:14], "700ms " + rain[14:16], "800ms " + rain[16:18], "900ms " + rain[18:20], "950ms fin"}},

		{"what was held back goes out before it breaks off", scenarios.Action{Buffer: true, Drop: &scenarios.Drop{Bytes: 9}}, whole(rain), []string{"200", rain[:9], "fin"}},
		{"events too", scenarios.Action{Buffer: true, Drop: &scenarios.Drop{Events: 2}}, both, []string{"200", ev(half) + ev(rain), "fin"}},
		{"and in pieces", scenarios.Action{Buffer: true, Split: &scenarios.Split{Bytes: 60, Every: time.Second}}, whole(rain), []string{"200", rain[:60], "1s " + rain[60:], "1s end"}},
		{"slowly", scenarios.Action{Buffer: true, Throttle: 1}, whole("ok"), []string{"200", "o", "1s k", "2s end"}},
		{"nothing before all is said", scenarios.Action{Buffer: true}, streamed(ev(half), "1s", ev(rain)), []string{"200", "1s " + ev(half) + ev(rain), "1s end"}},
		{"nor does a stream that is held say anything", scenarios.Action{Buffer: true, Stream: &scenarios.StreamEdit{Hold: true}}, sayRain, []string{"200", "1m0s " + ev(rain), "1m0s end"}},

		{"JSON becomes a stream", stream(scenarios.StreamEdit{Event: "message"}), whole(rain), []string{"200", ev(rain), "end"}},
		{"nothing but the head", stream(scenarios.StreamEdit{End: true}), both, []string{"200", "end"}},
		{"the first event alone", stream(scenarios.StreamEdit{End: true, EndAfter: 1}), both, []string{"200", ev(half), "end"}},
		{"comments and priming events are not counted", stream(scenarios.StreamEdit{End: true, EndAfter: 1}), streamed(": ping\n\n", "id: 1\ndata: \n\n", ev(half), ev(rain)),
			[]string{"200", ": ping\n\n", "id: 1\ndata: \n\n", ev(half), "end"}},
		{"nor where it is dropped", scenarios.Action{Drop: &scenarios.Drop{Events: 1}}, streamed(": ping\n\n", "id: 1\ndata: \n\n", ev(half), ev(rain)),
			[]string{"200", ": ping\n\n", "id: 1\ndata: \n\n", ev(half), "fin"}},
		{"and a priming one", stream(scenarios.StreamEdit{End: true, EndAfter: 1, EndPrime: true, Retry: 5}), streamed(ev(half), ev(rain)),
			[]string{"200", "event: message\nretry: 5\ndata: " + half + "\n\n", "id: e2\nretry: 5\ndata: \n\n", "end"}},
		{"which has the id of the answer's own", stream(scenarios.StreamEdit{End: true, EndPrime: true}), func(w *Writer) { w.Primes = true; primed(w) }, []string{"200", "id: 5-1\ndata: \n\n", "end"}},
		{"or the latest that was given", stream(scenarios.StreamEdit{End: true, EndAfter: 1, EndPrime: true}), func(w *Writer) { primed(w); _, _ = io.WriteString(w, ev(half)) },
			[]string{"200", "id: 5-1\ndata: \n\n", "id: 5-2\ndata: " + rain + "\n\n", "id: 5-2\ndata: \n\n", "end"}},
		{"or the one with which the client has come back", stream(scenarios.StreamEdit{End: true, EndPrime: true}), func(w *Writer) { w.Last = "5-1"; sayRain(w) }, []string{"200", "id: 5-1\ndata: \n\n", "end"}},
		{"ended after a second", stream(scenarios.StreamEdit{End: true, EndTime: time.Second}), streamed(ev(half), "5s", ev(rain)), []string{"200", ev(half), "1s end"}},
		{"with a priming event", stream(scenarios.StreamEdit{End: true, EndTime: time.Second, EndPrime: true, IDs: "every"}), streamed(ev(half), "5s", ev(rain)),
			[]string{"200", "event: message\nid: e1\ndata: " + half + "\n\n", "1s id: e2\ndata: \n\n", "1s end"}},
		{"a priming event first", stream(scenarios.StreamEdit{Prime: &scenarios.Prime{ID: "X", Retry: 3}}), sayRain, []string{"200", "id: X\nretry: 3\ndata: \n\n", ev(rain), "end"}},
		{"held until the client leaves", stream(scenarios.StreamEdit{Hold: true}), sayRain, []string{"200", ev(rain), "1m0s end"}},
		{"kept alive meanwhile", stream(scenarios.StreamEdit{Hold: true, Keepalive: 25 * time.Second, Comment: "ping"}), sayRain, []string{"200", ev(rain), "25s : ping\n\n", "50s : ping\n\n", "1m0s end"}},
		{"kept alive while a swap is awaited", scenarios.Action{Swap: true, Stream: &scenarios.StreamEdit{Keepalive: 2 * time.Second}}, whole(rain), []string{"200", "2s : keepalive\n\n", "3s " + ev(strings.Replace(rain, "rain", "swapped", 1)), "3s end"}},
		{"swapped as JSON", scenarios.Action{Swap: true}, whole(rain), []string{"3s 200", "3s " + strings.Replace(rain, "rain", "swapped", 1), "3s end"}},
		{"without its last blank line", stream(scenarios.StreamEdit{NoBlank: true}), both, []string{"200", "event: message\ndata: " + half + "\n", "\nevent: message\ndata: " + rain + "\n", "end"}},
		{"nor does a comment end it", stream(scenarios.StreamEdit{NoBlank: true, Hold: true, Keepalive: 40 * time.Second}), sayRain,
			[]string{"200", "event: message\ndata: " + rain + "\n", "40s : keepalive\n", "1m0s end"}},
		{"with CRLF", stream(scenarios.StreamEdit{NoBlank: true, EOL: "crlf"}), sayRain, []string{"200", "event: message\r\ndata: " + rain + "\r\n", "end"}},
		{"a byte order mark before the events", stream(scenarios.StreamEdit{BOM: true}), sayRain, []string{"200", "\ufeff", ev(rain), "end"}},
		{"on the standalone stream", stream(scenarios.StreamEdit{On: "get"}), both, []string{"200", "end", "elsewhere " + half, "elsewhere " + rain}},
		{"on both", stream(scenarios.StreamEdit{On: "both"}), sayRain, []string{"200", ev(rain), "end", "elsewhere " + rain}},
		{"the answer withheld, the rest not", scenarios.Action{Withhold: true}, both, []string{"200", ev(half), "end"}},
		{"twice", scenarios.Action{Duplicate: true}, both, []string{"200", ev(half), ev(rain), ev(rain), "end"}},

		{"each message of a batch", scenarios.Action{ID: []byte("9"), Duplicate: true}, whole("[" + rain + "," + half + "]"),
			[]string{"200", "[" + nine + "," + nine + "," + half + "]", "end"}},
		{"as an event too", scenarios.Action{ID: []byte("9")}, streamed(ev("[" + rain + "," + rain + "]")), []string{"200", ev("[" + nine + "," + nine + "]"), "end"}},
		{"all of it withheld", scenarios.Action{Withhold: true}, streamed(ev("[" + rain + "," + rain + "]")), []string{"200", "end"}},
		{"a batch becomes a stream", stream(scenarios.StreamEdit{Event: "message"}), whole("[" + rain + "]"), []string{"200", ev("[" + rain + "]"), "end"}},

		{"a message before the answer", send("before", ""), both, []string{"200", ev(half), sent, ev(rain), "end"}},
		{"after it, and JSON becomes a stream", send("after", "post"), whole(rain), []string{"200", ev(rain), sent, "end"}},
		{"instead of it", send("instead", ""), both, []string{"200", ev(half), sent, "end"}},
		{"on the standalone stream, it comes there", send("", "get"), sayRain, []string{"200", ev(rain), "end", "elsewhere " + strings.TrimSuffix(strings.TrimPrefix(sent, "event: message\ndata: "), "\n\n")}},
		{"among events with ids it has none", scenarios.Action{Send: send("", "").Send, Stream: &scenarios.StreamEdit{IDs: "every"}}, primed,
			[]string{"200", "id: 5-1\ndata: \n\n", sent, "id: 5-2\ndata: " + rain + "\n\n", "end"}},
		{"a frame that was cut off is passed on", scenarios.Action{}, streamed("data: x"), []string{"200", "data: x", "end"}},
	} {
		t.Run(c.reason, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				out, said := answers(t, &c.do, c.answer)
				if !slices.Equal(out, c.want) {
					t.Errorf("\n got %q\nwant %q", out, c.want)
				}
				if ends := strings.Count(fmt.Sprintf("%q", said), `"end"`); ends > 1 || ends > 0 && slices.Contains(said, "reset") {
					t.Errorf("more than one end is told: %q", said)
				}
				if last := out[len(out)-1]; (strings.HasSuffix(last, "fin") || strings.HasSuffix(last, "rst")) != slices.Contains(said, "reset") {
					t.Errorf("%q, but what is told is %q", out, said)
				}
			})
		})
	}
}

// The headers of an edited answer.
func TestWriterHeaders(t *testing.T) {
	for _, c := range []struct {
		reason string
		do     scenarios.Action
		answer func(*Writer)
		want   http.Header
	}{
		{"the length of the body that is sent", scenarios.Action{Wrap: true}, whole(rain), http.Header{"Content-Type": {"application/json"}, "Content-Length": {fmt.Sprint(len(rain) + 2)}}},
		{"a stream has none", scenarios.Action{Stream: &scenarios.StreamEdit{Retry: 1}}, whole(rain), http.Header{"Content-Type": {"text/event-stream"}}},
		{"set, and taken off", scenarios.Action{Headers: []scenarios.Header{{Name: "X-A", Value: "1"}, {Name: "X-A", Value: "2"}, {Name: "Content-Type", Absent: true}}}, whole(rain),
			http.Header{"X-A": {"1", "2"}, "Content-Type": nil, "Content-Length": {fmt.Sprint(len(rain))}}},
		{"another session id", scenarios.Action{RotateSession: true}, sayStream, http.Header{"Content-Type": {"text/event-stream"}, "Mcp-Session-Id": {"rotated"}}},
		{"one more byte than there is, where it breaks off", scenarios.Action{Drop: &scenarios.Drop{Bytes: 5}}, whole(""), http.Header{"Content-Type": {"application/json"}, "Content-Length": {"1"}}},
	} {
		t.Run(c.reason, func(t *testing.T) {
			out := &wire{header: http.Header{}}
			ctx, cancel := context.WithCancel(t.Context())
			w := NewWriter(out, &c.do, &bystander{w: out, ctx: ctx, leave: cancel})
			w.Streams = true
			c.answer(w)
			w.Finish()
			if fmt.Sprint(out.header) != fmt.Sprint(c.want) {
				t.Errorf("got %v, want %v", out.header, c.want)
			}
		})
	}
}

func sayStream(w *Writer) { streamed(ev(rain))(w) }

// Nothing is taken once the answer is over, so that who performs it stops.
func TestWriterStops(t *testing.T) {
	out := &wire{header: http.Header{}}
	ctx, cancel := context.WithCancel(t.Context())
	w := NewWriter(out, &scenarios.Action{Stream: &scenarios.StreamEdit{End: true, EndAfter: 1}}, &bystander{w: out, ctx: ctx, leave: cancel})
	w.Header().Set("Content-Type", "text/event-stream")
	w.WriteHeader(200)
	if _, err := io.WriteString(w, ev(half)); err != nil {
		t.Errorf("the first event: %v", err)
	}
	if _, err := io.WriteString(w, ev(rain)); err == nil || w.FlushError() == nil {
		t.Error("an answer that is over takes more")
	}
	if ctx.Err() == nil {
		t.Error("who performs the answer is not told to stop")
	}
	w.Finish()
	if !w.Whole() {
		t.Error("the connection can be used again")
	}
}

func TestLength(t *testing.T) {
	half, one := func() float64 { return 0.5 }, func() float64 { return 1 }
	for _, c := range []struct {
		reason string
		d      scenarios.Delay
		want   time.Duration
	}{
		{"one duration", scenarios.Delay{From: time.Second}, time.Second},
		{"evenly between two", scenarios.Delay{From: time.Second, To: 2 * time.Second}, 1500 * time.Millisecond},
		{"from nothing", scenarios.Delay{To: time.Second}, 500 * time.Millisecond},
		{"around a median", scenarios.Delay{Median: time.Second, Sigma: 0.5}, time.Duration(float64(time.Second) * math.Exp(0.5))},
		{"bounded", scenarios.Delay{Median: time.Second, Sigma: 5, Max: 3 * time.Second}, 3 * time.Second},
	} {
		if got := Length(&c.d, half, one); got != c.want {
			t.Errorf("%s: %v, want %v", c.reason, got, c.want)
		}
	}
}

// No action makes a Writer lose or invent bytes where none is asked for,
// however the answer comes.
func FuzzWriter(f *testing.F) {
	f.Add("text/event-stream", ev(half)+ev(rain), uint8(3), uint8(7))
	f.Add("application/json", rain, uint8(0), uint8(1))
	f.Add("text/event-stream", ": ping\n\nid: 1\ndata\n\nretry: 5\r\n\r\ndata: {", uint8(1), uint8(9))
	f.Add("text/html", "<html>\n\n", uint8(2), uint8(2))
	f.Fuzz(func(t *testing.T, kind, body string, how, size uint8) {
		if strings.ContainsAny(kind, "\r\n") {
			return
		}
		n := int(size) + 1
		do := [...]scenarios.Action{{}, {Split: &scenarios.Split{Bytes: n}}, {Split: &scenarios.Split{CodePoint: true}}, {Buffer: true}, {Headers: []scenarios.Header{{Name: "X", Value: "y"}}}}[how%5]
		out := &wire{header: http.Header{}, began: time.Now().Add(time.Hour)}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		w := NewWriter(out, &do, &bystander{w: out, ctx: ctx, leave: cancel})
		w.Streams = how&1 == 0
		w.Header().Set("Content-Type", kind)
		w.WriteHeader(200)
		for rest := body; rest != ""; {
			piece := rest[:min(n, len(rest))]
			rest = rest[len(piece):]
			if _, err := io.WriteString(w, piece); err != nil {
				t.Fatal(err)
			}
		}
		w.Finish()
		out.Flush()
		if got := strings.Join(out.log[1:], ""); got != body {
			t.Errorf("%+v: got %q, want %q", do, got, body)
		}
	})
}
