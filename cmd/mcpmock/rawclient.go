package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/tidwall/gjson"
)

// A rawClient posts what the demo tells it to, headers included, as a client
// does that somebody wrote by hand.
type rawClient struct{ url string }

// An answer is what a rawClient got.
type answer struct {
	status  int
	session string // the Mcp-Session-Id of the response
	body    string
}

// post sends one message; header is the name and value of one more header.
func (c *rawClient) post(ctx context.Context, method string, header ...string) (*answer, error) {
	id, params := `"id":1,`, "{}"
	switch method {
	case "initialize":
		params = `{"protocolVersion":"2025-03-26","capabilities":{},"clientInfo":{"name":"handmade","version":"1.0.0"}}`
	case "notifications/initialized":
		id = ""
	}
	body := fmt.Sprintf(`{"jsonrpc":"2.0",%s"method":%q,"params":%s}`, id, method, params)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json, text/event-stream")
	if len(header) == 2 {
		req.Header.Set(header[0], header[1])
	}
	req.Close = true // no connection is left when the demo is over
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	return &answer{resp.StatusCode, resp.Header.Get("Mcp-Session-Id"), string(text)}, err
}

// tools returns the names of the tools in the answer, which may stand in an
// event stream.
func (a *answer) tools() []string {
	_, message, found := strings.Cut(a.body, "data: ")
	if !found {
		message = a.body
	}
	var names []string
	for _, name := range gjson.Get(message, "result.tools.#.name").Array() {
		names = append(names, name.Str)
	}
	return names
}
