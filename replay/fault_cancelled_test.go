package replay

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/tidwall/gjson"
)

// cancelling is a tape of stdio on which a client cancels something, the server
// says a word after that, and calls of two tools follow: one that asks for roots,
// and one that changes the tools.
func cancelling(t *testing.T) *process {
	p := newProcess(t)
	p.says(cassettes.Client, `{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{"roots":{}},"clientInfo":{"name":"c","version":"1"}}}`)
	p.says(cassettes.Server, `{"jsonrpc":"2.0","id":0,"result":{"protocolVersion":"2025-11-25","capabilities":{"tools":{"listChanged":true},"logging":{}},"serverInfo":{"name":"s","version":"1"}}}`)
	p.says(cassettes.Client, `{"jsonrpc":"2.0","method":"notifications/initialized"}`)
	p.says(cassettes.Client, cancelledOf("99", ""))
	p.says(cassettes.Server, `{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"after it"}}`)
	p.call(1, "asks", askRoots, giveRoots, emptyResult(1))
	p.call(2, "change", emptyResult(2))
	p.says(cassettes.Server, `{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}`)
	return p
}

// cancellingModern is one of the modern era, whose client listens, and cancels
// that after a change.
func cancellingModern(t *testing.T) *process {
	p := newProcess(t)
	meta := metaOf("c", "{}")
	p.says(cassettes.Client, modernRequest("1", "server/discover", meta, ""))
	p.says(cassettes.Server, `{"jsonrpc":"2.0","id":1,"result":{"resultType":"complete","ttlMs":0,"cacheScope":"private","supportedVersions":["2026-07-28"],"capabilities":{"tools":{"listChanged":true}}}}`)
	p.says(cassettes.Client, modernRequest("2", "subscriptions/listen", meta, everything))
	p.says(cassettes.Server, strings.ReplaceAll(tagged("notifications/subscriptions/acknowledged", `"notifications":{"toolsListChanged":true}`), ":1}", ":2}"))
	p.says(cassettes.Client, modernRequest("3", "tools/call", meta, `"name":"change"`))
	p.says(cassettes.Server, `{"jsonrpc":"2.0","id":3,"result":`+said("changed")+`}`)
	p.says(cassettes.Server, strings.ReplaceAll(tagged("notifications/tools/list_changed", ""), ":1}", ":2}"))
	p.says(cassettes.Client, cancelledOf("2", ""))
	return p
}

// cancelledOf cancels a request.
func cancelledOf(id, meta string) string {
	if meta != "" {
		meta = `"_meta":` + meta + `,`
	}
	return fmt.Sprintf(`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{%s"requestId":%s}}`, meta, id)
}

// Over stdio a cancellation ends what its client asked for in either era, and
// moves nothing in the other.
func TestCancelledInEitherEra(t *testing.T) {
	const (
		hello   = `{"jsonrpc":"2.0","id":"i","method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{"roots":{}},"clientInfo":{"name":"c","version":"1"}}}`
		ready   = `{"jsonrpc":"2.0","method":"notifications/initialized"}`
		replies = "the client replies" // to the question
	)
	meta := metaOf("c", `{"roots":{}}`)
	listens := modernRequest("7", "subscriptions/listen", meta, everything)
	changes := modernRequest("8", "tools/call", meta, `"name":"change"`)
	for _, c := range []struct {
		why  string
		tape func(*testing.T) *process
		says []string
		want []string // the methods or ids of what comes, in any order: it comes from several at once
	}{
		{"what is not cancelled is told", cancelling, []string{listens, changes}, []string{"acknowledged", "8", "list_changed"}},
		{"a subscription, by a cancellation that does not say its era", cancelling, []string{listens, cancelledOf("7", ""), changes}, []string{"acknowledged", "8"}},
		{"or that does", cancelling, []string{listens, cancelledOf("7", meta), changes}, []string{"acknowledged", "8"}},
		{"beside a conversation of the legacy era, which stays where it is", cancelling, []string{hello, ready, listens, cancelledOf("7", ""), changes}, []string{"i", "acknowledged", "8"}},
		{"and goes on with a cancellation of its own", cancelling, []string{hello, ready, listens, cancelledOf("7", ""), cancelledOf("1234", "")}, []string{"i", "acknowledged", "message"}},
		{"before there is one", cancelling, []string{listens, cancelledOf("7", ""), cancelledOf("7", ""), hello, ready}, []string{"acknowledged", "i"}},
		{"a call waits for its client", cancelling, []string{hello, ready, toolCall(5, "asks"), replies}, []string{"i", "message", "list", "5"}},
		{"and is cancelled in words of the other era", cancelling, []string{hello, ready, toolCall(5, "asks"), cancelledOf("5", meta), replies}, []string{"i", "message", "list"}},
		{"what a client of one era cancelled on the tape moves none of the other", cancellingModern, []string{hello, ready, cancelledOf("1234", "")}, []string{"i"}},
		{"only what it calls does", cancellingModern, []string{hello, ready, cancelledOf("1234", ""), toolCall(6, "change")}, []string{"i", "6", "list_changed"}},
	} {
		synctest.Test(t, func(t *testing.T) {
			k := c.tape(t).talk(t, WithEra("both"))
			var mu sync.Mutex
			var heard []string
			go func() {
				for {
					line, err := k.out.ReadString('\n')
					if err != nil {
						return
					}
					mu.Lock()
					heard = append(heard, line)
					mu.Unlock()
				}
			}()
			for _, line := range c.says {
				if line == replies {
					mu.Lock()
					question := heard[slices.IndexFunc(heard, func(line string) bool { return gjson.Get(line, "method").Str == "roots/list" })]
					line = `{"jsonrpc":"2.0","id":` + gjson.Get(question, "id").Raw + `,"result":{"roots":[]}}`
					mu.Unlock()
				}
				_, _ = io.WriteString(k.in, line+"\n")
				synctest.Wait()
			}
			mu.Lock()
			defer mu.Unlock()
			var got []string
			for _, line := range heard {
				method := gjson.Get(line, "method").Str
				if method == "" {
					method = gjson.Get(line, "id").String()
				}
				got = append(got, method[strings.LastIndex(method, "/")+1:])
			}
			slices.Sort(got)
			if !slices.Equal(got, slices.Sorted(slices.Values(c.want))) {
				t.Errorf("%s: %q, want %q: %s", c.why, got, c.want, heard)
			}
		})
	}
}
