package check

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"strings"
	"time"

	"github.com/mcpmock/mcpmock/internal/say"
	"github.com/mcpmock/mcpmock/probes"
)

// silent is about a server that answers nothing at all.
func (w *holding) silent(ctx context.Context, a probes.Answer) error {
	said := reason(a.Err)
	f := unreachable("cannot reach %s: %s", say.Place(w.endpoint), said)
	other := *w.endpoint
	_, notTLS := errors.AsType[tls.RecordHeaderError](a.Err)
	_, unknown := errors.AsType[x509.UnknownAuthorityError](a.Err)
	switch {
	case said == "connection refused":
		f.hint("nobody listens on %s: start the server, and check the port", w.endpoint.Host)
		f.hint("in a container, it must listen on 0.0.0.0, and its port must be published")
	case strings.Contains(said, "no such host"):
		f.hint("check the spelling of the name, and whether this machine may look it up")
	case strings.Contains(said, "no answer"):
		f.hint("look at the server's log, or whether something else listens there")
	case notTLS:
		other.Scheme = "http"
		f.hint("it speaks no TLS; where it speaks http:  mcpmock check %s", say.Word(say.Place(&other)))
	case unknown:
		f.hint("if the certificate is your own:  SSL_CERT_FILE=cert.pem mcpmock check %s", say.Word(say.Place(w.endpoint)))
	case strings.Contains(said, "tls:"), strings.Contains(said, "x509:"):
		f.hint("check the certificate: its names, its dates, and who signed it")
	case w.endpoint.Scheme == "http" && w.speaksTLS(ctx):
		other.Scheme = "https"
		f.hint("it speaks TLS:  mcpmock check %s", say.Word(say.Place(&other)))
	case strings.Contains(said, `malformed HTTP response "\x00\x00`):
		f.hint("that is HTTP/2 without the HTTP/1.1 that clients of MCP begin with: let the server speak both")
	case strings.Contains(said, "malformed HTTP"):
		f.hint("what listens there speaks no HTTP: check the port")
	default:
		f.hint("it hung up: look at the server's log, or whether something else listens there")
	}
	return f
}

// speaksTLS reports whether the server that was asked by http speaks TLS.
func (w *holding) speaksTLS(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	d := tls.Dialer{Config: &tls.Config{InsecureSkipVerify: true}} //nolint:gosec // nothing is sent
	conn, err := d.DialContext(ctx, "tcp", net.JoinHostPort(w.endpoint.Hostname(), cmp.Or(w.endpoint.Port(), "80")))
	if err != nil {
		return false
	}
	_ = conn.Close() // that it is there was all
	return true
}
