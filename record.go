package mcpmock

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/internal/say"
	"github.com/mcpmock/mcpmock/recorder"
)

// A session is one recording: it lies beside the cassette until the test has
// passed, so that a test that fails leaves the old one as it was.
type session struct {
	path   string
	file   *cassettes.File
	rec    *recorder.Recorder
	bridge *recorder.Bridge // to a server over stdio, or nil
	server *http.Server
	served chan struct{}
}

// beside is what the name of an unfinished recording ends in.
const beside = ".recording"

// record starts a recorder in front of the upstream until the test ends.
func record(t Tester, path string, o *options) *Server {
	t.Helper()
	s, at, err := begin(path, o)
	if err != nil {
		t.Fatalf("mcpmock: -%s: %v", recordFlag, err)
		return nil
	}
	t.Cleanup(func() {
		t.Helper()
		if err := s.end(t.Failed()); err != nil {
			t.Errorf("mcpmock: -%s: %v", recordFlag, err)
			return
		}
		if t.Failed() {
			t.Logf("mcpmock: the test failed: %s is not recorded anew", path)
			return
		}
		t.Logf("mcpmock: recorded %s", path)
	})
	srv := &Server{URL: at}
	if s.bridge != nil {
		srv.SSE = strings.TrimSuffix(at, "/mcp") + "/sse"
	}
	return srv
}

func begin(path string, o *options) (s *session, at string, err error) {
	upstream, transport := &url.URL{Path: "/mcp"}, "stdio"
	if o.command == nil {
		transport = "http"
		upstream, err = url.Parse(o.upstream)
		if err != nil || upstream.Scheme != "http" && upstream.Scheme != "https" || upstream.Host == "" {
			return nil, "", fmt.Errorf("upstream %q: it must be a URL with http or https", o.upstream)
		}
	}
	var opts []recorder.Option
	for _, h := range o.headers {
		opts = append(opts, recorder.WithHeader(h[0], h[1]))
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, "", err
	}
	header := cassettes.Header{Transport: transport, Redact: append([]string{cassettes.RedactSecrets}, o.redact...)}
	s = &session{path: path, served: make(chan struct{})}
	if s.file, err = cassettes.Replace(path+beside, header); err != nil {
		return nil, "", err
	}
	var listener net.Listener
	if s.rec, err = recorder.New(s.file, opts...); err == nil {
		listener, err = net.Listen("tcp", "127.0.0.1:0")
	}
	if err != nil {
		return nil, "", errors.Join(err, s.file.Close(), os.Remove(path+beside))
	}
	var handler http.Handler
	if o.command == nil {
		handler = s.rec.Proxy(upstream)
	} else {
		s.bridge = s.rec.Bridge(func() *exec.Cmd { return exec.Command(o.command[0], o.command[1:]...) }, os.Stderr)
		handler = s.bridge
	}
	s.server = &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, ErrorLog: say.Defects(os.Stderr)}
	go func() {
		defer close(s.served)
		_ = s.server.Serve(listener) // it ends when end is called
	}()
	return s, "http://" + listener.Addr().String() + upstream.EscapedPath(), nil
}

// end ends the recording, and puts it in place of the cassette unless the
// test failed.
func (s *session) end(failed bool) error {
	grace, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	var err error
	if s.bridge != nil {
		err = s.bridge.Close()
	}
	err = errors.Join(err, s.rec.Shutdown(grace))
	if s.server.Shutdown(grace) != nil { // the end of an answer is said after its handler has returned
		_ = s.server.Close() // it cuts what is still open
	}
	<-s.served
	err = errors.Join(err, s.file.Close())
	if err == nil && !failed {
		err = cassettes.RewriteGolden(s.path+beside, cassettes.Pretty)
	}
	if err != nil || failed {
		return errors.Join(err, os.Remove(s.path+beside))
	}
	return os.Rename(s.path+beside, s.path)
}
