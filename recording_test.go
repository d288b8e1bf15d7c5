package mcpmock_test

import (
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"testing"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/recorder"
)

// recordThrough records what visit does with the URL of a recorder before the
// live server, and returns the cassette's path.
func recordThrough(t *testing.T, live string, layout cassettes.Layout, visit func(proxy string)) string {
	t.Helper()
	return recordTape(t, "http", layout, func(rec *recorder.Recorder) {
		upstream, err := url.Parse(live)
		if err != nil {
			t.Fatal(err)
		}
		proxy := httptest.NewServer(rec.Proxy(upstream))
		defer proxy.Close()
		visit(proxy.URL + upstream.Path)
	})
}

// recordTape records what visit does with a recorder, and returns the
// cassette.
func recordTape(t *testing.T, transport string, layout cassettes.Layout, visit func(*recorder.Recorder)) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "live.cassette")
	file, err := cassettes.Create(path, cassettes.Header{Transport: transport, Redact: []string{cassettes.RedactSecrets}}, cassettes.WithLayout(layout))
	if err != nil {
		t.Fatal(err)
	}
	rec, err := recorder.New(file)
	if err != nil {
		t.Fatal(err)
	}
	visit(rec)
	if err := rec.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}
