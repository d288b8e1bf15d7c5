package check

import (
	"context"
	"slices"
	"strings"

	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/internal/say"
	"github.com/tidwall/gjson"
)

// changes maps the kinds of changes that a client may ask for to where the
// capabilities say that a server tells of them, and to the notification.
var changes = []struct{ asked, capability, notification string }{
	{"toolsListChanged", "tools.listChanged", mcp.ToolsListChanged},
	{"promptsListChanged", "prompts.listChanged", mcp.PromptsListChanged},
	{"resourcesListChanged", "resources.listChanged", mcp.ResourcesListChanged},
	{"resourceSubscriptions", "resources.subscribe", mcp.ResourcesUpdated},
}

// listen is about the stream of changes.
func (m *modern) listen(ctx context.Context) error {
	told := false
	for _, c := range changes {
		told = told || m.capabilities.Get(c.capability).Bool()
	}
	const wants = "notifications/subscriptions/acknowledged first, with the id of the request, of its JSON type, as subscriptionId"
	first := m.named("modern-listen")
	if first.code() == mcp.MethodNotFound && !told {
		m.find("modern-listen", OK, ofAcknowledging, "MUST", wants, "%s: the server does not say that anything changes", first.words)
		return nil
	}
	named, err := m.ask(ctx, request(`"mcpmock-listen"`, mcp.Listen, `"notifications":{"toolsListChanged":true}`))
	if err != nil {
		return err
	}
	nothing := m.named("modern-listen-nothing")
	var breaches []string
	for _, s := range []*said{first, named, nothing} {
		if why := unacknowledged(s); why != "" {
			breaches = append(breaches, "id "+s.id+": "+why)
		}
	}
	f := m.hold("modern-listen", ofAcknowledging, "MUST", wants, "asked with ids 35, \"mcpmock-listen\" and 38: acknowledged", breaches,
		"clients cannot tell that the stream is theirs, and wait for it until they time out", "send the acknowledgement at once, before anything else")
	if strings.Contains(f.Saw, "subscriptionId") {
		f.shown("listen-subscription-id-type")
	} else {
		f.shown("listen-not-acknowledged")
	}
	if len(breaches) > 0 {
		return nil
	}
	breaches = nil
	for _, c := range []struct {
		s     *said
		asked []string
	}{
		{first, []string{"toolsListChanged", "promptsListChanged", "resourcesListChanged"}},
		{named, []string{"toolsListChanged"}},
		{nothing, nil},
	} {
		breaches = append(breaches, unasked(c.s, c.asked)...)
	}
	m.hold("modern-listen-filter", ofOpening, "MUST", "nothing that the client did not ask for", "asked for three kinds of changes, for one and for none: nothing else came", breaches,
		"clients are told of what they do not watch, under a subscription that is about something else", "look at the filter before each notification, and acknowledge what of it you serve")
	return nil
}

// unacknowledged says what is wrong with the beginning of a stream of changes;
// "" where nothing is.
func unacknowledged(s *said) string {
	if len(s.messages) == 0 {
		return s.words
	}
	first := s.messages[0]
	if first.Get("method").Str != mcp.Acknowledged {
		if first.Get("error").Exists() {
			return s.words
		}
		return "the first message is " + what(first)
	}
	if !first.Get("params.notifications").IsObject() {
		return "the acknowledgement does not say what is served"
	}
	for _, n := range s.messages {
		in := n.Get("params")
		if n.Get("result").Exists() {
			in = n.Get("result")
		}
		switch id := metaOf(in, mcp.MetaSubscriptionID); {
		case n.Get("error").Exists():
			return s.words
		case !id.Exists():
			return what(n) + " has no subscriptionId"
		case id.Raw != s.id:
			return what(n) + " has the subscriptionId " + say.Short(id.Raw, 40)
		}
	}
	return ""
}

// what names a message.
func what(m gjson.Result) string {
	if method := m.Get("method").Str; method != "" {
		return say.Short(method, 60)
	}
	return "the response"
}

// unasked is what came on a stream of changes that was not asked for.
func unasked(s *said, asked []string) []string {
	var list []string
	for _, n := range s.messages {
		if n.Get("method").Str == mcp.Acknowledged {
			n.Get("params.notifications").ForEach(func(kind, value gjson.Result) bool {
				served := value.Type != gjson.False && value.Type != gjson.Null && (!value.IsArray() || value.Get("0").Exists())
				if served && !slices.Contains(asked, kind.Str) {
					list = append(list, "acknowledged: "+say.Short(kind.Str, 60))
				}
				return true
			})
			continue
		}
		for _, c := range changes {
			if n.Get("method").Str == c.notification && !slices.Contains(asked, c.asked) {
				list = append(list, what(n))
			}
		}
	}
	return list
}
