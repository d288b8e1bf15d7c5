package scenarios

import (
	"strings"
	"time"
)

// streamStyle reads how event streams are framed.
func (n node) streamStyle(dst *StreamStyle) error {
	fields := []string{"id", "event", "retry", "data"}
	return n.mapping("stream", []string{"eol", "order", "headers", "ping"}, func(e entry) error {
		switch e.key {
		case "eol":
			var eol string
			err := e.value.word("end of a line", &eol, []string{"lf", "crlf"})
			dst.CRLF = eol == "crlf"
			return err
		case "order":
			err := e.value.texts("order", &dst.Order, func(v node, s *string) error { return v.word("field", s, fields) })
			if err == nil && len(dst.Order) != len(fields) {
				return e.value.errorf("order needs each of %s", listed(fields))
			}
			return err
		case "headers":
			return e.value.headers(&dst.Headers)
		default: // ping
			return e.value.ping(&dst.Ping)
		}
	})
}

func (n node) ping(dst *Ping) error {
	err := n.mapping("ping", []string{"every", "comment"}, func(e entry) error {
		if e.key == "comment" {
			if err := e.value.text("comment", &dst.Comment); err != nil {
				return err
			}
			if strings.ContainsFunc(dst.Comment, isControl) {
				return e.value.errorf("comment has a control character in it: it is one line")
			}
			return nil
		}
		var every string
		if err := e.value.text("every", &every); err != nil {
			return err
		}
		d, err := time.ParseDuration(every)
		if err != nil || d <= 0 {
			return e.value.errorf("every is no time: write one such as 15s")
		}
		dst.Every = d
		return nil
	})
	if err == nil && (dst.Every == 0 || dst.Comment == "") {
		return n.errorf("ping needs each of every, comment")
	}
	return err
}
