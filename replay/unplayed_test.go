package replay

import (
	"slices"
	"strings"
	"testing"
)

// What no client of a served era can ask for is not missed.
func TestUnplayedOfEras(t *testing.T) {
	legacy := func(tp *taper) {
		tp.begin("s", "tester")
		tp.json(tp.post("s", `{"jsonrpc":"2.0","id":2,"method":"ping"}`), "", 200, `{"jsonrpc":"2.0","id":2,"result":{}}`)
		tp.json(tp.post("s", `{"jsonrpc":"2.0","id":3,"method":"x/own"}`), "", 200, `{"jsonrpc":"2.0","id":3,"result":{}}`)
		tp.call("s", 4, `{"a":1}`, "legacy")
	}
	modern := func(tp *taper) {
		tp.modern("tester", 5, "server/discover", "", `{"resultType":"complete","supportedVersions":["2026-07-28"],"capabilities":{"tools":{}},"ttlMs":0,"cacheScope":"private"}`)
		tp.modern("tester", 6, "subscriptions/listen", `"notifications":{}`, `{"resultType":"complete"}`)
		tp.modern("tester", 7, "prompts/get", `"name":"greet"`, `{"resultType":"complete","messages":[]}`)
	}
	for _, c := range []struct {
		why, era string
		has      []func(*taper)
		want     string
	}{
		{"as recorded, all of it is asked for", "", []func(*taper){legacy}, "initialize ping x/own tools/call"},
		{"as recorded, in the modern era, too", "", []func(*taper){modern}, "server/discover subscriptions/listen prompts/get"},
		{"the era that is on the tape", "legacy", []func(*taper){legacy}, "initialize ping x/own tools/call"},
		{"no modern client begins a session or pings; what no revision knows may be asked in any", "modern", []func(*taper){legacy}, "x/own tools/call"},
		{"no legacy client discovers or listens", "legacy", []func(*taper){modern}, "prompts/get"},
		{"a client of either era may have played it", "both", []func(*taper){modern}, "prompts/get"},
		{"likewise", "both", []func(*taper){legacy}, "x/own tools/call"},
		{"a tape of both needs no translation", "both", []func(*taper){legacy, modern}, "initialize ping x/own tools/call server/discover subscriptions/listen prompts/get"},
		{"of a tape of both, one half", "legacy", []func(*taper){legacy, modern}, "initialize ping x/own tools/call"},
		{"and the other", "modern", []func(*taper){legacy, modern}, "server/discover subscriptions/listen prompts/get"},
	} {
		tp := newTaper(t)
		for _, record := range c.has {
			record(tp)
		}
		p := tp.play(WithEra(c.era)).player
		list, all, err := p.Unplayed(func(int) bool { return false }, 100)
		var got []string
		for _, u := range list {
			got = append(got, u.Method)
		}
		if want := strings.Fields(c.want); err != nil || !slices.Equal(got, want) || all != len(want) {
			t.Errorf("%s: era %q: %d %q, %v, want %q", c.why, c.era, all, got, err, want)
		}
		if some, of, err := p.Unplayed(func(x int) bool { return x == 1 }, 1); err != nil || len(some) != 1 || of < all-1 || of > all {
			t.Errorf("%s: era %q: %d of %d at most one, %v", c.why, c.era, len(some), of, err)
		}
	}
}
