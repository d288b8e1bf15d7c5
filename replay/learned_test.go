package replay

import (
	"net/http"
	"slices"
	"testing"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/scenarios"
)

// TestLearned holds what becomes of a refusal that was learned, in a dialect
// of which every check of interest has one.
func TestLearned(t *testing.T) {
	spec, err := scenarios.LoadDialect("spec")
	if err != nil {
		t.Fatal(err)
	}
	rpc := func(body string) cassettes.Refusal {
		return cassettes.Refusal{Probe: "ping-unknown-session", Status: 404, Header: http.Header{"Content-Type": {"application/json"}}, Body: body}
	}
	for _, c := range []struct {
		why  string
		r    cassettes.Refusal
		want *scenarios.Response // without headers; nil where nothing is learned
	}{
		{"an error in the dialect's own envelope has each request's id", rpc(`{"jsonrpc":"2.0","id":2,"error":{"code":-1,"message":"gone"}}`), &scenarios.Response{Status: 404, Code: -1, Message: "gone"}},
		{"data stays", rpc(`{"jsonrpc":"2.0","id":2,"error":{"code":-1,"message":"gone","data":[1]}}`), &scenarios.Response{Status: 404, Code: -1, Message: "gone", Data: "[1]"}},
		{"an id that is always the same is a body as it stands", rpc(`{"jsonrpc":"2.0","error":{"code":-1,"message":"gone"},"id":null}`), &scenarios.Response{Status: 404, Body: `{"jsonrpc":"2.0","error":{"code":-1,"message":"gone"},"id":null}`}},
		{"a body that names the probe's own request would lie to all others", rpc(`{"id":2,"jsonrpc":"2.0","error":{"code":-1,"message":"gone"}}`), nil},
		{"text", rpc("gone\n"), &scenarios.Response{Status: 404, Body: "gone\n"}},
		{"nothing", rpc(""), &scenarios.Response{Status: 404}},
		{"what was served is no refusal", cassettes.Refusal{Probe: "ping-unknown-session", Status: 200}, nil},
		{"what a parser says is about one body", cassettes.Refusal{Probe: "body-not-json", Status: 400, Body: "not json"}, nil},
		{"a probe that nobody knows any more", cassettes.Refusal{Probe: "no-such-probe", Status: 400}, nil},
	} {
		d := learned(spec, []cassettes.Refusal{c.r})
		i := slices.IndexFunc(d.Checks, func(k scenarios.Check) bool { return k.Name == scenarios.CheckSessionUnknown })
		switch k := d.Checks[i]; {
		case c.want == nil:
			if len(d.Checks) != len(spec.Checks) {
				t.Errorf("%s: learned %+v", c.why, k.Refuse)
			}
		case len(d.Checks) != len(spec.Checks)+1, !slices.Equal(k.On, []string{"POST"}):
			t.Errorf("%s: %d checks, on %v", c.why, len(d.Checks), k.On)
		case k.Refuse.Status != c.want.Status || k.Refuse.Code != c.want.Code || k.Refuse.Message != c.want.Message || k.Refuse.Data != c.want.Data || k.Refuse.Body != c.want.Body:
			t.Errorf("%s: %+v", c.why, k.Refuse)
		}
	}
	if learned(spec, nil) != spec {
		t.Error("a tape that taught nothing changes the dialect")
	}
}

// TestLearnedStreamOpen holds that an open stream is looked for also where the
// dialect allows many.
func TestLearnedStreamOpen(t *testing.T) {
	for _, name := range []string{"go-sdk-1.8", "spec"} {
		d, err := scenarios.LoadDialect(name)
		if err != nil {
			t.Fatal(err)
		}
		d = learned(d, []cassettes.Refusal{{Probe: "get-second-stream", Status: 409, Body: "taken"}})
		n := 0
		for _, k := range d.Checks {
			if k.Name == scenarios.CheckStreamOpen && k.Refuse.Body == "taken" {
				n++
			}
		}
		if n != 1 {
			t.Errorf("%s: it is looked for %d times", name, n)
		}
	}
}

// TestLearnedModern holds that refusals of the modern era are learned into
// the checks of that era, each into the one that meets what was asked.
func TestLearnedModern(t *testing.T) {
	refusal := func(probe, message string) cassettes.Refusal {
		return cassettes.Refusal{Probe: probe, Status: 400, Header: http.Header{"Content-Type": {"application/json"}},
			Body: `{"jsonrpc":"2.0","id":36,"error":{"code":-1,"message":"` + message + `"}}`}
	}
	for _, c := range []struct {
		why, dialect string
		r            cassettes.Refusal
		check, want  string
		times        int
	}{
		{"what names the probe's method names each request's", "spec", refusal("modern-method-unknown", "no mcpmock/no-such-method here"), scenarios.CheckUnknownMethod, "no ${method} here", 1},
		{"what is left for other methods is not learned of", "go-sdk-1.8-stateless", refusal("modern-method-unknown", "none"), scenarios.CheckUnknownMethod, "none", 1},
		{"one of the old era is no lesson for this one", "spec", refusal("ping-unknown-session", "none"), scenarios.CheckUnknownMethod, "none", 0},
	} {
		d, err := scenarios.LoadDialect(c.dialect)
		if err != nil {
			t.Fatal(err)
		}
		old := len(d.Modern.Checks)
		own := learned(d, []cassettes.Refusal{c.r})
		n := 0
		for _, k := range own.Modern.Checks {
			if k.Name == c.check && k.Refuse != nil && k.Refuse.Message == c.want {
				n++
			}
		}
		if n != c.times || len(d.Modern.Checks) != old {
			t.Errorf("%s: learned %d times", c.why, n)
		}
	}
}
