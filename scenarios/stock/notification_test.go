package stock_test

import "time"

// accepts is the case of a scenario in which notifications are answered with a
// success of a strange form: a good client goes on.
func accepts(status int, body string, headers ...string) stockCase {
	return stockCase{
		wire: func(v *visitor) {
			v.initialize().succeeds()
			v.initialized().is(status, body, headers...)
			v.call().succeeds()
			v.post(`{"jsonrpc":"2.0","method":"notifications/roots/list_changed"}`).is(status, body, headers...)
		},
		good: beginsAndCalls,
		bad:  map[string]func(*visitor){"alive": begins},
	}
}

// notificationCases are the scenarios about the answer to a notification.
func notificationCases() map[string]stockCase {
	return map[string]stockCase{
		"initialized-rejected-400": {
			wire: func(v *visitor) {
				v.initialize().succeeds()
				v.initialized().is(400, "", "Content-Type", "", "Content-Length", "0")
			},
			good: begins,
			bad: map[string]func(*visitor){
				"settles": lingers(begins, 6*time.Second),
				"at_most": repeats(5, begins),
			},
		},
		"notification-answered-200-null":    accepts(200, "null", "Content-Type", "application/json"),
		"notification-answered-200-id-null": accepts(200, `{"jsonrpc":"2.0","id":null}`, "Content-Type", "application/json"),
		"notification-answered-200-error": accepts(200, `{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"Invalid Request"}}`,
			"Content-Type", "application/json"),
		"notification-answered-204":       accepts(204, "", "Content-Type", "", "Content-Length", ""),
		"notification-answered-200-empty": accepts(200, "", "Content-Type", "", "Content-Length", "0"),
		"notification-202-text-plain":     accepts(202, "", "Content-Type", "text/plain; charset=utf-8"),
	}
}
