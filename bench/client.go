package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"time"
)

// A client asks one server over connections that it keeps. It does little, so
// that the processors are left to the servers.
type client struct {
	host  string
	head  string // of each request, up to the value of Content-Length
	conns []*conn
	ids   atomic.Int64
}

type conn struct {
	net.Conn
	r    *bufio.Reader
	out  []byte
	body bytes.Buffer
}

// askTimeout bounds one round of one client.
const askTimeout = time.Minute

// dial opens n connections to a server. Where it plays a tape, a session is
// begun first; any other gets the same headers.
func dial(at string, path string, n int, session bool) (*client, error) {
	u, err := url.Parse(at)
	if err != nil {
		return nil, err
	}
	if path == "" {
		path = u.Path
	}
	c := &client{host: u.Host, head: head(path, u.Host)}
	for range n {
		nc, err := net.DialTimeout("tcp", u.Host, 5*time.Second)
		if err != nil {
			c.close()
			return nil, err
		}
		c.conns = append(c.conns, &conn{Conn: nc, r: bufio.NewReader(nc)})
	}
	id := "0b8c2c1e111142228333000000000001"
	if session {
		if id, err = c.begin(); err != nil {
			c.close()
			return nil, err
		}
	}
	c.head += "Mcp-Protocol-Version: 2025-11-25\r\nMcp-Session-Id: " + id + "\r\n"
	if session {
		if _, err := c.conns[0].send(c.head, initialized); err != nil {
			c.close()
			return nil, err
		}
	}
	return c, nil
}

// head is the head of a POST, up to the fields that tell its session.
func head(path, host string) string {
	return "POST " + path + " HTTP/1.1\r\nHost: " + host + "\r\nContent-Type: application/json\r\nAccept: application/json, text/event-stream\r\n"
}

// begin begins a session and returns its id.
func (c *client) begin() (string, error) {
	_ = c.conns[0].SetDeadline(time.Now().Add(askTimeout))
	resp, err := c.conns[0].send(c.head, initialize)
	if err != nil {
		return "", err
	}
	if resp.StatusCode != http.StatusOK {
		return "", fmt.Errorf("initialize: %s: %s", resp.Status, &c.conns[0].body)
	}
	return resp.Header.Get("Mcp-Session-Id"), nil
}

// send sends one request and reads its answer into body.
func (c *conn) send(head, text string) (*http.Response, error) {
	c.out = fmt.Appendf(c.out[:0], "%sContent-Length: %d\r\n\r\n%s", head, len(text), text)
	if _, err := c.Write(c.out); err != nil {
		return nil, err
	}
	resp, err := http.ReadResponse(c.r, nil)
	if err != nil {
		return nil, err
	}
	c.body.Reset()
	_, err = c.body.ReadFrom(resp.Body)
	return resp, errors.Join(err, resp.Body.Close())
}

// ask makes n calls over all connections and looks for the right text in each
// answer.
func (c *client) ask(ctx context.Context, n int, text func(id int) (request, answer string)) error {
	return c.each(ctx, n, func(conn *conn) error {
		request, answer := text(int(c.ids.Add(1)))
		resp, err := conn.send(c.head, request)
		if err == nil && (resp.StatusCode != http.StatusOK || !bytes.Contains(conn.body.Bytes(), []byte(answer))) {
			err = fmt.Errorf("asked %s, it answered %s %s", request, resp.Status, &conn.body)
		}
		return err
	})
}

// each calls do n times, spread over the connections.
func (c *client) each(ctx context.Context, n int, do func(*conn) error) error {
	stop := context.AfterFunc(ctx, c.close)
	defer stop()
	errs := make([]error, len(c.conns))
	var left atomic.Int64
	left.Store(int64(n))
	var wg sync.WaitGroup
	for i, conn := range c.conns {
		_ = conn.SetDeadline(time.Now().Add(askTimeout))
		wg.Go(func() {
			for errs[i] == nil && left.Add(-1) >= 0 {
				errs[i] = do(conn)
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

func (c *client) close() {
	for _, conn := range c.conns {
		_ = conn.Close()
	}
}
