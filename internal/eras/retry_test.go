package eras

import "testing"

func TestRetried(t *testing.T) {
	for _, c := range []struct {
		why, params, original, responses, state string
		hasState, retry                         bool
	}{
		{"the first time", `{"name":"a","arguments":{"n":1.0}}`, `{"name":"a","arguments":{"n":1.0}}`, "", "", false, false},
		{"with both", `{"name":"a","inputResponses":{"k":{"action":"accept"}},"requestState":"s","_meta":{}}`, `{"name":"a","_meta":{}}`, `{"k":{"action":"accept"}}`, "s", true, true},
		{"with a state alone", `{"requestState":"\u0073","name":"a"}`, `{"name":"a"}`, "", "s", true, true},
		{"with an empty state", `{"requestState":""}`, `{}`, "", "", true, true},
		{"with responses alone", `{"name":"a","inputResponses":{}}`, `{"name":"a"}`, `{}`, "", false, true},
		{"null is what some write for nothing", `{"name":"a","inputResponses":null,"requestState":null}`, `{"name":"a"}`, "", "", false, false},
		{"a state that nobody has handed out", `{"requestState":7}`, `{}`, "", "7", true, true},
		{"no params", ``, ``, "", "", false, false},
	} {
		original, responses, state, has, retry := Retried([]byte(c.params))
		if string(original) != c.original || string(responses) != c.responses || state != c.state || has != c.hasState || retry != c.retry {
			t.Errorf("%s: %s, %s, %q, %v, %v", c.why, original, responses, state, has, retry)
		}
	}
}

func TestRetry(t *testing.T) {
	for _, c := range []struct {
		why, original, responses, state string
		hasState                        bool
		want                            string
	}{
		{"both", `{"name":"a"}`, `{"k":{}}`, "s\"&", true, `{"name":"a","inputResponses":{"k":{}},"requestState":"s\"&"}`},
		{"a client must not send a state that it has not", `{"name":"a","requestState":"old"}`, `{}`, "s", false, `{"name":"a","inputResponses":{}}`},
		{"a state alone", `{"name":"a"}`, ``, "", true, `{"name":"a","requestState":""}`},
		{"no params before", ``, `{}`, "", false, `{"inputResponses":{}}`},
	} {
		var responses []byte
		if c.responses != "" {
			responses = []byte(c.responses)
		}
		if got := string(Retry([]byte(c.original), responses, c.state, c.hasState)); got != c.want {
			t.Errorf("%s: %s, want %s", c.why, got, c.want)
		}
	}
}

func TestResponses(t *testing.T) {
	all := Responses([]string{"a", "b.c", "d", "e"}, [][]byte{[]byte(`{"action":"accept"}`), []byte(`{"roots":[]}`), nil})
	if want := `{"a":{"action":"accept"},"b.c":{"roots":[]}}`; string(all) != want {
		t.Errorf("%s, want %s: what is missing is left out", all, want)
	}
	if got := string(Responses(nil, nil)); got != "{}" {
		t.Errorf("no responses are %s", got)
	}
	for key, want := range map[string]string{"a": `{"action":"accept"}`, "b.c": `{"roots":[]}`, "b": "", "d": ""} {
		if got := Response(all, key); string(got) != want || want == "" && got != nil {
			t.Errorf("%s: %q, want %q", key, got, want)
		}
	}
}
