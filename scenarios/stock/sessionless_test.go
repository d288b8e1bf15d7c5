package stock_test

import (
	"strings"
	"testing"

	"github.com/mcpmock/mcpmock/verdicts"
)

// A client of the revision without sessions and handshakes is not judged by what
// it cannot do: scenarios about sessions pass it by, and those about bytes take
// its next request for the sign that it has read them.
func TestStockPassesModernClients(t *testing.T) {
	bytes := []string{
		"sse-bom", "sse-cr", "sse-crlf", "sse-custom-event-name", "sse-multiline-data", "sse-no-space",
		"priming-empty-data", "priming-event-named", "response-charset-rejected", "response-type-upper-case",
	}
	sessions := []string{
		"session-404-no-reinit", "stale-id-on-initialize-rejected", "unknown-session-400-json", "unknown-session-400-text", "unknown-session-401",
		"transient-404-kills-connection", "zombie-session-after-delete", "client-never-sends-session-id", "wrong-header-name",
		"fastmcp-missing-session-id", "fastmcp-missing-session-id-once", "gateway-leaks-own-session-id", "error-response-mints-session-id",
		"request-before-initialized", "strict-initialized-order-kills-session", "version-hardcoded-new", "version-placeholder", "client-omits-version-header",
	}
	for _, on := range []string{"weather/modern", "weather/both"} {
		for i, name := range append(bytes, sessions...) {
			t.Run(name+"/"+on, func(t *testing.T) {
				v := visit(t, name, on)
				for _, do := range []func(...string) answer{v.discovers, v.listsModern, v.callsModern, v.callsModern, v.callsModern} {
					if a := do(); a.status != 200 {
						t.Errorf("got %d %s", a.status, a.body)
					}
				}
				if n := v.count("faulted"); (n > 0) != (i < len(bytes)) {
					t.Errorf("%d requests were faulted", n)
				}
				for _, got := range v.verdicts() {
					if got.Result == verdicts.Fail {
						t.Errorf("%s %s: %s", got.Level, got.Expectation, got.Evidence)
					}
				}
			})
		}
	}
}

// What brings a process down for a session's sake leaves one alone that has none.
func TestStockPassesModernClientsOverStdio(t *testing.T) {
	for _, c := range []struct {
		why, name, on string
		begins        bool // with a handshake, as a client of another era
	}{
		{"nothing to expire", "session-404-no-reinit", "weather/modern", false},
		{"nor is that of the handshake before it the request's", "session-404-no-reinit", "weather/both", true},
		{"no session is known", "stale-id-on-initialize-rejected", "weather/both", true},
		{"nor forgotten", "unknown-session-401", "weather/modern", false},
		{"nothing is in a state", "stdio-exit-on-pre-init", "weather/modern", false},
	} {
		name := c.why + ", " + c.name
		v := visit(t, c.name, c.on)
		p := v.pipe()
		if c.begins {
			p.begins()
		}
		for range 3 {
			p.says(v.callingModern(""))
			if line := p.reads(); !strings.Contains(line, `"result"`) {
				t.Errorf("%s: the process said %q", name, line)
			}
		}
		if n := v.count("faulted"); n != 0 {
			t.Errorf("%s: %d lines were faulted", name, n)
		}
		for _, got := range v.verdicts() {
			if got.Result == verdicts.Fail {
				t.Errorf("%s: %s %s: %s", name, got.Level, got.Expectation, got.Evidence)
			}
		}
	}
}
