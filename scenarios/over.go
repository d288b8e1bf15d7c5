package scenarios

import "reflect"

// Over returns what is left of an action over a transport (http, sse or stdio),
// and the keys of what means nothing there. What is left is the action itself
// where all of it means something, and nil where none of it does.
func (a *Action) Over(transport string) (left *Action, nothing []string) {
	foreign := foreignTo(transport)
	left = a
	for _, k := range everyAct() {
		if k.nature&foreign == 0 || !k.set(a) {
			continue
		}
		if left == a {
			copied := *a
			left = &copied
		}
		k.clear(left)
		nothing = append(nothing, k.name)
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

// foreignTo is the nature of what means nothing over a transport.
func foreignTo(transport string) nature {
	if transport == "stdio" {
		return httpOnly
	}
	return stdioOnly
}
