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

// quotes reads what is quoted from libraries.
func (n node) quotes(dst *Quotes) error {
	return n.mapping("quotes", []string{"parser", "zod", "pydantic", "title", "models"}, func(e entry) error {
		switch e.key {
		case "parser":
			return e.value.word("parser", &dst.Parser, []string{"python", "jiter", "v8", "go", "segmentio"})
		case "zod":
			return e.value.word("version of zod", &dst.Zod, []string{"3", "4"})
		case "pydantic":
			return e.value.text("pydantic", &dst.Pydantic)
		case "title":
			return e.value.text("title", &dst.Title)
		default: // models
			return e.value.each("models", func(v node) error { return v.quotedModel(&dst.Models) })
		}
	})
}

func (n node) quotedModel(dst *[]QuotedModel) error {
	var m QuotedModel
	members := []string{"jsonrpc", "id", "method", "params", "result", "error"}
	err := n.mapping("the model", []string{"name", "fields", "id"}, func(e entry) error {
		switch e.key {
		case "name":
			return e.value.text("name", &m.Name)
		case "fields":
			return e.value.texts("fields", &m.Fields, func(v node, s *string) error { return v.word("member", s, members) })
		default: // id
			return e.value.texts("id", &m.ID, func(v node, s *string) error {
				return v.word("type of an id", s, []string{"str", "int", "lax-int", "null"})
			})
		}
	})
	if err == nil && (m.Name == "" || len(m.Fields) == 0) {
		return n.errorf("a model needs each of name, fields")
	}
	*dst = append(*dst, m)
	return err
}
