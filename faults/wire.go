package faults

import (
	"bytes"
	"encoding/json"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/mcpmock/mcpmock/scenarios"
)

// Pause is how long a piece of n bytes takes.
func Pause(n int, do *scenarios.Action) time.Duration {
	if do.Throttle <= 0 {
		return 0
	}
	return time.Duration(n) * time.Second / time.Duration(do.Throttle)
}

// Between is how long to wait between two pieces.
func Between(do *scenarios.Action) time.Duration {
	if do.Split == nil {
		return 0
	}
	return do.Split.Every
}

// Pieces cuts bytes into the pieces that are sent on their own. What is sent
// slowly goes out ten times a second, a byte at least.
func Pieces(p []byte, do *scenarios.Action) [][]byte {
	size, how, throttle := len(p), do.Split, do.Throttle
	switch {
	case how != nil && how.CodePoint:
		for i, c := range p {
			if c >= utf8.RuneSelf {
				return [][]byte{p[:i+1], p[i+1:]}
			}
		}
	case how != nil && how.Bytes > 0:
		size = how.Bytes
	case how != nil && how.Pieces > 0:
		size = max(1, (len(p)+how.Pieces-1)/how.Pieces)
	case throttle > 0:
		size = max(1, throttle/10)
	}
	var all [][]byte
	for len(p) > size {
		all, p = append(all, p[:size]), p[size:]
	}
	return append(all, p)
}

// wait waits that long, or for ever where d is 0. It reports whether the time
// has passed and the client is still there.
func (s *Writer) wait(d time.Duration) bool {
	var passed <-chan time.Time
	if d > 0 {
		c, stop := s.around.After(d)
		defer stop()
		passed = c
	}
	select {
	case <-passed:
		return true
	case <-s.around.Gone():
	case <-s.done:
	}
	return false
}

func (s *Writer) length(d *scenarios.Delay) time.Duration {
	return Length(d, s.around.Chance, s.around.Normal)
}

// Length draws how long a delay is.
func Length(d *scenarios.Delay, chance, normal func() float64) time.Duration {
	switch {
	case d.Median > 0:
		t := time.Duration(float64(d.Median) * math.Exp(d.Sigma*normal()))
		if d.Max > 0 {
			t = min(t, d.Max)
		}
		return t
	case d.To > d.From:
		return d.From + time.Duration(chance()*float64(d.To-d.From))
	}
	return d.From
}

// SetHeaders puts header lines in place of those of the same name. An absent
// one is kept off the response even where net/http would add it; one whose
// value comes out empty is left off. fill, which may be nil, fills a value in.
func SetHeaders(header http.Header, lines []scenarios.Header, fill *strings.Replacer) {
	for _, h := range lines {
		delete(header, http.CanonicalHeaderKey(h.Name))
		delete(header, h.Name)
	}
	for _, h := range lines {
		value := h.Value
		if fill != nil {
			value = fill.Replace(value)
		}
		if h.Absent {
			header[http.CanonicalHeaderKey(h.Name)] = nil
		} else if value != "" {
			header[h.Name] = append(header[h.Name], value)
		}
	}
}

// Lines makes of a message of the server what a stdio client reads in its
// place: framed, padded and marked as the action says.
func Lines(do *scenarios.Action, message []byte) []byte {
	var b bytes.Buffer
	if do.BOM {
		b.WriteString("\ufeff")
	}
	switch do.Frame {
	case "crlf":
		b.Write(message)
		b.WriteString("\r\n")
	case "content_length":
		b.WriteString("Content-Length: " + strconv.Itoa(len(message)) + "\r\n\r\n")
		b.Write(message)
	case "pretty":
		if json.Indent(&b, message, "", "  ") != nil {
			b.Write(message)
		}
		b.WriteByte('\n')
	case "no_newline":
		b.Write(message)
	default:
		b.Write(message)
		b.WriteByte('\n')
	}
	return b.Bytes()
}
