package gate

import (
	"errors"
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strings"

	"github.com/mcpmock/mcpmock/scenarios"
)

func checkMethod(q visitor, _ *scenarios.Check) string {
	switch q.Verb {
	case http.MethodPost, http.MethodGet, http.MethodDelete:
		return ""
	}
	return "use POST to send a message, GET to listen, DELETE to end a session; got " + q.Verb
}

func checkStateless(q visitor, c *scenarios.Check) string {
	if (q.mock.Sessions == "stateless" || c.Every) && q.Verb != http.MethodPost {
		return "a stateless server has neither streams to listen to nor sessions to end; use POST, not " + q.Verb
	}
	return ""
}

func checkSize(q visitor, c *scenarios.Check) string {
	switch {
	case c.Limit > 0 && (len(q.Body) > c.Limit || errors.Is(q.BodyErr, ErrTooLarge)):
		return fmt.Sprintf("a message may have %d bytes", min(int64(c.Limit), q.mock.MaxBody))
	case errors.Is(q.BodyErr, ErrTooLarge):
		return fmt.Sprintf("a message may have %d bytes", q.mock.MaxBody)
	}
	return ""
}

func checkContentType(q visitor, c *scenarios.Check) string {
	if q.Verb != http.MethodPost {
		return ""
	}
	sent := q.Field(q.header(), "Content-Type")
	if sent != "" {
		if sent == "application/json" {
			return ""
		}
		switch c.Match {
		case "contains":
			if strings.Contains(sent, "application/json") {
				return ""
			}
		case "prefix":
			if strings.HasPrefix(sent, "application/json") {
				return ""
			}
		case "loose":
			if strings.HasPrefix(strings.ToLower(sent), "application/json") {
				return ""
			}
		case "media":
			if media, _, _ := strings.Cut(sent, ";"); strings.EqualFold(strings.TrimSpace(media), "application/json") {
				return ""
			}
		case "list":
			list, _, _ := strings.Cut(sent, ";")
			for item := range strings.SplitSeq(list, ",") {
				if strings.TrimSpace(item) == "application/json" {
					return ""
				}
			}
		case "":
			if media, _, err := mime.ParseMediaType(sent); err == nil && media == "application/json" {
				return ""
			}
		}
	}
	return "send Content-Type: application/json; got " + orNone(strings.Join(q.header()["Content-Type"], ", "))
}

func checkAcceptPost(q visitor, c *scenarios.Check) string {
	if q.Verb != http.MethodPost && !slices.Contains(c.On, q.Verb) || q.comes("application/json", c) && q.comes("text/event-stream", c) {
		return ""
	}
	return "send Accept: application/json, text/event-stream; got " + orNone(strings.Join(q.header()["Accept"], ", "))
}

func checkAcceptGet(q visitor, c *scenarios.Check) string {
	if q.Verb != http.MethodGet || q.comes("text/event-stream", c) {
		return ""
	}
	return "send Accept: text/event-stream; got " + orNone(strings.Join(q.header()["Accept"], ", "))
}

func checkSlashMissing(q visitor, _ *scenarios.Check) string {
	if q.atEndpoint() && !strings.HasSuffix(q.HTTP.URL.Path, "/") {
		return "the endpoint is " + q.HTTP.URL.Path + "/"
	}
	return ""
}

func checkSlashExtra(q visitor, _ *scenarios.Check) string {
	if q.atEndpoint() && strings.HasSuffix(q.HTTP.URL.Path, "/") {
		return "the endpoint is " + unslashed(q.HTTP.URL.Path)
	}
	return ""
}

// atEndpoint reports whether the request came to the endpoint that the player
// tells of, in whatever space, with a slash at its end or without. The root
// has none to spare.
func (q visitor) atEndpoint() bool {
	if q.HTTP == nil {
		return false
	}
	endpoint := unslashed(q.mock.Endpoint)
	return endpoint != "" && strings.HasSuffix(unslashed(q.HTTP.URL.Path), endpoint)
}
