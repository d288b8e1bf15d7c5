package scenarios

import "time"

// aliases are other tools' words for actions, so that what was written for
// toxiproxy or WireMock can be taken over. Each becomes actions of mcpmock's
// own.
func aliases() []key[Action] {
	return append(toxics(), wiremock()...)
}

// knownElsewhere are words for faults that people know from other tools, or try
// first. Each has another name here, or needs more than the word says.
func knownElsewhere() []need {
	return []need{
		{"hang", "write ignore for no answer, or stall: before_headers"},
		{"down", "write crash with how long, such as crash: 5s"},
		{"reset", "write drop: rst"},
		{"close", "write drop: fin"},
		{"close_empty", "write drop: fin"},
		{"abort", "write drop: rst, or respond with a status"},
		{"malformed", "write fault: MALFORMED_RESPONSE_CHUNK, or truncate with a size"},
		{"garbage", "write fault: RANDOM_DATA_THEN_CLOSE"},
		{"fixedDelay", "write fixedDelayMilliseconds, or delay"},
		{"slice", "write split"},
		{"body", "write respond: {status: 200, body: ...}, or replace for a part of it"},
		{"code", "write error: {code: ..., message: ...}"},
		{"message", "write error: {code: ..., message: ...}"},
		{"toxicity", "write chance in when"},
		{"percentage", "write chance in when"},
		{"probability", "write chance in when"},
	}
}

// toxics are the faults of toxiproxy, with their attributes.
func toxics() []key[Action] {
	type attributes struct {
		latency, jitter, timeout, delay time.Duration
		rate, size, bytes               int
	}
	toxic := func(name, about string, as []string, needs string, set func(*Action, attributes), keys ...key[attributes]) key[Action] {
		t := table[attributes]{what: name, keys: keys}
		if needs != "" {
			t.needs = []need{{needs, "it is the attribute of that toxic"}}
		}
		return key[Action]{name: name, about: "toxiproxy: " + about, alias: as, form: t.form, read: func(n node, a *Action) error {
			var v attributes
			err := t.read(n, name, &v)
			if err == nil {
				set(a, v)
			}
			return err
		}}
	}
	return []key[Action]{
		toxic("latency", "a delay in milliseconds, give or take the jitter. Here: delay.", []string{"delay"}, "latency",
			func(a *Action, v attributes) { a.Delay = around(v.latency, v.jitter) },
			field("latency", "Milliseconds.", millis(), func(v *attributes) *time.Duration { return &v.latency }),
			field("jitter", "Milliseconds more or less.", millis(), func(v *attributes) *time.Duration { return &v.jitter })),
		toxic("timeout", "nothing comes, and after so many milliseconds the connection closes; with 0 it does not. Here: stall, then drop.", []string{"stall", "drop"}, "timeout",
			func(a *Action, v attributes) {
				a.Stall = &Stall{At: "before_headers", For: v.timeout}
				if v.timeout > 0 {
					a.Drop = &Drop{How: "fin"}
				}
			},
			field("timeout", "Milliseconds.", millis(), func(v *attributes) *time.Duration { return &v.timeout })),
		toxic("reset_peer", "nothing comes, and after so many milliseconds the connection is reset. Here: stall, then drop.", []string{"stall", "drop"}, "",
			func(a *Action, v attributes) {
				if v.timeout > 0 {
					a.Stall = &Stall{At: "before_headers", For: v.timeout}
				}
				a.Drop = &Drop{How: "rst"}
			},
			field("timeout", "Milliseconds.", millis(), func(v *attributes) *time.Duration { return &v.timeout })),
		toxic("slow_close", "the connection closes so many milliseconds late. Here: stream, which is held and ends then.", []string{"stream"}, "delay",
			func(a *Action, v attributes) { a.Stream = &StreamEdit{End: true, EndTime: v.delay, Hold: v.delay > 0} },
			field("delay", "Milliseconds.", millis(), func(v *attributes) *time.Duration { return &v.delay })),
		toxic("bandwidth", "so many kilobytes a second. Here: throttle.", []string{"throttle"}, "rate",
			func(a *Action, v attributes) { a.Throttle = v.rate * 1000 },
			field("rate", "Kilobytes a second.", whole(1, maxSize/1000), func(v *attributes) *int { return &v.rate })),
		toxic("slicer", "pieces of so many bytes, with microseconds between them. Here: split.", []string{"split"}, "average_size",
			func(a *Action, v attributes) { a.Split = &Split{Bytes: v.size, Every: v.delay} },
			field("average_size", "Bytes of a piece.", whole(1, maxSize), func(v *attributes) *int { return &v.size }),
			key[attributes]{name: "size_variation", about: "0: the pieces have one length here.", form: func() form { return form{"const": 0} }, read: func(n node, _ *attributes) error {
				if n.scalar() != 0 {
					return n.errorf("size_variation makes pieces of several lengths, and here they have one: leave it out")
				}
				return nil
			}},
			field("delay", "Microseconds.", ticks(time.Microsecond), func(v *attributes) *time.Duration { return &v.delay })),
		toxic("limit_data", "the connection closes after so many bytes. Here: drop.", []string{"drop"}, "bytes",
			func(a *Action, v attributes) { a.Drop = &Drop{How: "fin", Bytes: v.bytes} },
			field("bytes", "Bytes.", whole(1, maxSize), func(v *attributes) *int { return &v.bytes })),
	}
}

// around is a delay that spreads evenly.
func around(middle, jitter time.Duration) *Delay {
	if jitter == 0 {
		return &Delay{From: middle}
	}
	return &Delay{From: max(0, middle-jitter), To: min(middle+jitter, maxSpan)}
}

// wiremock are the faults of WireMock's responses.
func wiremock() []key[Action] {
	return []key[Action]{
		{
			name: "fixedDelayMilliseconds", about: "WireMock: a delay in milliseconds. Here: delay.", alias: []string{"delay"}, form: millis().form,
			read: func(n node, a *Action) error {
				a.Delay = &Delay{}
				return millis().read(n, "fixedDelayMilliseconds", &a.Delay.From)
			},
		},
		distribution(),
		dribble(),
		{
			name: "fault", about: "WireMock: what breaks. Here: drop, and for the last two a respond whose body is no JSON before it.", alias: []string{"respond", "drop"}, form: func() form { return form{"enum": wiremockFaults()} },
			read: func(n node, a *Action) error {
				var word string
				if err := n.word("fault", &word, wiremockFaults()); err != nil {
					return err
				}
				switch word {
				case "CONNECTION_RESET_BY_PEER":
					a.Drop = &Drop{How: "rst"}
				case "EMPTY_RESPONSE":
					a.Drop = &Drop{How: "fin"}
				default:
					a.Respond = garbage()
					a.Drop = &Drop{How: "fin", Bytes: len(a.Respond.Body) / 2}
				}
				return nil
			},
		},
	}
}

func wiremockFaults() []string {
	return []string{"CONNECTION_RESET_BY_PEER", "EMPTY_RESPONSE", "MALFORMED_RESPONSE_CHUNK", "RANDOM_DATA_THEN_CLOSE"}
}

// garbage is an answer that is no JSON.
func garbage() *Response { return &Response{Status: 200, Body: "\x8f\x02%;q\x1e]}\"\xf3{,\x07\xc0=#"} }

// distribution is WireMock's delayDistribution.
func distribution() key[Action] {
	type spread struct {
		kind          string
		fixed         time.Duration
		median, limit time.Duration
		sigma         float64
		lower, upper  time.Duration
	}
	t := table[spread]{
		what: "delayDistribution",
		keys: []key[spread]{
			field("type", "lognormal, uniform or fixed.", oneOf("distribution", "lognormal", "uniform", "fixed"), func(s *spread) *string { return &s.kind }),
			field("milliseconds", "Of fixed.", millis(), func(s *spread) *time.Duration { return &s.fixed }),
			field("median", "Of lognormal: milliseconds.", millis(), func(s *spread) *time.Duration { return &s.median }),
			field("sigma", "Of lognormal: how far it spreads.", real(false, 10), func(s *spread) *float64 { return &s.sigma }),
			field("maxValue", "Of lognormal: milliseconds at most.", millis(), func(s *spread) *time.Duration { return &s.limit }),
			field("lower", "Of uniform: milliseconds.", millis(), func(s *spread) *time.Duration { return &s.lower }),
			field("upper", "Of uniform: milliseconds.", millis(), func(s *spread) *time.Duration { return &s.upper }),
		},
		needs: []need{{"type", "it is lognormal, uniform or fixed"}},
		check: func(n node, at places, s *spread) error {
			switch {
			case s.kind == "fixed" && (!at.has("milliseconds") || len(at) > 2):
				return n.errorf("fixed needs milliseconds, and nothing else")
			case s.kind != "fixed" && at.has("milliseconds"):
				return at["milliseconds"].errorf("milliseconds are those of type fixed: leave them out, or write that")
			case s.kind == "lognormal" && (s.median == 0 || s.sigma == 0 || at.has("lower") || at.has("upper")):
				return n.errorf("lognormal needs median and sigma, and no lower or upper")
			case s.kind == "uniform" && (s.upper == 0 || s.upper < s.lower || at.has("median") || at.has("sigma") || at.has("maxValue")):
				return n.errorf("uniform needs lower and an upper that is not less, and no median, sigma or maxValue")
			}
			return nil
		},
	}
	return key[Action]{name: t.what, about: "WireMock: a delay by chance. Here: delay.", alias: []string{"delay"}, form: t.form, read: func(n node, a *Action) error {
		var s spread
		if err := t.read(n, t.what, &s); err != nil {
			return err
		}
		a.Delay = &Delay{From: s.lower + s.fixed, To: s.upper, Median: s.median, Sigma: s.sigma, Max: s.limit}
		return nil
	}}
}

// dribble is WireMock's chunkedDribbleDelay.
func dribble() key[Action] {
	type chunks struct {
		n     int
		total time.Duration
	}
	t := table[chunks]{
		what: "chunkedDribbleDelay",
		keys: []key[chunks]{
			field("numberOfChunks", "How many pieces.", whole(1, maxCount), func(c *chunks) *int { return &c.n }),
			field("totalDuration", "Milliseconds that they take together.", millis(), func(c *chunks) *time.Duration { return &c.total }),
		},
		needs: []need{{"numberOfChunks", "say how many pieces there are"}, {"totalDuration", "say how many milliseconds they take"}},
	}
	return key[Action]{name: t.what, about: "WireMock: so many pieces in so many milliseconds. Here: split.", alias: []string{"split"}, form: t.form, read: func(n node, a *Action) error {
		var c chunks
		if err := t.read(n, t.what, &c); err != nil {
			return err
		}
		a.Split = &Split{Pieces: c.n, Every: c.total / time.Duration(c.n)}
		return nil
	}}
}
