package eras

import (
	"bytes"
	"strings"

	"github.com/mcpmock/mcpmock/internal/mcp"
)

// The members of the filter of subscriptions/listen, each with the
// notification it asks for and the capability by which a server has that
// (2026-07-28 basic/patterns/subscriptions, "Notification Filter").
var changes = []struct{ filter, method, capability, flag string }{
	{"toolsListChanged", mcp.ToolsListChanged, "tools", "listChanged"},
	{"promptsListChanged", mcp.PromptsListChanged, "prompts", "listChanged"},
	{"resourcesListChanged", mcp.ResourcesListChanged, "resources", "listChanged"},
	{resourceSubscriptions, mcp.ResourcesUpdated, "resources", "subscribe"},
}

const resourceSubscriptions = "resourceSubscriptions"

// Honoured returns what of a filter a server with these capabilities honours,
// as the notifications of the acknowledgement: what it has, and the client
// asked for (2026-07-28 basic/patterns/subscriptions, "Acknowledgment").
func Honoured(filter, capabilities []byte) []byte {
	asked, _ := read(filter)
	has, _ := read(capabilities)
	honoured := &object{text: []byte("{}")}
	for _, c := range changes {
		capability, _ := read(has.get(c.capability))
		if string(capability.get(c.flag)) != "true" {
			continue
		}
		switch v := asked.get(c.filter); {
		case c.filter != resourceSubscriptions && string(v) == "true":
			honoured.set(c.filter, v)
		case c.filter == resourceSubscriptions && len(uris(v)) > 0:
			honoured.set(c.filter, append(append([]byte{'['}, bytes.Join(uris(v), []byte{','})...), ']'))
		}
	}
	return honoured.spell()
}

// FilterFlaw says what to send in place of a filter that has not the shape of
// one, or "" where nothing is wrong with it. Members that the revision does not
// know may be anything (2026-07-28 schema, SubscriptionFilter).
func FilterFlaw(filter []byte) string {
	asked, ok := read(filter)
	if !ok {
		return "send notifications as an object"
	}
	for _, c := range changes {
		v := asked.get(c.filter)
		switch {
		case v == nil:
		case c.filter != resourceSubscriptions && string(v) != "true" && string(v) != "false":
			return "send notifications." + c.filter + " as true or false"
		case c.filter == resourceSubscriptions && (v[0] != '[' || len(uris(v)) != len(elements(v))):
			return "send notifications." + c.filter + " as an array of URIs"
		}
	}
	return ""
}

// uris returns the strings in an array, as they are spelled.
func uris(list []byte) (all [][]byte) {
	for _, e := range elements(list) {
		if _, ok := str(e); ok {
			all = append(all, e)
		}
	}
	return all
}

// Wants reports whether a notification of a change passes a filter. An update
// of a resource passes where the filter has its URI, or that of a resource
// which it is a part of (2026-07-28 schema, ResourceUpdatedNotificationParams).
// All other notifications belong to a request, and pass none.
func Wants(filter []byte, method string, params []byte) bool {
	asked, _ := read(filter)
	for _, c := range changes {
		switch {
		case c.method != method:
		case c.filter != resourceSubscriptions:
			return string(asked.get(c.filter)) == "true"
		default:
			p, _ := read(params)
			updated, ok := p.str("uri")
			for _, e := range uris(asked.get(c.filter)) {
				if whole, _ := str(e); ok && isPart(updated, whole) {
					return true
				}
			}
		}
	}
	return false
}

// isPart reports whether a URI is the other one or lies below it: a path, a
// query or a fragment follows.
func isPart(uri, whole string) bool {
	rest, ok := strings.CutPrefix(uri, whole)
	return ok && (rest == "" || whole != "" && (strings.HasSuffix(whole, "/") || strings.ContainsAny(rest[:1], "/?#")))
}

// Tag says of a message on a subscription's stream that it belongs to the
// subscriptions/listen request of that id, given as its JSON text: in the
// params of a notification, and in the result that ends the stream. Any other
// message stays as it is (2026-07-28 basic/patterns/subscriptions, "Receiving
// Notifications" and "Graceful Closure").
func Tag(message, id []byte) []byte {
	o, ok := read(message)
	if !ok {
		return message
	}
	at := carrier(o)
	if at == "" {
		return message
	}
	part, ok := read(o.get(at))
	if !ok {
		part.text = []byte("{}")
	}
	withMeta(part, mcp.MetaSubscriptionID, id)
	o.set(at, part.spell())
	return o.spell()
}

// Untag takes the subscription's id from a message on its stream, and with it
// a _meta and params that hold nothing else: the message as a legacy server
// says it.
func Untag(message []byte) []byte {
	o, _ := read(message)
	at := carrier(o)
	part, ok := read(o.get(at))
	if !ok || !withoutMeta(part, mcp.MetaSubscriptionID) {
		return message
	}
	if at == "params" && len(part.members) == 0 {
		o.drop(at)
	} else {
		o.set(at, part.spell())
	}
	return o.spell()
}

// carrier returns the member of a message in which _meta stands, or "".
func carrier(message *object) string {
	switch {
	case message.get("result") != nil:
		return "result"
	case message.get("method") != nil:
		return "params"
	}
	return ""
}
