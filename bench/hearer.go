package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

// A hearer is a client with an open event stream.
type hearer struct {
	net.Conn
	events *bufio.Reader
}

// listen opens an event stream with a GET; fields are further header lines.
func listen(host, path, fields string) (*hearer, error) {
	conn, err := net.DialTimeout("tcp", host, 5*time.Second)
	if err != nil {
		return nil, err
	}
	_ = conn.SetDeadline(time.Now().Add(askTimeout))
	_, err = io.WriteString(conn, "GET "+path+" HTTP/1.1\r\nHost: "+host+"\r\nAccept: text/event-stream\r\n"+fields+"\r\n")
	var resp *http.Response
	if err == nil {
		resp, err = http.ReadResponse(bufio.NewReaderSize(conn, 1<<10), nil)
	}
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("GET %s: %s", path, resp.Status)
	}
	if err != nil {
		_ = conn.Close()
		return nil, err
	}
	return &hearer{conn, bufio.NewReaderSize(resp.Body, 1<<10)}, nil
}

// data returns the data of the next event.
func (h *hearer) data() (string, error) {
	for {
		line, err := h.events.ReadString('\n')
		if err != nil {
			return "", err
		}
		if data, ok := strings.CutPrefix(line, "data: "); ok {
			return strings.TrimSpace(data), nil
		}
	}
}

// hear reads on to the end of the stream. A connection that is cut before that
// is an error.
func (h *hearer) hear() error {
	_ = h.SetDeadline(time.Now().Add(askTimeout))
	_, err := io.Copy(io.Discard, h.events)
	return err
}
