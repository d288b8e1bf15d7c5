package mcp

import (
	"slices"
	"testing"
)

// What a client may send is a request or a notification, and no request of the
// server is among it.
func TestClientMethods(t *testing.T) {
	all := ClientMethods()
	if !slices.IsSorted(all) || len(slices.Compact(slices.Clone(all))) != len(all) {
		t.Errorf("not in order, or something twice: %q", all)
	}
	for _, method := range all {
		if IsRequest(method) == IsNotification(method) {
			t.Errorf("%s: request: %v, notification: %v", method, IsRequest(method), IsNotification(method))
		}
	}
	for _, method := range []string{Initialize, Initialized, ToolsCall, Discover, Listen, "tasks/get", Cancelled} {
		if !slices.Contains(all, method) {
			t.Errorf("%s is not among %q", method, all)
		}
	}
	for _, method := range []string{SamplingCreate, ElicitationCreate, RootsList, "notifications/message", ""} {
		if slices.Contains(all, method) {
			t.Errorf("no client sends %q", method)
		}
	}
}
