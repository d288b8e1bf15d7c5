package replay

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// A client that subscribes to what the tape has no news of is not remembered
// for it, and one that names nothing is told so.
func TestSubscribeOnModernTape(t *testing.T) {
	const news = maxFollows + 2
	tp := newTaper(t)
	tp.modern("tester", 1, "server/discover", "", `{"resultType":"complete","supportedVersions":["2026-07-28"],"capabilities":{"resources":{"subscribe":true}},"ttlMs":0,"cacheScope":"private"}`)
	var uris []string
	for n := range news {
		uris = append(uris, fmt.Sprintf(`"file:///%d"`, n))
	}
	on := tp.asked(modernRequest("1", "subscriptions/listen", metaOf("tester", allCapable), `"notifications":{"resourceSubscriptions":[`+strings.Join(uris, ",")+`]}`))
	tp.stream(on)
	tp.frame(on, tagged("notifications/subscriptions/acknowledged", `"notifications":{"resourceSubscriptions":["file:///1"]}`))
	for _, uri := range uris {
		tp.frame(on, tagged("notifications/resources/updated", `"uri":`+uri))
	}
	cl := tp.play(WithEra("both"))
	cl.opens("2025-11-25", `{}`)
	conv, _ := cl.player.sessions.find(cl.player.space(""), cl.session, time.Now())
	ask := func(method, params string) reply {
		return cl.post(`{"jsonrpc":"2.0","id":3,"method":"resources/` + method + `","params":` + params + `}`)
	}
	for _, c := range []struct {
		why, method, params string
		code                int64
		follows             int
	}{
		{"no uri", "subscribe", `{}`, -32602, 0},
		{"a uri that is no text", "subscribe", `{"uri":["file:///1"]}`, -32602, 0},
		{"no uri to unsubscribe from", "unsubscribe", `{}`, -32602, 0},
		{"a number to unsubscribe from", "unsubscribe", `{"uri":1}`, -32602, 0},
		{"one that the tape has no news of", "subscribe", `{"uri":"file:///none"}`, 0, 0},
		{"one that it has", "subscribe", `{"uri":"file:///1"}`, 0, 1},
		{"the same again", "subscribe", `{"uri":"file:///1"}`, 0, 1},
		{"another", "subscribe", `{"uri":"file:///2"}`, 0, 2},
		{"no more of that", "unsubscribe", `{"uri":"file:///2"}`, 0, 1},
		{"what it has not subscribed to", "unsubscribe", `{"uri":"file:///none"}`, 0, 1},
	} {
		if r := ask(c.method, c.params); r.status != 200 || r.get("error.code").Int() != c.code || r.get("result").Exists() != (c.code == 0) {
			t.Errorf("%s: %d %s", c.why, r.status, r.body)
		}
		conv.mu.Lock()
		follows := len(conv.follows)
		conv.mu.Unlock()
		if follows != c.follows {
			t.Errorf("%s: it follows %d, want %d", c.why, follows, c.follows)
		}
	}
	var codes []int64
	for _, uri := range uris {
		codes = append(codes, ask("subscribe", `{"uri":`+uri+`}`).get("error.code").Int())
	}
	if refused := slices.Index(codes, -32603); refused != maxFollows || codes[news-1] != -32603 {
		t.Errorf("the first refused is %d, want %d: %d", refused, maxFollows, codes[news-1])
	}
}
