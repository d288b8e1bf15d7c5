//go:build unix

package recorder

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/mcpmock/mcpmock/cassettes"
)

const call = `{"jsonrpc":"2.0","id":17,"method":"tools/call","params":{"name":"weather","arguments":{"city":"Rome","days":3,"units":"metric"},"_meta":{"progressToken":17}}}`

const answer = `{"jsonrpc":"2.0","id":17,"result":{"content":[{"type":"text","text":"Rome: 21 degrees, light wind, no rain before tomorrow evening"}],"structuredContent":{"city":"Rome","temperature":21.5,"hours":[1,2,3,4,5,6]},"isError":false}}`

// BenchmarkProxy measures the processor time of a whole exchange (client,
// proxy and upstream are one process) without a proxy, through an
// httputil.ReverseProxy that flushes at once, and through the recorder with
// its tape on disk. The rounds are interleaved, so that a busy machine is
// busy for all three. It reports what the recorder costs as a ratio of what
// the ReverseProxy costs.
func BenchmarkProxy(b *testing.B) {
	for _, kind := range []string{"json", "sse"} {
		b.Run(kind, func(b *testing.B) { benchmarkProxy(b, kind) })
	}
}

func benchmarkProxy(b *testing.B, kind string) {
	upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		_, _ = io.Copy(io.Discard, req.Body)
		w.Header().Set("Mcp-Session-Id", "0b8c2c1e-1111-4222-8333-000000000001")
		if kind == "json" {
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, answer)
			return
		}
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = io.WriteString(w, "event: message\ndata: "+answer+"\n\n")
	}))
	defer upstream.Close()
	target, err := url.Parse(upstream.URL)
	if err != nil {
		b.Fatal(err)
	}
	file, err := cassettes.Create(filepath.Join(b.TempDir(), "b.cassette"), cassettes.Header{Transport: "http", Redact: []string{cassettes.RedactSecrets}})
	if err != nil {
		b.Fatal(err)
	}
	defer file.Close()
	rec, err := New(file)
	if err != nil {
		b.Fatal(err)
	}
	defer rec.Close()
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = 100
	transport.DisableCompression = true
	plain := &httputil.ReverseProxy{
		Rewrite:       func(r *httputil.ProxyRequest) { r.SetURL(target) },
		FlushInterval: -1,
		Transport:     transport,
	}
	defer transport.CloseIdleConnections()
	servers := []*httptest.Server{upstream, httptest.NewServer(plain), httptest.NewServer(rec.Proxy(target))}
	defer servers[1].Close()
	defer servers[2].Close()

	const round = 400
	var cost [3]time.Duration
	n := 0
	for b.Loop() {
		if n++; n%round != 1 && n > 1 {
			continue
		}
		for i, s := range servers {
			before := processorTime(b)
			ask(b, s.URL, round)
			cost[i] += processorTime(b) - before
		}
	}
	b.ReportMetric(float64(cost[2]-cost[0])/float64(cost[1]-cost[0]), "x-reverseproxy")
	b.ReportMetric(float64((cost[2]-cost[0]).Microseconds())/float64((n+round-1)/round*round), "proxy-us/op")
	if err := rec.Err(); err != nil {
		b.Error(err)
	}
}

// ask makes n calls over 16 connections.
func ask(b *testing.B, url string, n int) {
	transport := &http.Transport{MaxIdleConnsPerHost: 16, DisableCompression: true}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport}
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			for range n / 16 {
				req, _ := http.NewRequest("POST", url+"/mcp", strings.NewReader(call))
				req.Header.Set("Content-Type", "application/json")
				req.Header.Set("Accept", "application/json, text/event-stream")
				req.Header.Set("Mcp-Session-Id", "0b8c2c1e-1111-4222-8333-000000000001")
				req.Header.Set("Mcp-Protocol-Version", "2025-11-25")
				resp, err := client.Do(req)
				if err != nil {
					b.Error(err)
					return
				}
				body, err := io.ReadAll(resp.Body)
				if err != nil || !strings.Contains(string(body), answer) {
					b.Error(fmt.Errorf("answer %q, %v", body, err))
				}
				resp.Body.Close()
			}
		})
	}
	wg.Wait()
}

func processorTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
