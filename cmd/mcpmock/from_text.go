package main

import (
	"bytes"
	"encoding/json"
	"errors"

	"github.com/tidwall/gjson"
)

// plainJSON returns the JSON in a file in which comments and trailing commas
// may stand, as editors have them. Every byte keeps its place.
func plainJSON(file string, data []byte) (string, error) {
	text := blank(data)
	var all any
	err := json.Unmarshal(text, &all)
	if wrong, ok := errors.AsType[*json.SyntaxError](err); ok {
		line := lineOf(string(text), int(max(wrong.Offset-1, 0)))
		return "", wrongUse("%s:%d: it is no JSON: %w", file, line, wrong).hint("correct that line, or the one before it")
	}
	if err != nil {
		return "", wrongUse("%s: it is no JSON: %w", file, err).hint("name the file in which your client keeps its servers")
	}
	if !gjson.ParseBytes(text).IsObject() {
		return "", wrongUse("%s: it is no JSON object", file).hint("name the file in which your client keeps its servers")
	}
	return string(text), nil
}

// blank puts spaces in place of comments and of commas that nothing follows.
func blank(data []byte) []byte {
	text := bytes.Clone(data)
	comma := -1 // the last one, while only space and comments have followed
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"':
			i = endOfString(text, i)
			comma = -1
		case c == '/' && i+1 < len(text) && (text[i+1] == '/' || text[i+1] == '*'):
			end := endOfComment(text, i)
			for ; i < end; i++ {
				if text[i] != '\n' && text[i] != '\r' {
					text[i] = ' '
				}
			}
			i--
		case c == ',':
			comma = i
		case c == ']' || c == '}':
			if comma >= 0 {
				text[comma] = ' '
			}
			comma = -1
		case c != ' ' && c != '\t' && c != '\n' && c != '\r':
			comma = -1
		}
	}
	return text
}

// endOfString returns the place of the quote that ends the string at i.
func endOfString(text []byte, i int) int {
	for i++; i < len(text) && text[i] != '"'; i++ {
		if text[i] == '\\' {
			i++
		}
	}
	return i
}

// endOfComment returns the place after the comment at i. One that is never
// closed goes to the end.
func endOfComment(text []byte, i int) int {
	closing := "*/"
	if text[i+1] == '/' {
		closing = "\n"
	}
	if n := bytes.Index(text[i+2:], []byte(closing)); n >= 0 {
		return i + 2 + n + len(closing)
	}
	return len(text)
}
