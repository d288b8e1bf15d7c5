package stock_test

import (
	"bufio"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/tidwall/gjson"
)

// A conforming client does what the specification demands of a client, and
// little else: it lists the tools, calls each of them twice and lists them again,
// and answers a lost session with a new one. It cancels nothing, and gives up what
// is not answered.
type conforming struct {
	v     *visitor
	era   string
	http  bool // it has the headers of Streamable HTTP
	sends func(text string, headers []string)
	inbox chan said
}

// A said is a message of the server, or how it has answered the request of an
// id over HTTP, or that the connection or the process is over.
type said struct {
	message string
	id      string
	status  int
	over    bool
}

// A conformingWay is a transport that a conforming client comes over, and an era.
type conformingWay struct {
	over, era string
	plays     func(*conforming)
}

func conformingWays() []conformingWay {
	return []conformingWay{
		{"Streamable HTTP", "legacy", (*conforming).overHTTP},
		{"Streamable HTTP", "modern", (*conforming).overHTTP},
		{"HTTP+SSE", "legacy", (*conforming).overSSE},
		{"stdio", "legacy", (*conforming).overStdio},
		{"stdio", "modern", (*conforming).overStdio},
	}
}

// overStdio comes over a pipe.
func (c *conforming) overStdio() {
	p := c.v.pipe()
	go func() {
		for {
			line, err := p.out.ReadString('\n')
			if err != nil {
				c.inbox <- said{over: true}
				return
			}
			c.inbox <- said{message: line}
		}
	}()
	c.sends = func(text string, _ []string) { _, _ = io.WriteString(p.in, text+"\n") } // to a process that a fault may have ended
	c.works()
	_ = p.in.Close()
	<-p.exit
}

// overSSE comes over HTTP+SSE, and has no header that is younger.
func (c *conforming) overSSE() {
	ctx, leave := context.WithCancel(c.v.t.Context())
	defer leave()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.v.sse, nil)
	if err != nil {
		c.v.t.Fatal(err)
	}
	req.Header.Set("Accept", "text/event-stream")
	resp, err := http.DefaultClient.Do(req)
	if err != nil || resp.StatusCode != http.StatusOK {
		c.v.t.Fatalf("the stream does not open: %v", err)
	}
	endpoint := make(chan string, 1)
	go func() {
		defer resp.Body.Close()
		eachEvent(resp.Body, func(event, data string) {
			if event == "endpoint" {
				endpoint <- data
				return
			}
			c.inbox <- said{message: data}
		})
		c.inbox <- said{over: true}
	}()
	var to *url.URL
	select {
	case path := <-endpoint:
		if to, err = req.URL.Parse(path); err != nil {
			c.v.t.Fatal(err)
		}
	case <-time.After(patience):
		c.v.t.Fatal("no endpoint comes")
	}
	c.sends = func(text string, _ []string) {
		id := gjson.Get(text, "id").Raw
		go func() {
			req, _ := http.NewRequestWithContext(ctx, http.MethodPost, to.String(), strings.NewReader(text))
			req.Header.Set("Content-Type", "application/json")
			resp, err := http.DefaultClient.Do(req)
			if err != nil {
				c.inbox <- said{id: id, status: -1}
				return
			}
			_ = resp.Body.Close()
			if id == "" || resp.StatusCode >= 400 {
				c.inbox <- said{id: id, status: resp.StatusCode}
			}
		}()
		if id == "" {
			c.awaits("")
		}
	}
	c.works()
}

// overHTTP comes over Streamable HTTP.
func (c *conforming) overHTTP() {
	ctx, leave := context.WithCancel(c.v.t.Context())
	defer leave()
	c.http = true
	c.sends = func(text string, headers []string) {
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.v.url, strings.NewReader(text))
		if err != nil {
			c.v.t.Fatal(err)
		}
		c.v.dress(req, headers)
		id, begins := gjson.Get(text, "id").Raw, gjson.Get(text, "method").Str == "initialize"
		go func() {
			resp, err := http.DefaultClient.Do(req)
			if err != nil {
				c.inbox <- said{id: id, status: -1}
				return
			}
			defer resp.Body.Close()
			if begins && resp.StatusCode == http.StatusOK {
				c.v.session = resp.Header.Get("Mcp-Session-Id") // before anybody learns of the answer
			}
			if strings.HasPrefix(resp.Header.Get("Content-Type"), "text/event-stream") {
				eachEvent(resp.Body, func(_, data string) { c.inbox <- said{message: data} })
			} else if body, _ := io.ReadAll(resp.Body); resp.StatusCode == http.StatusOK {
				c.inbox <- said{message: string(body)}
			}
			c.inbox <- said{id: id, status: resp.StatusCode}
		}()
		if id == "" {
			c.awaits("")
		}
	}
	c.works()
	if c.era == "legacy" && c.v.session != "" {
		c.v.opens(http.MethodDelete, "").answer()
	}
}

// eachEvent reads an event stream as its standard has it: lines end in CR, LF or
// both, a byte order mark may stand before them, and a blank line ends an event.
func eachEvent(stream io.Reader, hear func(event, data string)) {
	r := bufio.NewReader(stream)
	var event, line string
	var data []string
	last := rune(-1)
	for {
		ch, _, err := r.ReadRune()
		if err != nil {
			return
		}
		before := last
		last = ch
		switch {
		case before == -1 && ch == '\ufeff', before == '\r' && ch == '\n':
			continue
		case ch != '\n' && ch != '\r':
			line += string(ch)
			continue
		}
		name, value, _ := strings.Cut(line, ":")
		value = strings.TrimPrefix(value, " ")
		switch {
		case line == "":
			if text := strings.Join(data, "\n"); text != "" {
				hear(event, text)
			}
			event, data = "", nil
		case name == "event":
			event = value
		case name == "data":
			data = append(data, value)
		}
		line = ""
	}
}

// awaits waits for the answer to a request, or how a POST without an id was
// taken. The mock's clock goes on meanwhile, for as long as a client may wait.
func (c *conforming) awaits(id string) (answer gjson.Result, status int) {
	for late := 0; late < 40; {
		select {
		case s := <-c.inbox:
			switch m := gjson.Parse(s.message); {
			case s.over:
				c.inbox <- s // for the next one, too
				return gjson.Result{}, -1
			case s.message == "" && s.id == id:
				return gjson.Result{}, s.status
			case s.message != "" && m.Get("id").Raw == id && !m.Get("method").Exists():
				return m, http.StatusOK
			}
		case <-c.v.clock.asked: // a pause between the pieces of an answer is short
			c.v.passes(5 * time.Millisecond)
		case <-time.After(50 * time.Millisecond): // so that a slow machine is no slow client
			c.v.passes(250 * time.Millisecond)
			late++
		}
	}
	return gjson.Result{}, -1
}

// asks sends a request. One whose session the server does not know any more is
// sent again in a new one.
func (c *conforming) asks(method, members string, headers ...string) gjson.Result {
	for range 3 {
		text := c.v.request(method, "{"+members+"}")
		if c.era == "modern" {
			text = c.v.modern(method, members)
			headers = mirrored(text, headers)
		}
		c.sends(text, headers)
		answer, status := c.awaits(fmt.Sprint(c.v.ids))
		if status != http.StatusNotFound || !c.http || c.v.session == "" || !c.begins() {
			return answer
		}
	}
	return gjson.Result{}
}

// begins does the handshake of the legacy era, and tries again when it fails.
func (c *conforming) begins() bool {
	for range 3 {
		c.v.session, c.v.version = "", ""
		c.sends(c.v.handshake("2025-11-25"), nil)
		answer, status := c.awaits(fmt.Sprint(c.v.ids))
		if version := answer.Get("result.protocolVersion"); version.Exists() {
			c.v.version = version.Str
			c.sends(initializedNote, nil)
			return true
		}
		if status == -1 {
			return false
		}
		c.v.passes(time.Second)
	}
	return false
}

// works does what there is to do.
func (c *conforming) works() {
	if c.era == "legacy" && !c.begins() {
		return
	}
	for range 2 {
		for _, tool := range c.asks("tools/list", "").Get("result.tools").Array() {
			headers, valid := c.named(tool)
			for n := 0; n < 2 && valid; n++ {
				call := fmt.Sprintf(`"name":%q,"arguments":{"city":"Oslo","region":"us-west1"}`, tool.Get("name").Str)
				if state := c.asks("tools/call", call, headers...).Get("result.requestState"); state.Exists() {
					c.asks("tools/call", call+`,"requestState":`+state.Raw, headers...)
				}
			}
		}
		c.v.passes(3 * time.Second)
	}
}

// named are the headers that a modern call over HTTP has by its tool. One whose
// definition is invalid must not be called.
func (c *conforming) named(tool gjson.Result) (headers []string, valid bool) {
	if c.era != "modern" || !c.http {
		return nil, true
	}
	name := tool.Get("name").Str
	if strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r > '~' }) {
		headers = append(headers, "Mcp-Name", "=?base64?"+base64.StdEncoding.EncodeToString([]byte(name))+"?=")
	}
	mirror := tool.Get("inputSchema.properties.region.x-mcp-header").Str
	if strings.Contains(mirror, " ") {
		return nil, false
	}
	if mirror != "" {
		headers = append(headers, "Mcp-Param-"+mirror, "us-west1")
	}
	return headers, true
}
