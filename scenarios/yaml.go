package scenarios

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/scanner"
	"github.com/goccy/go-yaml/token"
)

// Bounds on a file. They lie far above what a scenario needs and far below
// what makes the YAML parser slow, whose time grows with the square of the
// tokens and of the depth.
const (
	maxFile   = 1 << 20
	maxTokens = 10_000
	maxDepth  = 16
)

// A node is one value of a YAML document and the place where it stands.
type node struct {
	file         string
	line, column int
	yaml         ast.Node
	// made is where a value stands that was made in Go, such as faults[0].when.
	made string
}

// An entry is one key of a mapping with its value.
type entry struct {
	key   string
	at    node // the key itself
	value node
}

// document reads the one value of a YAML file.
func document(file string, data []byte) (node, error) {
	start := node{file: file, line: 1, column: 1}
	if len(data) > maxFile {
		return node{}, start.errorf("the file is larger than %d bytes: a scenario is a page of text", maxFile)
	}
	if !utf8.Valid(data) {
		return node{}, start.errorf("the file is not UTF-8 text: save it as UTF-8")
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if err := start.control(string(data)); err != nil {
		return node{}, err
	}
	tokens, err := tokenize(start, string(data))
	if err != nil {
		return node{}, err
	}
	tree, err := parse(start, tokens)
	if err != nil {
		return node{}, err
	}
	switch {
	case len(tree.Docs) == 0 || len(tree.Docs) == 1 && isNothing(tree.Docs[0].Body):
		return node{}, start.errorf("the file is empty: %s", leastOfAll)
	case len(tree.Docs) > 1:
		second := start.at(tree.Docs[1].Start)
		if body := tree.Docs[1].Body; body != nil {
			second = second.child(body)
		}
		return node{}, second.errorf("a second document in one file: put each into a file of its own")
	}
	return start.child(tree.Docs[0].Body), nil
}

func isNothing(n ast.Node) bool {
	switch n.(type) {
	case nil, *ast.NullNode, *ast.CommentGroupNode:
		return true
	}
	return false
}

// tokenize splits the text and refuses what a scenario has no use for before
// the parser sees it: anchors and aliases (they multiply), tags, directives,
// complex keys, floods and towers.
func tokenize(start node, text string) (token.Tokens, error) {
	var (
		s         scanner.Scanner
		all       token.Tokens
		open      int // flow collections
		line, row int // sequence entries on one line
	)
	s.Init(text)
	for {
		some, err := s.Scan()
		for _, t := range some {
			at := start.at(t)
			if what := forbidden(t.Type); what != "" {
				return nil, at.errorf("%s is not supported here: write the value out, or put the text in quotes", what)
			}
			switch t.Type {
			case token.InvalidType:
				if strings.Contains(t.Error, "character '\t'") {
					return nil, at.errorf("not valid YAML: a tab begins the line: indent with spaces")
				}
				return nil, at.errorf("not valid YAML: %s: %s", oneLine(t.Error), cureYAML)
			case token.SequenceStartType, token.MappingStartType:
				open++
			case token.SequenceEndType, token.MappingEndType:
				open--
			case token.SequenceEntryType:
				if t.Position.Line != line {
					line, row = t.Position.Line, 0
				}
				row++
			}
			if open > maxDepth || row > maxDepth {
				return nil, at.errorf("nested deeper than %d levels: no scenario needs that", maxDepth)
			}
			if len(all) == maxTokens {
				return nil, at.errorf("more than %d words and signs: split the scenario into several files", maxTokens)
			}
			all.Add(t)
		}
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, start.errorf("not valid YAML: %s: %s", oneLine(err.Error()), cureYAML)
		}
	}
}

// forbidden names what a scenario has no use for, or returns "".
func forbidden(t token.Type) string {
	switch t {
	case token.AnchorType:
		return "a YAML anchor (&)"
	case token.AliasType:
		return "a YAML alias (*)"
	case token.TagType:
		return "a YAML tag (!)"
	case token.DirectiveType:
		return "a YAML directive (%)"
	case token.MergeKeyType:
		return "a YAML merge key (<<)"
	case token.MappingKeyType:
		return "a YAML complex key (?)"
	}
	return ""
}

const cureYAML = "check the indentation, and quote a value with signs such as : # * { }"

// parse builds the tree. A panic of the library becomes an error: the file
// comes from outside.
func parse(start node, tokens token.Tokens) (tree *ast.File, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = start.errorf("not valid YAML: the parser gave up: %s", cureYAML)
		}
	}()
	tree, err = parser.Parse(tokens, 0, parser.AllowDuplicateMapKey()) // entries says it better
	if err == nil {
		return tree, nil
	}
	at, what := start, err.Error()
	if e, ok := errors.AsType[yaml.Error](err); ok {
		at, what = start.at(e.GetToken()), e.GetMessage()
	}
	return nil, at.errorf("not valid YAML: %s: %s", oneLine(what), cureYAML)
}

func oneLine(s string) string {
	s, _, _ = strings.Cut(strings.TrimSpace(s), "\n")
	return s
}

// at returns the place of a token.
func (n node) at(t *token.Token) node {
	if t == nil || t.Position == nil || t.Position.Line < 1 {
		return n
	}
	return node{file: n.file, line: t.Position.Line, column: max(1, t.Position.Column)}
}

// child returns a value within n; where its place is unknown it is n's.
func (n node) child(v ast.Node) node {
	at := n
	switch v := v.(type) {
	case nil:
	case *ast.MappingNode:
		at = n.at(v.Start)
		if !v.IsFlowStyle && len(v.Values) > 0 {
			at = n.at(v.Values[0].Key.GetToken())
		}
	case *ast.MappingValueNode:
		at = n.at(v.Key.GetToken())
	default:
		at = n.at(v.GetToken())
	}
	at.yaml = v
	return at
}

// under is the place of a part of what was made in Go.
func (n node) under(part string) node {
	return node{made: strings.TrimPrefix(n.made+part, ".")}
}

// errorf makes an error that begins with the place: FILE:LINE:COL.
func (n node) errorf(format string, args ...any) error {
	switch {
	case n.file == "" && n.made == "":
		return fmt.Errorf(format, args...)
	case n.file == "":
		return fmt.Errorf("%s: %s", n.made, fmt.Sprintf(format, args...))
	}
	return fmt.Errorf("%s:%d:%d: %s", n.file, n.line, n.column, fmt.Sprintf(format, args...))
}

// kind names a value for an error message.
func (n node) kind() string {
	switch n.yaml.(type) {
	case nil, *ast.NullNode:
		return "nothing"
	case *ast.MappingNode, *ast.MappingValueNode:
		return "a mapping"
	case *ast.SequenceNode:
		return "a list"
	case *ast.IntegerNode, *ast.FloatNode, *ast.InfinityNode, *ast.NanNode:
		return "a number"
	case *ast.BoolNode:
		return "true or false"
	}
	return "text"
}

func (n node) isNull() bool {
	_, ok := n.yaml.(*ast.NullNode)
	return ok || n.yaml == nil
}

func (n node) isMapping() bool { return n.kind() == "a mapping" }
func (n node) isList() bool    { return n.kind() == "a list" }

// entries returns the keys and values of a mapping in their order.
func (n node) entries() ([]entry, error) {
	var values []*ast.MappingValueNode
	switch m := n.yaml.(type) {
	case *ast.MappingNode:
		values = m.Values
	case *ast.MappingValueNode:
		values = []*ast.MappingValueNode{m}
	}
	var all []entry
	for _, v := range values {
		at := n.child(v.Key)
		key, ok := v.Key.(*ast.StringNode)
		if !ok {
			return nil, at.errorf("a key must be text, not %s: put it in quotes", at.kind())
		}
		for _, e := range all {
			if e.key == key.Value {
				return nil, at.errorf("%q stands here twice, first on line %d: keep one of them", key.Value, e.at.line)
			}
		}
		all = append(all, entry{key.Value, at, at.child(v.Value)})
	}
	return all, nil
}

// list returns the values of a list.
func (n node) list() []node {
	s, ok := n.yaml.(*ast.SequenceNode)
	if !ok {
		return nil
	}
	values := make([]node, len(s.Values))
	for i, v := range s.Values {
		values[i] = n.child(v)
	}
	return values
}

// scalar returns the value of a text, a number or a truth value: a string, an
// int or a bool, and else nil.
func (n node) scalar() any {
	switch v := n.yaml.(type) {
	case *ast.StringNode:
		return v.Value
	case *ast.LiteralNode:
		return v.Value.Value
	case *ast.BoolNode:
		return v.Value
	case *ast.IntegerNode:
		return plainly(v)
	}
	return nil
}
