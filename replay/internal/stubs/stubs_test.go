package stubs

import "testing"

// A set that is nil has no stubs, and edits nothing.
func TestNoSet(t *testing.T) {
	t.Parallel()
	var s *Set
	if s.Find("tools/call", "a") != nil || s.List("tools/list") != nil || s.Versions() != nil || s.Knows("tools/call") {
		t.Error("a nil set has something")
	}
	if names, kind := s.Kin("tools/call"); names != nil || kind != "methods" {
		t.Errorf("Kin: %v, %s", names, kind)
	}
	const result = `{"tools":[{"name":"a"}]}`
	if got := string(s.Listed("tools/list", []byte(result), true)); got != result {
		t.Errorf("Listed: %s", got)
	}
	if got := string(s.Introduced([]byte(result))); got != result {
		t.Errorf("Introduced: %s", got)
	}
}
