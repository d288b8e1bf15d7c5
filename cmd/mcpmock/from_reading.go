package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/tidwall/gjson"
)

// A reading takes the members of one server, and keeps the first error.
type reading struct {
	doc   *config
	name  string   // of the server
	given []string // whose values are not looked at
	err   *failure
}

// fail keeps an error about the place where v is. It says nothing of what v
// holds.
func (r *reading) fail(v gjson.Result, format string, args ...any) *failure {
	place := r.doc.file
	if r.doc.lined && v.Exists() {
		place = fmt.Sprintf("%s:%d", place, lineOf(r.doc.text, v.Index))
	}
	f := wrongUse("%s: server %s: %s", place, r.name, fmt.Sprintf(format, args...))
	if r.err == nil {
		r.err = f
	}
	return f
}

// lineOf is the line of an offset, counted from 1.
func lineOf(text string, offset int) int {
	return 1 + strings.Count(text[:min(offset, len(text))], "\n")
}

// text reads the member key, which is one string.
func (r *reading) text(body gjson.Result, key string) string {
	switch v := body.Get(key); v.Type {
	case gjson.Null: // also a member that is not there
		return ""
	case gjson.String:
		return r.expand(v)
	default:
		r.fail(v, "%s should be a string", key).hint("put it in quotes")
		return ""
	}
}

// list reads the member key, which is a list of words.
func (r *reading) list(body gjson.Result, key string) []string {
	v := body.Get(key)
	if !v.IsArray() {
		if v.Type != gjson.Null { // null is as good as not there
			r.fail(v, "%s should be a list", key).hint(`such as ["-y", "some-server"]`)
		}
		return nil
	}
	var words []string
	v.ForEach(func(_, value gjson.Result) bool {
		words = append(words, r.scalar(value, "an element of "+key))
		return true
	})
	return words
}

// scalar reads a value in whose place clients take a number or a truth, too.
func (r *reading) scalar(v gjson.Result, what string) string {
	switch v.Type {
	case gjson.String:
		return r.expand(v)
	case gjson.Number, gjson.True, gjson.False:
		return v.Raw
	}
	r.fail(v, "%s should be a string", what).hint("put it in quotes")
	return ""
}

// pairs reads the member key, which is an object of strings, in the order of
// the file.
func (r *reading) pairs(body gjson.Result, key, between string) []string {
	return r.each(body, key, between, func(name, value gjson.Result) string { return r.scalar(value, name.Str) })
}

// each makes pairs of an object, by what value says of each of its members.
func (r *reading) each(body gjson.Result, key, between string, value func(name, v gjson.Result) string) []string {
	object := body.Get(key)
	if !object.IsObject() {
		if object.Type != gjson.Null {
			r.fail(object, "%s should be an object", key).hint(`such as {"NAME": "value"}`)
		}
		return nil
	}
	var all []string
	object.ForEach(func(name, v gjson.Result) bool {
		// A null takes a variable away in some clients: it is none of the server's.
		if v.Type != gjson.Null && !r.isGiven(name.Str, between) {
			all = append(all, name.Str+between+value(name, v))
		}
		return true
	})
	return all
}

// isGiven reports whether the caller has a value of his own. Headers have the
// same name in either case of letters.
func (r *reading) isGiven(name, between string) bool {
	return slices.ContainsFunc(r.given, func(g string) bool {
		return g == name || between != "=" && strings.EqualFold(g, name)
	})
}

// codexHeaders reads what Codex has in place of headers: values, names of
// variables that hold them, and that of one that holds a token.
func (r *reading) codexHeaders(body gjson.Result) []string {
	all := r.pairs(body, "http_headers", ": ")
	all = append(all, r.each(body, "env_http_headers", ": ", func(_, v gjson.Result) string { return r.variable(v, v.String()) })...)
	if v := body.Get("bearer_token_env_var"); v.Exists() && !r.isGiven("Authorization", ": ") {
		all = append(all, "Authorization: Bearer "+r.variable(v, v.String()))
	}
	return all
}

// placeholder is ${NAME}, ${NAME:-default} or ${KIND:NAME}.
var placeholder = regexp.MustCompile(`\$\{([A-Za-z_/][A-Za-z0-9_]*)(?:(:-|:)([^}]*))?\}`)

// expand puts values in the place of variables, once: what a value holds is
// taken as it is.
func (r *reading) expand(v gjson.Result) string {
	if r.doc.literal {
		return v.Str
	}
	return placeholder.ReplaceAllStringFunc(v.Str, func(found string) string {
		parts := placeholder.FindStringSubmatch(found)
		name, mark, rest := parts[1], parts[2], parts[3]
		switch mark {
		case ":-":
			if value, ok := os.LookupEnv(name); ok {
				return value
			}
			return rest
		case ":":
			return r.special(v, name, rest)
		}
		switch name {
		case "workspaceFolder":
			return r.workspace()
		case "workspaceFolderBasename":
			return filepath.Base(r.workspace())
		case "pathSeparator", "/":
			return string(filepath.Separator)
		case "userHome":
			home, err := os.UserHomeDir()
			if err != nil {
				r.fail(v, "${userHome} is not known").hint("write the path itself")
			}
			return home
		}
		return r.variable(v, name)
	})
}

func (r *reading) workspace() string {
	dir, _ := r.doc.workspace()
	return dir
}

// special expands ${KIND:NAME}.
func (r *reading) special(v gjson.Result, kind, name string) string {
	switch kind {
	case "env":
		return r.variable(v, name)
	case "workspaceFolder": // of one of several folders: there is one here
		return r.workspace()
	case "input":
		r.fail(v, "the client asks for ${input:%s} when it starts the server", name).
			hint("pass the value: --env NAME=VALUE for a variable, --header NAME:VALUE for a header")
	default:
		// What follows may be a secret: a default that lacks its dash.
		r.fail(v, "${%s:...} is known to the client alone", kind).
			hint("write the value itself, in a copy of the file; a default is written ${%s:-VALUE}", kind)
	}
	return ""
}

// variable is a variable of the environment, which must be set.
func (r *reading) variable(v gjson.Result, name string) string {
	value, ok := os.LookupEnv(name)
	if !ok {
		r.fail(v, "the variable %s is not set", name).hint("set it:  export %s=VALUE", name)
	}
	return value
}
