package check

import (
	"errors"
	"fmt"
	"mime"
	"regexp"
	"strings"
	"syscall"

	"github.com/mcpmock/mcpmock/internal/say"
	"github.com/mcpmock/mcpmock/probes"
	"github.com/tidwall/gjson"
)

// inWords is an answer in a few words: its status, and what it says.
func inWords(a probes.Answer) string {
	if a.Err != nil {
		return reason(a.Err)
	}
	return fmt.Sprintf("%d %s", a.Status, saying(a))
}

func saying(a probes.Answer) string {
	for _, m := range probes.Messages(a) {
		top := gjson.ParseBytes(m)
		if e := top.Get("error"); e.IsObject() {
			return fmt.Sprintf("error %s %q", e.Get("code").Raw, say.Short(e.Get("message").String(), 80))
		}
		if top.Get("result").Exists() {
			return "with a result"
		}
	}
	media, _, _ := mime.ParseMediaType(a.Header.Get("Content-Type"))
	text := strings.TrimSpace(string(a.Body))
	switch {
	case media == "text/event-stream" && a.Open:
		return "with a stream"
	case media == "text/event-stream":
		return "with a stream that ended at once"
	case isPage(a):
		return "with a web page" + title(a)
	case text == "":
		return "without a body"
	}
	return fmt.Sprintf("%q", say.Short(text, 80))
}

// isPage reports whether an answer is HTML: from something that is no MCP
// server, such as a proxy, or a login page.
func isPage(a probes.Answer) bool {
	media, _, _ := mime.ParseMediaType(a.Header.Get("Content-Type"))
	start := strings.ToLower(strings.TrimSpace(string(a.Body[:min(len(a.Body), 200)])))
	return media == "text/html" || strings.HasPrefix(start, "<!doctype html") || strings.HasPrefix(start, "<html")
}

var titleTag = regexp.MustCompile(`(?is)<title[^>]*>\s*(.*?)\s*</title>`)

func title(a probes.Answer) string {
	if m := titleTag.FindSubmatch(a.Body); m != nil {
		return fmt.Sprintf(" titled %q", say.Short(string(m[1]), 60))
	}
	return ""
}

// reason is why there is no answer, in the words that clients show.
func reason(err error) string {
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection refused"
	case errors.Is(err, syscall.ECONNRESET):
		return "the connection was reset"
	}
	return err.Error()
}
