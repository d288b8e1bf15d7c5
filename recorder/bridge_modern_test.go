package recorder

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/tidwall/gjson"
)

// modernAsk is a request of the modern era with its header.
func modernAsk(client, id, method, params string) (body string, header []string) {
	body = fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"method":%q,"params":{%s"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":%q,"version":"1"},"io.modelcontextprotocol/clientCapabilities":{}}}}`,
		id, method, params, client)
	return body, []string{"Mcp-Protocol-Version", "2026-07-28", "Mcp-Method", method, "Mcp-Name", gjson.Get(body, "params.name").Str}
}

// offer answers server/discover as a server of the modern era.
func offer(say func(string, ...any), m jsonrpc.Message) {
	say(`{"jsonrpc":"2.0","id":%s,"result":{"resultType":"complete","supportedVersions":["2026-07-28"],"capabilities":{}}}`, m.ID)
}

// servedBy is answering that counts the servers.
func servedBy(n *atomic.Int32, handle func(say func(string, ...any), m jsonrpc.Message)) runner {
	run := answering(handle)
	return func(ctx context.Context, stdin io.Reader, stdout, stderr io.Writer) (int, error) {
		n.Add(1)
		return run(ctx, stdin, stdout, stderr)
	}
}

// Who asks in one name has one server, whatever session it names; another name
// has another.
func TestBridgeServesClientsWithoutSessions(t *testing.T) {
	var servers atomic.Int32
	c := &side{span: newSpan(t, servedBy(&servers, echo)), session: "made-up"}
	for i, client := range []string{"one", "one", "another", "one"} {
		body, header := modernAsk(client, "1", "tools/list", "")
		resp := c.send(t.Context(), "POST", "/mcp", body, header...)
		if resp.StatusCode != 200 || resp.Header.Get("Mcp-Session-Id") != "" || resp.Header.Get("Content-Type") != "application/json" {
			t.Errorf("request %d gets %s, header %v", i, resp.Status, resp.Header)
		}
		resp.Body.Close()
	}
	if n := servers.Load(); n != 2 {
		t.Errorf("%d servers for two clients", n)
	}
}

// A header that says otherwise than the body is refused, for a server over
// stdio knows no header; and errors have the status of the revision.
func TestBridgeHoldsHeaders(t *testing.T) {
	c := &side{span: newSpan(t, servedBy(new(atomic.Int32), func(say func(string, ...any), m jsonrpc.Message) {
		switch m.Method {
		case "tools/list":
			say(`{"jsonrpc":"2.0","id":%s,"result":{"tools":[{"name":"berth","inputSchema":{"properties":{"length":{"type":"integer","x-mcp-header":"Length"}}}}]}}`, m.ID)
		case "tools/call":
			say(`{"jsonrpc":"2.0","id":%s,"result":{}}`, m.ID)
		case "server/discover":
			offer(say, m)
		default:
			code := gjson.GetBytes(m.Params, "code").Raw
			say(`{"jsonrpc":"2.0","id":%s,"error":{"code":%s,"message":"no"}}`, m.ID, code)
		}
	}))}
	ask, header := modernAsk("one", "1", "prompts/list", `"code":-32602,`)
	if status, body := c.whole("POST", "/mcp", ask, header...); status != 400 {
		t.Errorf("an error of a server that nobody knows gets %d %s: a client of both eras tells a legacy server by 400", status, body)
	}
	ask, header = modernAsk("one", "1", "server/discover", "")
	if status, body := c.whole("POST", "/mcp", ask, header...); status != 200 {
		t.Fatalf("server/discover gets %d %s", status, body)
	}
	list, header := modernAsk("one", "1", "tools/list", "")
	if status, body := c.whole("POST", "/mcp", list, header...); status != 200 {
		t.Fatalf("tools/list gets %d %s", status, body)
	}
	call, _ := modernAsk("one", "2", "tools/call", `"name":"berth","arguments":{"length":42},`)
	bare, _ := modernAsk("one", "2", "tools/call", `"name":"berth",`)
	fault := func(code string) string {
		body, _ := modernAsk("one", "3", "prompts/list", `"code":`+code+`,`)
		return body
	}
	for _, test := range []struct {
		why, body, header string
		status            int
		want              string
	}{
		{"all is there", call, "2026-07-28|tools/call|berth|42", 200, `"result":{}`},
		{"a number in another spelling", call, "2026-07-28|tools/call|berth|42.0", 200, `"result":{}`},
		{"a value in base64", call, "2026-07-28|tools/call|=?base64?YmVydGg=?=|42", 200, `"result":{}`},
		{"no version", call, "|tools/call|berth|42", 400, `"code":-32020`},
		{"another version", call, "2026-12-01|tools/call|berth|42", 400, `"code":-32020`},
		{"no method", call, "2026-07-28||berth|42", 400, `"code":-32020`},
		{"another method", call, "2026-07-28|tools/list|berth|42", 400, `"code":-32020`},
		{"another name", call, "2026-07-28|tools/call|Berth|42", 400, `"code":-32020`},
		{"no argument", call, "2026-07-28|tools/call|berth|", 400, `"code":-32020`},
		{"another argument", call, "2026-07-28|tools/call|berth|43", 400, `"code":-32020`},
		{"an argument that the body has not", bare, "2026-07-28|tools/call|berth|42", 400, `"code":-32020`},
		{"a method that the server has not", fault("-32601"), "2026-07-28|prompts/list||", 404, `"code":-32601`},
		{"a capability that the client has not", fault("-32021"), "2026-07-28|prompts/list||", 400, `"code":-32021`},
		{"params of the tool's own", fault("-32602"), "2026-07-28|prompts/list||", 200, `"code":-32602`},
	} {
		parts := strings.Split(test.header, "|")
		var header []string
		for i, name := range []string{"Mcp-Protocol-Version", "Mcp-Method", "Mcp-Name", "Mcp-Param-Length"} {
			if parts[i] != "" {
				header = append(header, name, parts[i])
			}
		}
		if status, body := c.whole("POST", "/mcp", test.body, header...); status != test.status || !strings.Contains(body, test.want) {
			t.Errorf("%s: %d %s, want %d with %s", test.why, status, body, test.status, test.want)
		}
	}
}

// A server of the legacy era is found out once; then its clients are told at
// once to begin with initialize.
func TestBridgeFindsTheLegacyEra(t *testing.T) {
	for why, answer := range map[string]string{
		"it knows no such method": `{"code":-32601,"message":"no"}`,
		"it wants initialize":     `{"code":-32602,"message":"not initialized"}`,
		"it exits":                "",
		"it names its versions":   `{"code":-32022,"message":"no","data":{"supported":["2025-11-25"],"requested":"2026-07-28"}}`,
	} {
		t.Run(why, func(t *testing.T) {
			var servers atomic.Int32
			run := servedBy(&servers, func(say func(string, ...any), m jsonrpc.Message) {
				say(`{"jsonrpc":"2.0","id":%s,"error":%s}`, m.ID, answer)
			})
			if answer == "" {
				run = func(_ context.Context, stdin io.Reader, stdout, _ io.Writer) (int, error) {
					servers.Add(1)
					lines := bufio.NewReader(stdin)
					line, err := lines.ReadString('\n')
					if err != nil || !strings.Contains(line, "initialize") {
						return 7, nil
					}
					fmt.Fprintln(stdout, welcome("2025-11-25"))
					_, err = io.Copy(io.Discard, lines)
					return 0, err
				}
			}
			c := &side{span: newSpan(t, run)}
			for range 2 {
				body, header := modernAsk("one", "1", "server/discover", "")
				if status, text := c.whole("POST", "/mcp", body, header...); status != http.StatusBadRequest || gjson.Get(text, "id").Raw != "1" || !gjson.Get(text, "error").Exists() {
					t.Errorf("a probe gets %d %s", status, text)
				}
			}
			c.gone()
			if n := servers.Load(); n != 1 {
				t.Errorf("%d servers were asked", n)
			}
			c.begin()
		})
	}
}

// Two clients of one name may use one id at once, and each gets its own
// answer; and one that leaves cancels what it asked.
func TestBridgeKeepsIdsApart(t *testing.T) {
	var servers atomic.Int32
	cancelled := make(chan string, 1)
	c := &side{span: newSpan(t, servedBy(&servers, func(say func(string, ...any), m jsonrpc.Message) {
		meta := func(id []byte) string {
			return `"_meta":{"io.modelcontextprotocol/subscriptionId":` + string(id) + `}`
		}
		switch m.Method {
		case "subscriptions/listen":
			say(`{"jsonrpc":"2.0","method":"notifications/subscriptions/acknowledged","params":{%s}}`, meta(m.ID))
			say(`{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info"}}`) // which nobody asked for
			say(`{"jsonrpc":"2.0","method":"notifications/tools/list_changed","params":{%s,"of":%s}}`, meta(m.ID), gjson.GetBytes(m.Params, "of").Raw)
		case "notifications/cancelled":
			cancelled <- gjson.GetBytes(m.Params, "requestId").Raw
		default:
			echo(say, m)
		}
	}))}
	leave := []context.CancelFunc{}
	for _, of := range []string{"1", "2"} {
		body, header := modernAsk("one", "7", "subscriptions/listen", `"of":`+of+`,`)
		ctx, cancel := context.WithCancel(t.Context())
		leave = append(leave, cancel)
		resp := c.send(ctx, "POST", "/mcp", body, header...)
		f := &feed{t: t, resp: resp}
		defer resp.Body.Close()
		if resp.StatusCode != 200 || resp.Header.Get("X-Accel-Buffering") != "no" {
			t.Errorf("subscription %s gets %s, %v", of, resp.Status, resp.Header)
		}
		if ack := f.next(); !strings.Contains(ack, "acknowledged") {
			t.Errorf("subscription %s begins with %s", of, ack)
		}
		if changed := f.next(); gjson.Get(changed, "params.of").Raw != of {
			t.Errorf("subscription %s hears %s", of, changed)
		}
	}
	if n := servers.Load(); n != 2 {
		t.Errorf("%d servers for two subscriptions of one id", n)
	}
	leave[0]()
	select {
	case id := <-cancelled:
		if id != "7" {
			t.Errorf("%s was cancelled", id)
		}
	case <-time.After(time.Minute):
		t.Error("the server does not hear that its client left")
	}
	body, header := modernAsk("one", "7", "tools/list", "")
	if status, text := c.whole("POST", "/mcp", body, header...); status != 200 { // once the id is free
		t.Errorf("the id again gets %d %s", status, text)
	}
	if n := servers.Load(); n != 2 {
		t.Errorf("%d servers, after the id was free again", n)
	}
	leave[1]()
}
