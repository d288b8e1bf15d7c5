package replay

import (
	"bytes"
	"context"
	"net"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mcpmock/mcpmock/probes"
	"github.com/mcpmock/mcpmock/scenarios"
)

// A wireCase is what a real server answered to a probe, as captured on the
// wire: of the headers, sorted and in their own spelling, without Date and
// those that tell the length; ids are ID.
type wireCase struct {
	probe, why string
	status     int
	header     string
	body       string
}

// speaks holds that a player answers the probes, in their order, as the real
// server of the dialect did.
func speaks(t *testing.T, dialect string, sessions string, cases []wireCase) {
	t.Helper()
	cl := simple(t).play(WithScenario(&scenarios.Scenario{Dialect: dialect, Sessions: sessions}))
	var last *bytes.Buffer
	asker, err := probes.NewClient(cl.url, probes.WithPatience(time.Minute, 300*time.Millisecond), probes.WithDial(func(ctx context.Context, address string) (net.Conn, error) {
		var d net.Dialer
		conn, err := d.DialContext(ctx, "tcp", address)
		last = &bytes.Buffer{}
		return overheard{conn, last}, err
	}))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		p, ok := probes.Named(c.probe)
		if !ok {
			t.Errorf("there is no probe %s", c.probe)
			continue
		}
		a, err := asker.Ask(t.Context(), p)
		if err != nil || a.Err != nil {
			t.Errorf("%s: %v, %v", c.probe, err, a.Err)
			continue
		}
		header, body := linesOnWire(last.String()), oneOfThisRun.ReplaceAllString(string(a.Body), "ID$2")
		if a.Status != c.status || header != c.header || body != c.body {
			t.Errorf("%s, %s\ngot  %d\n%s\n%q\nwant %d\n%s\n%q", c.probe, c.why, a.Status, header, body, c.status, c.header, c.body)
		}
	}
}

// overheard is a connection of which all that comes is kept.
type overheard struct {
	net.Conn
	heard *bytes.Buffer
}

func (o overheard) Read(b []byte) (int, error) {
	n, err := o.Conn.Read(b)
	o.heard.Write(b[:n])
	return n, err
}

// linesOnWire returns the header lines of a response that are compared.
func linesOnWire(response string) string {
	head, _, _ := strings.Cut(response, "\r\n\r\n")
	lines := strings.Split(head, "\r\n")[1:]
	lines = slices.DeleteFunc(lines, func(l string) bool {
		name, _, _ := strings.Cut(strings.ToLower(l), ":")
		return name == "date" || name == "content-length" || name == "transfer-encoding"
	})
	slices.Sort(lines)
	return oneOfThisRun.ReplaceAllString(strings.Join(lines, "\n"), "ID$2")
}

var oneOfThisRun = regexp.MustCompile(`\b([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[A-Z2-7]{26})(_[0-9]+)?\b`)
