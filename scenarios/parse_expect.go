package scenarios

import (
	"slices"
	"time"
)

// levels are those of an expectation.
func levels() []string { return []string{"must", "should", "advice"} }

// expectation is one entry of expect: {LEVEL: {ASSERTION: {...}}}, or
// {LEVEL: ASSERTION}, and beside it since.
func expectation(all *whereabouts) kind[Expectation] {
	about := map[string]string{
		"must":   "The specification demands it: only a breach of this fails.",
		"should": "The specification recommends it.",
		"advice": "It is good practice.",
	}
	t := table[Expectation]{what: "the expectation"}
	tables := assertionTables()
	assertion := assertions(tables)
	for _, level := range levels() {
		t.keys = append(t.keys, key[Expectation]{name: level, about: about[level], form: func() form { return form{"$ref": "#/$defs/assertion"} }, read: func(n node, e *Expectation) error {
			e.Level = level
			return assertion.read(n, level, e)
		}})
	}
	t.keys = append(t.keys, field("since", "Where the judge begins to look: fault (the first time that a fault happened or a policy showed), refusal (the first refusal), start (the first request), or the name of a fault. Left out, fault, or refusal where there are neither faults nor policies.",
		someText(), func(e *Expectation) *string { return &e.Since }))
	t.apart = []apart{{levels(), "an expectation has one level, write another entry for the other"}}
	t.check = func(n node, at places, e *Expectation) error {
		if e.Level == "" {
			return n.errorf("the expectation has no level: write {must: ...}, {should: ...} or {advice: ...}")
		}
		since, ok := at["since"]
		if !ok {
			since = n
		}
		all.since = append(all.since, since)
		return nil
	}
	k := t.kind()
	k.form = func() form {
		f := t.form()
		f["anyOf"] = []form{{"required": []string{"must"}}, {"required": []string{"should"}}, {"required": []string{"advice"}}}
		return f
	}
	k.fits = func(n node, what string, e Expectation) error {
		if err := n.among("level", e.Level, levels()); err != nil {
			return err
		}
		if err := n.among("assertion", e.What, Assertions()); err != nil {
			return err
		}
		for _, a := range tables {
			if a.what != e.What {
				continue
			}
			a.needs = nil // a count of 0 is 1
			if err := a.fits(n, a.what, e); err != nil {
				return err
			}
			if err := a.whole(n, &e); err != nil {
				return err
			}
		}
		if e.What == AssertOrder && len(e.Order) < 2 {
			return n.errorf("order has %d methods: an order has two or more", len(e.Order))
		}
		return t.fits(n, what, e)
	}
	return k
}

// assertions is what stands after the level: {ASSERTION: {...}}, or its word
// alone where it needs no more.
func assertions(tables []assertionTable) kind[Expectation] {
	var alone, names []string
	long := table[Expectation]{what: "the expectation"}
	for _, a := range tables {
		names = append(names, a.what)
		f := a.form
		if len(a.needs) == 0 && !a.about {
			alone = append(alone, a.what)
			f = func() form { return form{"anyOf": []form{a.form(), {"const": true}}} }
		}
		long.keys = append(long.keys, key[Expectation]{name: a.what, about: a.says, form: f, read: a.readAt})
	}
	long.keys = append(long.keys, key[Expectation]{
		name: AssertOrder, about: "The methods come in this order, each after the answer to the one before.", form: texts(someText(), false).form,
		read: func(n node, e *Expectation) error {
			e.What = AssertOrder
			if err := texts(someText(), false).read(n, AssertOrder, &e.Order); err != nil {
				return err
			}
			if len(e.Order) < 2 {
				return n.errorf("order has one method: an order has two or more")
			}
			return nil
		},
	})
	names = append(names, AssertOrder)
	long.apart = []apart{{names, "an entry expects one thing, write another entry for the other"}}
	long.empty = "it is one of " + listed(Assertions())
	short := kind[Expectation]{form: func() form { return form{"enum": alone} }, read: func(n node, what string, dst *Expectation) error {
		if err := n.word("assertion", &dst.What, Assertions()); err != nil {
			return err
		}
		if !slices.Contains(alone, dst.What) {
			return n.errorf("%s needs more: write %s: {%s: ...}", dst.What, what, dst.What)
		}
		return nil
	}}
	return or(short, long.kind())
}

// An assertionTable is the grammar of what stands at one assertion.
type assertionTable struct {
	table[Expectation]
	says  string
	about bool // it must say which requests it means
}

func (a assertionTable) readAt(n node, e *Expectation) error {
	e.What = a.what
	if len(a.needs) == 0 && !a.about && n.scalar() == true {
		return nil
	}
	if err := a.read(n, a.what, e); err != nil {
		return err
	}
	return a.whole(n, e)
}

// whole looks at what the triggers of an expectation say.
func (a assertionTable) whole(n node, e *Expectation) error {
	if a.about && e.Of.Empty() {
		return n.errorf("%s is met by every request: name those that it means, such as {method: initialize}", a.what)
	}
	if a.what == AssertAlways && e.Has.Empty() {
		return n.errorf("always has nothing that each of them meets: say it in has")
	}
	if asksReplica(&e.Of) || asksReplica(&e.Has) {
		return n.errorf("%s asks for a replica, and no journal says which one a request came to: leave replica out, only faults can ask for it", a.what)
	}
	return nil
}

// asksReplica reports whether a trigger asks which replica a request comes to.
func asksReplica(t *Trigger) bool {
	return t.Replica != 0 || slices.ContainsFunc(t.Any, func(t Trigger) bool { return asksReplica(&t) }) || t.Not != nil && asksReplica(t.Not)
}

func assertionTables() []assertionTable {
	trigger := condition("")
	within := field("within", "In so long from where the judge begins; left out, at any time.", span(), func(e *Expectation) *time.Duration { return &e.Within })
	count := func(about string) key[Expectation] {
		return field("count", about, whole(1, maxCount), func(e *Expectation) *int { return &e.Count })
	}
	make := func(name, says string, about bool, keys ...key[Expectation]) assertionTable {
		return assertionTable{table[Expectation]{what: name, keys: keys, misplaced: trigger.misplaced}, says, about}
	}
	of := ofKeys(trigger.keys)
	always := make(AssertAlways, "Each request that meets of also meets has.", false,
		field("of", "Which requests; {} is every one.", inner(), func(e *Expectation) *Trigger { return &e.Of }),
		field("has", "What each of them meets.", nested(), func(e *Expectation) *Trigger { return &e.Has }))
	always.needs = []need{{"of", "say which requests, or write of: {} for every one"}, {"has", "say what each of them meets"}}
	atMost := make(AssertAtMost, "No more than count of such requests are sent; without a trigger, of all requests.", false,
		append(slices.Clone(of), count("So many."), field("per", "In any such span; left out, in all.", span(), func(e *Expectation) *time.Duration { return &e.Per }))...)
	atMost.needs = []need{{"count", "say how many are allowed, such as count: 5"}}
	atMost.check = checkOf
	sends := make(AssertSends, "Such requests are sent.", true, append(slices.Clone(of), within, count("At least so many; left out, 1."))...)
	sends.check = checkOf
	never := make(AssertNever, "No such request is sent.", true, of...)
	never.check = checkOf
	return []assertionTable{
		make(AssertReinitialize, "An initialize without a session id is sent.", false, within,
			field("max", "At most so many.", whole(1, maxCount), func(e *Expectation) *int { return &e.Count })),
		make(AssertSettles, "The client goes on: it sends another request, closes the connection, cancels, or ends.", false, within),
		make(AssertReplays, "The request that the fault met is sent again and answered.", false, within),
		sends, never, always, atMost,
		make(AssertResumes, "A GET goes on with a stream, with the right Last-Event-ID.", false, within,
			field("with", "The Last-Event-ID that it must name; left out, the last that was given.", line(), func(e *Expectation) *string { return &e.With })),
		make(AssertUniqueIDs, "No two requests of a session have the same id.", false),
		make(AssertAlive, "A request is sent and answered with success.", false, within),
		make(AssertCancels, "The request that the fault met is cancelled: by notifications/cancelled, and in 2026-07-28 over HTTP by closing the response.", false, within),
		make(AssertRetries, "What was answered with input_required is sent again with another id, the requestState that was given, and an answer to each of inputRequests. Without within, a client that does not retry is not judged.", false, within),
	}
}

// ofKeys are the keys of a trigger that stand in an assertion itself.
func ofKeys(of []key[Trigger]) []key[Expectation] {
	var keys []key[Expectation]
	for _, k := range of {
		keys = append(keys, key[Expectation]{
			name: k.name, about: k.about, form: k.form,
			read: func(n node, e *Expectation) error { return k.read(n, &e.Of) },
			set:  func(e *Expectation) bool { return k.set(&e.Of) },
			fits: func(n node, e *Expectation) error { return k.fits(n, &e.Of) },
		})
	}
	return keys
}

func checkOf(n node, at places, e *Expectation) error { return checkTrigger(n, at, &e.Of) }
