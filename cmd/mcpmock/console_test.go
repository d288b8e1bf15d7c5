package main

import (
	"testing"

	"github.com/tidwall/gjson"
)

// What a server calls itself does nothing to a terminal.
func TestTitled(t *testing.T) {
	if got := titled(gjson.Parse(`{"name":"\u001b[2Jweather\n","version":"1\u202e0"}`)); got != "[2Jweather 10" {
		t.Errorf("%q", got)
	}
}
