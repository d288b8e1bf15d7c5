package check

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"regexp"
	"strconv"
	"strings"
	"syscall"

	"github.com/mcpmock/mcpmock/internal/say"
	"github.com/mcpmock/mcpmock/probes"
	"github.com/tidwall/gjson"
)

// inWords is an answer in a few words: its status, and what it says.
func inWords(a probes.Answer) string {
	switch {
	case a.Err != nil && a.Status == 0:
		return reason(a.Err)
	case a.Err != nil:
		return fmt.Sprintf("%d, and then %s", a.Status, reason(a.Err))
	}
	return fmt.Sprintf("%d %s", a.Status, saying(a))
}

// mediaOf is the type of an answer's body, in lower case and without parameters.
func mediaOf(a probes.Answer) string {
	return strings.ToLower(strings.TrimSpace(strings.Split(a.Header.Get("Content-Type"), ";")[0]))
}

func quoted(s string) string { return strconv.Quote(say.Short(s, 80)) }

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
	text := strings.TrimSpace(string(a.Body))
	switch media := mediaOf(a); {
	case media == "text/event-stream" && a.Open:
		return "with a stream"
	case media == "text/event-stream" && text == "":
		return "with a stream that ended at once"
	case media == "text/event-stream" && !strings.Contains(text, ":"):
		return fmt.Sprintf("with a stream that is %q and no event", say.Short(text, 80))
	case media == "text/event-stream":
		return "with a stream that ended without a response"
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
	start := strings.ToLower(strings.TrimSpace(string(a.Body[:min(len(a.Body), 200)])))
	return mediaOf(a) == "text/html" || strings.HasPrefix(start, "<!doctype html") || strings.HasPrefix(start, "<html")
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
	case errors.Is(err, io.ErrUnexpectedEOF):
		return "it broke off"
	}
	if name, ok := errors.AsType[*net.DNSError](err); ok {
		return "no such host as " + name.Name
	}
	if notTLS, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return notTLS.Error()
	}
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return "its certificate is signed by nobody whom this machine knows"
	}
	return say.Short(err.Error(), 200)
}
