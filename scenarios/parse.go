package scenarios

import (
	"cmp"
	"path/filepath"
	"strings"

	"github.com/mcpmock/mcpmock/internal/mcp"
)

// Parse reads a scenario from the text of a file. The file is only named, in
// errors and, without its ending, as the scenario's name where the text gives
// none. An error says FILE:LINE:COLUMN, what is wrong, and the cure.
func Parse(file string, data []byte) (*Scenario, error) {
	root, err := document(file, data)
	if err != nil {
		return nil, err
	}
	s := &Scenario{}
	err = root.mapping("the scenario", []string{"name", "about", "dialect", "sessions", "faults"}, func(e entry) error {
		switch e.key {
		case "name":
			return e.value.text("name", &s.Name)
		case "about":
			return e.value.text("about", &s.About)
		case "dialect":
			return e.value.word("dialect", &s.Dialect, Dialects())
		case "sessions":
			return e.value.word("sessions policy", &s.Sessions, []string{"required", "optional", "stateless"})
		default: // faults
			return e.value.each("faults", func(v node) error {
				f, err := v.fault()
				s.Faults = append(s.Faults, f)
				return err
			})
		}
	})
	if err != nil {
		return nil, err
	}
	if s.Name == "" {
		base := filepath.Base(file)
		s.Name = cmp.Or(strings.TrimSuffix(base, filepath.Ext(base)), base)
	}
	return s, nil
}

func (n node) fault() (Fault, error) {
	var f Fault
	var when, do bool
	err := n.mapping("the fault", []string{"name", "when", "do", "times", "until"}, func(e entry) error {
		switch e.key {
		case "name":
			return e.value.text("name", &f.Name)
		case "when":
			when = true
			return e.value.trigger("when", &f.When)
		case "do":
			do = true
			return e.value.action(&f.Do)
		case "times":
			if e.value.scalar() == "always" {
				return nil
			}
			if _, number := e.value.scalar().(int); !number {
				return e.value.errorf("times must be a whole number or always, not %s", e.value.kind())
			}
			return e.value.number("times", &f.Times, 1, maxCount)
		default: // until
			f.Until = &Trigger{}
			if err := e.value.trigger("until", f.Until); err != nil {
				return err
			}
			if *f.Until == (Trigger{}) {
				return e.value.errorf("until is met by every request: name one, such as {method: initialize}")
			}
			return nil
		}
	})
	switch {
	case err != nil:
		return f, err
	case !when:
		return f, n.errorf("the fault has no when: say which requests it meets; {} is every one")
	case !do:
		return f, n.errorf("the fault has no do: write do: expire_session, or do: {respond: ...}")
	}
	return f, nil
}

// maxCount bounds nth and times.
const maxCount = 1_000_000_000

func (n node) trigger(what string, dst *Trigger) error {
	keys := []string{"http", "method", "tool", "session", "not", "nth"}
	switch what {
	case "until":
		keys = keys[:5]
	case "not":
		keys = keys[:4]
	}
	err := n.mapping(what, keys, func(e entry) error {
		switch e.key {
		case "http":
			return e.value.word("HTTP method", &dst.HTTP, httpMethods())
		case "method":
			return e.value.pattern("method", &dst.Method)
		case "tool":
			return e.value.pattern("tool", &dst.Tool)
		case "session":
			return e.value.word("kind of session", &dst.Session, []string{"none", "known", "unknown"})
		case "nth":
			return e.value.number("nth", &dst.Nth, 1, maxCount)
		default: // not
			dst.Not = &Trigger{}
			if err := e.value.trigger("not", dst.Not); err != nil {
				return err
			}
			if *dst.Not == (Trigger{}) {
				return e.value.errorf("not rules out every request: name those that it means")
			}
			return nil
		}
	})
	switch {
	case err != nil:
		return err
	case dst.HTTP != "" && dst.HTTP != "POST" && (dst.Method != "" || dst.Tool != ""):
		return n.errorf("%s is never met: a %s carries no message; leave http or the other out", what, dst.HTTP)
	case dst.Tool != "" && dst.Method != "" && !matches(dst.Method, mcp.ToolsCall):
		return n.errorf("%s is never met: only %s names a tool; leave method out", what, mcp.ToolsCall)
	}
	return nil
}

// pattern reads a name that may end in a star.
func (n node) pattern(what string, dst *string) error {
	if err := n.text(what, dst); err != nil {
		return err
	}
	if star := strings.IndexByte(*dst, '*'); star >= 0 && star < len(*dst)-1 {
		return n.errorf("%s %q has a * before its end: a * stands for any ending only", what, *dst)
	}
	return nil
}

// matches reports whether a pattern fits a name.
func matches(pattern, name string) bool {
	start, open := strings.CutSuffix(pattern, "*")
	return start == name || open && strings.HasPrefix(name, start)
}

func (n node) action(dst *Action) error {
	if !n.isMapping() {
		var word string
		if err := n.word("action", &word, []string{"expire_session", "respond"}); err != nil {
			return err
		}
		if word == "respond" {
			return n.errorf("respond needs an answer: write do: {respond: {status: 400, body: ...}}")
		}
		dst.ExpireSession = true
		return nil
	}
	err := n.mapping("do", []string{"respond"}, func(e entry) error {
		dst.Respond = &Response{}
		return e.value.response("respond", responseKeys(), dst.Respond)
	})
	if err == nil && dst.Respond == nil {
		return n.errorf("do is empty: write expire_session, or {respond: ...}")
	}
	return err
}

// httpMethods are those of the endpoint, and those a client might try.
func httpMethods() []string {
	return []string{"POST", "GET", "DELETE", "PUT", "PATCH", "OPTIONS", "HEAD"}
}
