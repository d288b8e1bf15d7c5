package check

import (
	"slices"
	"strings"

	"github.com/mcpmock/mcpmock/probes"
	"github.com/tidwall/gjson"
)

// result returns the result in an answer, and whether there is one.
func result(a probes.Answer) (gjson.Result, bool) {
	if a.Status != 200 {
		return gjson.Result{}, false
	}
	for _, m := range probes.Messages(a) {
		if r := gjson.GetBytes(m, "result"); r.Exists() {
			return r, true
		}
	}
	return gjson.Result{}, false
}

// served reports whether an answer is not a refusal: a result, an accepted
// notification, a stream.
func served(a probes.Answer) bool {
	if a.Err != nil || a.Status/100 != 2 {
		return false
	}
	for _, m := range probes.Messages(a) {
		if gjson.GetBytes(m, "error").IsObject() {
			return false
		}
	}
	return true
}

// refusal is the message of a refusal.
func refusal(a probes.Answer) string {
	for _, m := range probes.Messages(a) {
		if e := gjson.GetBytes(m, "error.message").String(); e != "" {
			return e
		}
	}
	return string(a.Body)
}

// isJSONRPCError reports whether an answer has a JSON-RPC error in it.
func isJSONRPCError(a probes.Answer) bool {
	return slices.ContainsFunc(probes.Messages(a), func(m []byte) bool { return gjson.GetBytes(m, "error").IsObject() })
}

// bytesSay reports whether a body has a word in it, which is in lower case.
func bytesSay(a probes.Answer, word string) bool {
	return strings.Contains(strings.ToLower(string(a.Body)), word)
}

const mockSays = "this is a mock, and nothing of the kind was recorded"

// isMock reports whether an error is that of a mock for what it has no answer
// to, which stands outside of the codes of JSON-RPC.
func isMock(e gjson.Result) bool {
	return strings.HasPrefix(e.Get("message").Str, "mcpmock: no recorded answer")
}
