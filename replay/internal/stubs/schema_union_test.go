package stubs

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// Expressions, as pydantic and zod make a schema of them, are told apart by their
// op, and cost no more than they are long, right or wrong.
func TestRecursiveUnion(t *testing.T) {
	pair := func(op string) string {
		return fmt.Sprintf(`{"type":"object","properties":{"l":{"$ref":"#/$defs/E"},"op":{"const":%q},"r":{"$ref":"#/$defs/E"}},"required":["op","l","r"]}`, op)
	}
	text := `{"type":"object","properties":{"e":{"$ref":"#/$defs/E"}},"$defs":{"E":{"anyOf":[` + pair("and") + `,` + pair("or") +
		`,{"type":"object","properties":{"e":{"$ref":"#/$defs/E"},"op":{"const":"not"}},"required":["op","e"]}` +
		`,{"type":"object","properties":{"op":{"const":"leaf"},"v":{"type":"integer"}},"required":["op","v"]}]}}}`
	s, err := newSchema([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	const deep = 30
	nested := func(leaf string) []byte {
		return []byte(`{"e":` + strings.Repeat(`{"l":`, deep) + leaf + strings.Repeat(`,"op":"or","r":{"op":"leaf","v":1}}`, deep) + "}")
	}
	began := time.Now()
	if wrong := s.breach(nested(`{"op":"leaf","v":1}`)); wrong != "" {
		t.Errorf("good arguments: %s", wrong)
	}
	if wrong := s.breach(nested(`{"op":"leaf","v":"x"}`)); wrong == "" {
		t.Error("bad ones are taken")
	}
	if took := time.Since(began); took > time.Minute {
		t.Errorf("it took %s", took)
	}
}
