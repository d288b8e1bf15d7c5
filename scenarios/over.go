package scenarios

import (
	"encoding/json"
	"reflect"
	"time"
)

// Over returns what is left of an action over a transport (http, sse, stdio, or
// posted: a POST of HTTP+SSE before a live server, whose answer comes on a stream
// that is not taken apart), and the keys of what means nothing there. What is
// left is the action itself where all of it means something, and nil where none
// of it does.
func (a *Action) Over(transport string) (left *Action, nothing []string) {
	foreign := httpOnly()
	switch transport {
	case "http", "sse":
		foreign = stdioOnly()
	case "posted":
		foreign = stdioOnly()
		if !a.answers() {
			foreign = append(foreign, answerOnly()...)
		}
	}
	left = a
	for _, part := range foreign {
		if !part.in(a) {
			continue
		}
		if left == a {
			copied := *a
			left = &copied
		}
		part.out(left)
		nothing = append(nothing, part.key)
	}
	if nothing != nil && reflect.ValueOf(left).Elem().IsZero() {
		left = nil
	}
	return left, nothing
}

// Meetable reports whether anything that comes over a transport can meet a
// trigger. It looks at each condition by itself.
func (t *Trigger) Meetable(transport string) bool {
	switch {
	case transport == "stdio" && (t.Client == "resume" || t.Path != "" || t.HTTP != "" && t.HTTP != "POST" || asksHeader(t)),
		transport != "stdio" && t.Client == "eof",
		transport == "http" && t.Client == "connect":
		return false
	}
	for i := range t.Any {
		if t.Any[i].Meetable(transport) {
			return true
		}
	}
	return len(t.Any) == 0
}

// asksHeader reports whether a trigger asks for a header that was sent.
func asksHeader(t *Trigger) bool {
	for i := range t.Headers {
		if h := &t.Headers[i]; !h.Absent && h.Lacks == "" {
			return true
		}
	}
	return false
}

// An actionPart is one key of an action, to be looked for and taken out.
type actionPart struct {
	key string
	in  func(*Action) bool
	out func(*Action)
}

func partOf[V any](key string, of func(*Action) *V) actionPart {
	return actionPart{key,
		func(a *Action) bool { return !reflect.ValueOf(of(a)).Elem().IsZero() },
		func(a *Action) { *of(a) = *new(V) },
	}
}

// httpOnly are the actions that mean nothing over stdio.
func httpOnly() []actionPart {
	return []actionPart{
		partOf("request", func(a *Action) *[]Header { return &a.Request }),
		partOf("adopt_session", func(a *Action) *bool { return &a.AdoptSession }),
		partOf("latch", func(a *Action) **Response { return &a.Latch }),
		partOf("redirect", func(a *Action) **Redirect { return &a.Redirect }),
		partOf("challenge", func(a *Action) **Challenge { return &a.Challenge }),
		partOf("status", func(a *Action) *int { return &a.Status }),
		partOf("headers", func(a *Action) *[]Header { return &a.Headers }),
		partOf("rotate_session", func(a *Action) *bool { return &a.RotateSession }),
		partOf("stream", func(a *Action) **StreamEdit { return &a.Stream }),
		partOf("gzip", func(a *Action) *bool { return &a.Gzip }),
		partOf("close_idle", func(a *Action) *time.Duration { return &a.CloseIdle }),
	}
}

// stdioOnly are those that mean nothing over HTTP.
func stdioOnly() []actionPart {
	return []actionPart{
		partOf("emit", func(a *Action) *[]Emit { return &a.Emit }),
		partOf("frame", func(a *Action) *string { return &a.Frame }),
		partOf("close_stdout", func(a *Action) *bool { return &a.CloseStdout }),
		partOf("exit", func(a *Action) **int { return &a.Exit }),
	}
}

// answerOnly are those that mean nothing to a POST which is accepted, and
// answered elsewhere.
func answerOnly() []actionPart {
	return []actionPart{
		partOf("set", func(a *Action) *[]Edit { return &a.Set }),
		partOf("remove", func(a *Action) *[]string { return &a.Remove }),
		partOf("id", func(a *Action) *json.RawMessage { return &a.ID }),
		partOf("id", func(a *Action) *string { return &a.IDAs }),
		partOf("inject", func(a *Action) *string { return &a.Inject }),
		partOf("pad", func(a *Action) *int { return &a.Pad }),
		partOf("wrap", func(a *Action) *bool { return &a.Wrap }),
		partOf("duplicate", func(a *Action) *bool { return &a.Duplicate }),
		partOf("withhold", func(a *Action) *bool { return &a.Withhold }),
		partOf("swap", func(a *Action) *bool { return &a.Swap }),
		partOf("stream", func(a *Action) **StreamEdit { return &a.Stream }),
	}
}

// answers reports whether an action has an answer of its own.
func (a *Action) answers() bool {
	return a.Respond != nil || a.Latch != nil || a.Redirect != nil || a.Challenge != nil || a.Error != nil || a.Result != nil
}
