package mcpmock_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"testing"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/internal/harbour"
	"github.com/mcpmock/mcpmock/internal/weather"
	"github.com/mcpmock/mcpmock/recorder"
	"github.com/mcpmock/mcpmock/replay"
	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// serves names the stdio server that the test binary is, where it is one.
const serves = "MCPMOCK_TEST_SERVES"

func TestMain(m *testing.M) {
	switch os.Getenv(serves) { // each ends with its input
	case "everything":
		_ = everything().Run(context.Background(), &mcp.StdioTransport{})
	case "harbour":
		_ = harbour.New().Run(context.Background(), &mcp.StdioTransport{})
	case "weather":
		_ = weather.New().Run(context.Background(), &mcp.StdioTransport{})
	default:
		os.Exit(m.Run())
	}
}

// A way is a transport: how a client gets at the live server through a
// recorder, and at the tape.
type way struct {
	record func(t *testing.T) (seen []string, path string)
	play   func(t *testing.T, path string) mcp.Transport
}

// live records a tour of a server over HTTP.
func live(t *testing.T, transport string, h http.Handler, client func(url string) mcp.Transport) (seen []string, path string) {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	path = recordThrough(t, server.URL, cassettes.Pretty, func(proxy string) { seen = tourOver(t, client(proxy), false) })
	return seen, path
}

func streamable(url string) mcp.Transport {
	return &mcp.StreamableClientTransport{Endpoint: url, MaxRetries: -1}
}

func overSSE(url string) mcp.Transport { return &mcp.SSEClientTransport{Endpoint: url} }

// pipes makes a transport of two pipes, whose other ends are served.
func pipes(t *testing.T, serve func(in io.Reader, out io.Writer)) mcp.Transport {
	inRead, inWrite := io.Pipe()
	outRead, outWrite := io.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		serve(inRead, outWrite)
		outWrite.Close()
	}()
	t.Cleanup(func() { inWrite.Close(); outRead.Close(); <-done })
	return &mcp.IOTransport{Reader: outRead, Writer: inWrite}
}

func ways() map[string]way {
	server := everything()
	get := func(*http.Request) *mcp.Server { return server }
	return map[string]way{
		"http": {
			record: func(t *testing.T) ([]string, string) {
				return live(t, "http", mcp.NewStreamableHTTPHandler(get, nil), streamable)
			},
			play: func(t *testing.T, path string) mcp.Transport { return streamable(replay.Start(t, path).URL) },
		},
		"http answering in JSON": {
			record: func(t *testing.T) ([]string, string) {
				return live(t, "http", mcp.NewStreamableHTTPHandler(get, &mcp.StreamableHTTPOptions{JSONResponse: true}), streamable)
			},
		},
		"sse": {
			record: func(t *testing.T) ([]string, string) { return live(t, "sse", mcp.NewSSEHandler(get, nil), overSSE) },
			play:   func(t *testing.T, path string) mcp.Transport { return overSSE(replay.Start(t, path).SSE) },
		},
		"stdio": {
			record: func(t *testing.T) (seen []string, path string) {
				path = recordTape(t, "stdio", cassettes.Pretty, func(rec *recorder.Recorder) {
					cmd := exec.Command(os.Args[0])
					cmd.Env = append(os.Environ(), serves+"=everything")
					seen = tourOver(t, pipes(t, func(in io.Reader, out io.Writer) {
						if code, err := rec.Command(t.Context(), cmd, in, out, io.Discard); code != 0 || err != nil {
							t.Errorf("the server ended with %d, %v", code, err)
						}
					}), false)
				})
				return seen, path
			},
			play: func(t *testing.T, path string) mcp.Transport {
				tape, err := cassettes.Load(path)
				if err != nil {
					t.Fatal(err)
				}
				player, err := replay.New(tape, replay.WithOnMismatch(func(m *replay.Mismatch) { t.Errorf("%v", m) }))
				if err != nil {
					t.Fatal(err)
				}
				return pipes(t, func(in io.Reader, out io.Writer) {
					if code, err := player.Stdio(t.Context(), in, out); code != 0 || err != nil {
						t.Errorf("the player ended with %d, %v", code, err)
					}
				})
			},
		},
	}
}

// However a tape was recorded, the same client sees the same of it over every
// transport.
func TestAnyTapeOverAnyTransport(t *testing.T) {
	all := ways()
	for recorded, from := range all {
		t.Run("recorded over "+recorded, func(t *testing.T) {
			t.Parallel()
			seen, path := from.record(t)
			for served, to := range all {
				if to.play == nil {
					continue
				}
				t.Run("served over "+served, func(t *testing.T) {
					sameTour(t, seen, tourOver(t, to.play(t, path), false))
				})
			}
		})
	}
}
