package check

import (
	"context"
	"slices"
	"strings"

	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/probes"
	"github.com/tidwall/gjson"
)

// The requests that tell whether a server speaks revision 2026-07-28.
var (
	discovery = probes.Probe{Name: "discovery", Steps: []probes.Step{probes.Modern(request("1", mcp.Discover, ""))}}
	listing   = probes.Probe{Name: "listing", Steps: []probes.Step{probes.Modern(request("1", mcp.ToolsList, ""))}}
)

// modernly asks what tells. Servers that negotiate no later revision than
// 2025-03-26 are not asked server/discover: python-sdk before 1.9.4 does not
// survive it.
func (w *holding) modernly(ctx context.Context) (*said, error) {
	p := discovery
	if mcp.IsLegacy(w.Protocol) && w.Protocol < mcp.V20250618 {
		p = listing
	}
	s, err := w.saidTo(ctx, p)
	if err != nil || speaksModern(s) || p.Name == listing.Name || s.code() != mcp.MethodNotFound {
		return s, err
	}
	if list, err := w.saidTo(ctx, listing); err != nil || speaksModern(list) {
		return list, err
	}
	return s, nil
}

// saidTo asks a probe and returns all that came.
func (w *holding) saidTo(ctx context.Context, p probes.Probe) (*said, error) {
	a, err := w.client.Ask(ctx, p)
	if err != nil {
		return nil, err
	}
	return answered(p.Steps[0].Body, a), nil
}

// modernAlone reports whether a server that refused initialize speaks revision
// 2026-07-28. One that wants to know who asks, or that fails, is not asked.
func (w *holding) modernAlone(ctx context.Context, refused probes.Answer) (bool, error) {
	if refused.Err != nil || refused.Status == 401 || refused.Status == 403 || refused.Status == 407 || refused.Status >= 500 {
		return false, nil
	}
	s, err := w.modernly(ctx)
	if err != nil || !speaksModern(s) {
		return false, err
	}
	w.Protocol, w.Sessions = mcp.V20260728, "none"
	w.refused = answered(probes.Initialize().Body, refused)
	return true, nil
}

// speaksModern reports whether an answer is that of a server of revision
// 2026-07-28: a result that only it has, or an error that only it has for a
// request with which all is right.
func speaksModern(s *said) bool {
	r := s.result()
	if list := r.Get("supportedVersions"); list.IsArray() {
		return slices.ContainsFunc(list.Array(), func(v gjson.Result) bool { return v.Str == mcp.V20260728 })
	}
	switch s.code() {
	case mcp.HeaderMismatch, mcp.MissingCapability:
		return true
	case mcp.MethodNotFound: // with the status that came with this revision; over stdio nothing tells
		return s.overHTTP && s.answer.Status == 404 && s.response().Get("id").Raw == s.id
	}
	return s.modern()
}

// fallsBack is about what clients of both eras meet that ask a server for
// revision 2026-07-28 which does not speak it.
func (r *Report) fallsBack(s *said, in section) {
	const wants = "an answer by which clients of both eras tell that the server has initialize"
	told := saw(s.method+" of 2026-07-28", s)
	note := func(cause, cure string) *Finding {
		return r.find("modern-probe", Note, in, "", wants, "%s", told).because(cause, cure)
	}
	switch a := s.answer; {
	case s.overHTTP && a.Err != nil:
		note("clients of both eras ask this first, and take silence for a server that is down", "answer 400 to what is not known").known("discover-timeout", "")
	case s.overHTTP && a.Status >= 500:
		note("clients of both eras ask this first, and take it for a server that fails", "answer 400 to what is not known").known("discover-5xx", "")
	case s.overHTTP && a.Status == 401:
		note("clients of both eras ask this first, and go to get a token that they may have", "answer 400 to what is not known").known("discover-401", "")
	case s.overHTTP && a.Status == 403:
		note("clients of both eras ask this first, and take it that they may not use the server", "answer 400 to what is not known").known("discover-403", "")
	case s.overHTTP && a.Status/100 == 2 && !s.response().Exists():
		note("clients of both eras ask this first, and wait for an answer", "answer 400 to what is not known").known("discover-empty-2xx", "")
	case !s.overHTTP && !s.response().Exists() && strings.HasPrefix(s.words, "it ended"):
		note("clients of both eras ask this first, and the server is gone then", "answer with an error, and wait for initialize").
			known("stdio-exit-on-pre-init", "https://github.com/modelcontextprotocol/go-sdk/issues/1177")
	case !s.overHTTP && !s.response().Exists():
		note("clients of both eras ask this first, and wait until they time out", "answer with an error, and wait for initialize").
			known("stdio-probe-ignored", "https://github.com/modelcontextprotocol/rust-sdk/pull/1149")
	default:
		r.find("modern-probe", OK, in, "", wants, "%s", told)
	}
}
