package scenarios

import (
	"time"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// streamKey is the key stream. Two of them on one answer are one, key by key.
func streamKey() key[Action] {
	t := streamEdit()
	k := part("stream", "Changes the event stream, or makes the answer one.", of(streamEdit), func(a *Action) **StreamEdit { return &a.Stream })
	k.join = func(a, later *Action) {
		both := *later.Stream
		if a.Stream != nil {
			both = *a.Stream
			t.join(&both, later.Stream)
		}
		a.Stream = &both
	}
	return k
}

func streamEdit() table[StreamEdit] {
	return table[StreamEdit]{
		keys: []key[StreamEdit]{
			streamEnd(),
			field("hold", "The stream stays open after the answer, until the client goes away.", flag(), func(s *StreamEdit) *bool { return &s.Hold }),
			field("keepalive", "A comment that often while it is open.", span(), func(s *StreamEdit) *time.Duration { return &s.Keepalive }),
			field("comment", "What that comment says; left out, keepalive.", line(), func(s *StreamEdit) *string { return &s.Comment }),
			part("prime", "The first event, which has no message.", of(prime), func(s *StreamEdit) **Prime { return &s.Prime }),
			field("ids", "Of events: none has an id, or every one has.", oneOf("word for ids", "none", "every"), func(s *StreamEdit) *string { return &s.IDs }),
			field("retry", "Milliseconds that each event tells the client to wait.", whole(1, int(maxSpan/time.Millisecond)), func(s *StreamEdit) *int { return &s.Retry }),
			field("on", "Messages come on the response to the POST, on the standalone stream (get), or on both.", oneOf("place of messages", "post", "get", "both"), func(s *StreamEdit) *string { return &s.On }),
			field("eol", "How lines end.", oneOf("line end", "lf", "crlf", "cr"), func(s *StreamEdit) *string { return &s.EOL }),
			field("space", "Whether a space follows the colon of a field.", lie(), func(s *StreamEdit) *bool { return &s.NoSpace }),
			field("event", "The name of events; none leaves the field out.", line(), func(s *StreamEdit) *string { return &s.Event }),
			field("split_data", "The data of an event in lines of so many bytes.", whole(1, maxSize), func(s *StreamEdit) *int { return &s.SplitData }),
			field("blank", "Whether the last event ends with its blank line.", lie(), func(s *StreamEdit) *bool { return &s.NoBlank }),
			field("bom", "A byte order mark stands at the beginning.", flag(), func(s *StreamEdit) *bool { return &s.BOM }),
			field("resume", "What a GET with Last-Event-ID gets: empty (an open stream that says nothing), all (all events again), other (those of another stream), duplicate (each twice), close (the end, at once).",
				oneOf("way to resume", "empty", "all", "other", "duplicate", "close"), func(s *StreamEdit) *string { return &s.Resume }),
			field("endpoint", "What the endpoint event of HTTP+SSE says.", line(), func(s *StreamEdit) *string { return &s.Endpoint }),
		},
		pairs: []pair{{"comment", "keepalive", "say how often it is sent, such as keepalive: 15s"}},
		empty: "name what changes, such as {end: 0}",
		check: func(n node, at places, s *StreamEdit) error {
			switch {
			case s.End && s.Hold && s.EndTime == 0:
				return at["hold"].errorf("hold beside end: a stream that ends after some events is not held; leave one of them out")
			case s.EndPrime && s.Prime != nil:
				return at["prime"].errorf("prime beside end: {prime: true}: keep the one with the fields that you mean")
			}
			return nil
		},
	}
}

// streamEnd is the key end: a number of events, or a mapping.
func streamEnd() key[StreamEdit] {
	events := whole(0, maxCount)
	after := key[StreamEdit]{
		name: "after", about: "So many events, or a duration.", form: func() form { return form{"anyOf": []form{events.form(), span().form()}} },
		read: func(n node, s *StreamEdit) error {
			if _, text := n.scalar().(string); text {
				return spanOrNone().read(n, "after", &s.EndTime)
			}
			return events.read(n, "after", &s.EndAfter)
		},
	}
	long := table[StreamEdit]{what: "end", keys: []key[StreamEdit]{
		after,
		field("prime", "An event with an id and no data is sent before the end.", flag(), func(s *StreamEdit) *bool { return &s.EndPrime }),
	}, empty: "write end: 0, or end: {after: 2s}"}
	return key[StreamEdit]{
		name: "end", about: "The stream ends cleanly after so many events; or {after: events or a duration, prime: true}.",
		form: func() form { return form{"anyOf": []form{events.form(), long.form()}} },
		set:  func(s *StreamEdit) bool { return s.End || s.EndPrime },
		join: func(s, later *StreamEdit) {
			s.End, s.EndAfter, s.EndTime, s.EndPrime = later.End, later.EndAfter, later.EndTime, later.EndPrime
		},
		clear: func(s *StreamEdit) { s.End, s.EndAfter, s.EndTime, s.EndPrime = false, 0, 0, false },
		fits: func(n node, s *StreamEdit) error {
			if err := events.check(n, "end", s.EndAfter); err != nil {
				return err
			}
			return spanOrNone().check(n, "end", s.EndTime)
		},
		read: func(n node, s *StreamEdit) error {
			s.End = true
			if n.isMapping() {
				return long.read(n, "end", s)
			}
			return events.read(n, "end", &s.EndAfter)
		},
	}
}

func prime() table[Prime] {
	return table[Prime]{keys: []key[Prime]{
		field("id", "Its id.", line(), func(p *Prime) *string { return &p.ID }),
		field("event", "Its name.", line(), func(p *Prime) *string { return &p.Event }),
		field("data", "Its data; left out, the data is empty.", anyText(), func(p *Prime) *string { return &p.Data }),
		field("retry", "Milliseconds that it tells the client to wait.", whole(1, int(maxSpan/time.Millisecond)), func(p *Prime) *int { return &p.Retry }),
	}}
}

func delay() kind[Delay] {
	t := table[Delay]{
		what: "delay",
		keys: []key[Delay]{
			field("from", "At least so long.", spanOrNone(), func(d *Delay) *time.Duration { return &d.From }),
			field("to", "At most so long; anything between is equally likely.", span(), func(d *Delay) *time.Duration { return &d.To }),
			field("median", "Half of the delays are longer.", span(), func(d *Delay) *time.Duration { return &d.Median }),
			field("sigma", "How far they spread: the standard deviation of the logarithm.", real(false, 10), func(d *Delay) *float64 { return &d.Sigma }),
			field("max", "None is longer.", span(), func(d *Delay) *time.Duration { return &d.Max }),
		},
		pairs: []pair{{"from", "to", "for one duration write it alone, such as delay: 1s"}, {"to", "from", "add from: 0s"}},
		empty: "write a duration, {from, to} or {median, sigma, max}",
		check: checkDelay,
	}
	for _, a := range []string{"from", "to"} {
		for _, b := range []string{"median", "sigma", "max"} {
			t.apart = append(t.apart, apart{[]string{a, b}, "a delay is spread in one way: write {from, to} or {median, sigma, max}"})
		}
	}
	return or(with(span(), func(d *Delay) *time.Duration { return &d.From }), t.kind())
}

func checkDelay(n node, at places, d *Delay) error {
	switch {
	case at.has("to") && d.To < d.From:
		return at["to"].errorf("to is %s, which is less than from: swap them", d.To)
	case at.has("median") != at.has("sigma") || at.has("max") && !at.has("median"):
		return n.errorf("median and sigma belong together: add the other")
	case d.Max > 0 && d.Max < d.Median:
		return at["max"].errorf("max is %s, which is less than the median: raise it, or leave it out", d.Max)
	}
	return nil
}

func stall() kind[Stall] {
	at := oneOf("place to stall", "before_headers", "after_headers", "mid_body")
	return or(with(at, func(s *Stall) *string { return &s.At }), table[Stall]{
		what: "stall",
		keys: []key[Stall]{
			field("at", "Where: before_headers, after_headers or mid_body.", at, func(s *Stall) *string { return &s.At }),
			field("for", "How long; left out, until the client goes away.", span(), func(s *Stall) *time.Duration { return &s.For }),
		},
		needs: []need{{"at", "say where: before_headers, after_headers or mid_body"}},
	}.kind())
}

func split() kind[Split] {
	point := oneFixed("inside_code_point", Split{CodePoint: true})
	pieces := with(whole(1, maxSize), func(s *Split) *int { return &s.Bytes })
	short := kind[Split]{form: func() form { return form{"anyOf": []form{pieces.form(), point.form()}} }, read: func(n node, what string, dst *Split) error {
		if _, text := n.scalar().(string); text {
			return point.read(n, what, dst)
		}
		return pieces.read(n, what, dst)
	}, fits: point.fits}
	return or(short, table[Split]{
		what: "split",
		keys: []key[Split]{
			field("bytes", "Bytes of a piece.", whole(1, maxSize), func(s *Split) *int { return &s.Bytes }),
			field("pieces", "How many pieces of the same length: of a body, or of each event.", whole(1, maxCount), func(s *Split) *int { return &s.Pieces }),
			field("every", "Time between two pieces.", span(), func(s *Split) *time.Duration { return &s.Every }),
		},
		apart: []apart{{[]string{"bytes", "pieces"}, "keep one of them"}},
		check: func(n node, _ places, s *Split) error {
			if s.Bytes+s.Pieces == 0 {
				return n.errorf("split has no bytes: say how long a piece is, or with pieces how many there are")
			}
			return nil
		},
	}.kind())
}

func drop() kind[Drop] {
	how := oneOf("way to drop", "fin", "rst")
	return or(with(how, func(d *Drop) *string { return &d.How }), table[Drop]{
		what: "drop",
		keys: []key[Drop]{
			field("how", "fin (also where it is left out), or rst.", how, func(d *Drop) *string { return &d.How }),
			field("bytes", "So many bytes of the body are sent before.", size(), func(d *Drop) *int { return &d.Bytes }),
			field("events", "So many events are.", whole(1, maxCount), func(d *Drop) *int { return &d.Events }),
			field("after", "So much time passes before.", span(), func(d *Drop) *time.Duration { return &d.After }),
		},
		apart: []apart{{[]string{"bytes", "events", "after"}, "a connection breaks off at one place, keep one of them"}},
	}.kind())
}

func emit() table[Emit] {
	return table[Emit]{
		what: "emit",
		keys: []key[Emit]{
			field("to", "stdout (also where it is left out), or stderr.", oneOf("place to write to", "stdout", "stderr"), func(e *Emit) *string { return &e.To }),
			field("text", "What is written, as it stands: a line needs its \\n.", someText(), func(e *Emit) *string { return &e.Text }),
			field("repeat", "How many times.", whole(1, 1_000_000), func(e *Emit) *int { return &e.Repeat }),
			field("at", "before the answer (also where it is left out), or after it.", oneOf("time to write", "before", "after"), func(e *Emit) *string { return &e.At }),
		},
		needs: []need{{"text", "say what is written"}},
	}
}

// trueNode is the value of a word that stands alone.
func trueNode() ast.Node {
	return &ast.BoolNode{Token: &token.Token{Value: "true"}, BaseNode: &ast.BaseNode{}, Value: true}
}
