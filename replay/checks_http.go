package replay

import (
	"errors"
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strings"

	"github.com/mcpmock/mcpmock/scenarios"
)

func checkMethod(q *visit, _ *scenarios.Check) string {
	if allowed(q.verb) {
		return ""
	}
	return "use POST to send a message, GET to listen, DELETE to end a session; got " + q.verb
}

func checkStateless(q *visit, c *scenarios.Check) string {
	if (q.p.mode == "stateless" || c.Every) && q.verb != http.MethodPost {
		return "a stateless server has neither streams to listen to nor sessions to end; use POST, not " + q.verb
	}
	return ""
}

func checkSize(q *visit, c *scenarios.Check) string {
	switch {
	case c.Limit > 0 && (len(q.body) > c.Limit || errors.Is(q.bodyErr, errTooLarge)):
		return fmt.Sprintf("a message may have %d bytes", min(int64(c.Limit), q.p.maxBody))
	case errors.Is(q.bodyErr, errTooLarge):
		return fmt.Sprintf("a message may have %d bytes", q.p.maxBody)
	}
	return ""
}

func checkContentType(q *visit, c *scenarios.Check) string {
	if q.verb != http.MethodPost {
		return ""
	}
	sent := q.field("Content-Type")
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
	return "send Content-Type: application/json; got " + orNone(strings.Join(q.r.Header["Content-Type"], ", "))
}

func checkAcceptPost(q *visit, c *scenarios.Check) string {
	if q.verb != http.MethodPost && !slices.Contains(c.On, q.verb) || q.comes("application/json", c) && q.comes("text/event-stream", c) {
		return ""
	}
	return "send Accept: application/json, text/event-stream; got " + orNone(strings.Join(q.r.Header["Accept"], ", "))
}

func checkAcceptGet(q *visit, c *scenarios.Check) string {
	if q.verb != http.MethodGet || q.comes("text/event-stream", c) {
		return ""
	}
	return "send Accept: text/event-stream; got " + orNone(strings.Join(q.r.Header["Accept"], ", "))
}

func checkSlashMissing(q *visit, _ *scenarios.Check) string {
	if q.atEndpoint() && !strings.HasSuffix(q.r.URL.Path, "/") {
		return "the endpoint is " + q.r.URL.Path + "/"
	}
	return ""
}

func checkSlashExtra(q *visit, _ *scenarios.Check) string {
	if q.atEndpoint() && strings.HasSuffix(q.r.URL.Path, "/") {
		return "the endpoint is " + unslashed(q.r.URL.Path)
	}
	return ""
}

// atEndpoint reports whether the request came to the endpoint that the player
// tells of, in whatever space, with a slash at its end or without. The root
// has none to spare.
func (q *visit) atEndpoint() bool {
	endpoint := unslashed(q.p.index.Path)
	return endpoint != "" && strings.HasSuffix(unslashed(q.r.URL.Path), endpoint)
}
