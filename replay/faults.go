package replay

import (
	"net/http"
	"slices"

	"github.com/mcpmock/mcpmock/faults"
	"github.com/mcpmock/mcpmock/replay/internal/gate"
	"github.com/mcpmock/mcpmock/scenarios"
)

// faulted lets the faults act on the request before the dialect sees it. It
// reports whether one of them has answered it.
func (q *visit) faulted() bool {
	if q.p.faults.Len() == 0 {
		return false
	}
	return q.broken(faults.Sends)
}

// did lets the faults act on what the client does besides sending a message.
// It reports whether one of them has taken the matter in hand.
func (q *visit) did(d faults.Doing) bool { return q.p.faults.Awaits(d) && q.broken(d) }

// broken lets the faults act.
func (q *visit) broken(d faults.Doing) bool {
	if d == faults.Sends {
		q.past, q.came = q.conv.watch(q.Requests(), q.began, q.p.asks.sameID), q.conv
	}
	r := q.shows(d)
	at := faults.Place{Session: q.conv.met, Server: &q.space.met}
	if q.HTTP != nil {
		at.Connection = q.HTTP.RemoteAddr
	}
	if q.Standing == gate.SessionEnded || q.Standing == gate.SessionUnknown {
		id := q.ID
		if q.old {
			id = q.oldID()
		}
		if before := q.p.sessions.met(id); before != nil {
			at.Session = before
		}
	}
	var instead *scenarios.Action
	var batch []*scenarios.Fault // that a message of a batch has met
	q.space.faults.Fire(&r, at, q.began, func(f *scenarios.Fault) bool {
		do, m := &f.Do, r.Member(f)
		q.settles(f)
		q.note("faulted", q.p.faults.Name(f), "")
		if m != nil {
			own, response := do.Apart()
			q.setApart(m, &own)
			if own.Replaces() && q.answeredApart() {
				instead = &own
			}
			if slices.Contains(batch, f) { // it has done that
				return instead == nil && !own.Replaces()
			}
			batch, do = append(batch, f), &response
		}
		if q.intervene(do) {
			r = q.shows(d)
		}
		if do.Edits() {
			q.edits = q.edits.Joined(do)
		}
		if do.Replaces() {
			instead = do
		}
		return instead == nil && (m == nil || q.members[string(m.ID)].Text == nil)
	})
	if q.members != nil {
		q.joinApart()
	}
	if q.edits != nil && d == faults.Sends {
		q.edit(instead)
	}
	if instead != nil && d == faults.Sends {
		q.instead(instead)
		return true
	}
	return q.cut || q.pipe != nil && q.quit(d)
}

// shows makes of a request what the triggers may ask about it.
func (q *visit) shows(d faults.Doing) faults.Request {
	r := faults.Request{HTTP: q.Verb, Batch: q.Batch, Invalid: q.BodyErr != nil && q.Verb == http.MethodPost, Client: d,
		Session: q.sessionState(), State: faults.New, Replica: q.replica,
		Since: q.past.since, Idle: q.past.idle, InFlight: q.past.flying, SameID: q.past.sameID}
	r.Over, r.Outside = "http", q.Outside
	if q.pipe != nil && q.pipe.process() {
		r.Over = "stdio"
	}
	if q.HTTP != nil {
		r.Path, r.Header, r.Holds = q.HTTP.URL.Path, q.HTTP.Header, q.holds()
	}
	switch {
	case q.Modern, q.pipe != nil && d == faults.Sends && q.modernly(): // of a pipe it is settled once the faults have seen the line
		r.Session, r.State = faults.NoSession, faults.Stateless
	case q.Ready:
		r.State = faults.Ready
	case q.Initialized:
		r.State = faults.Initializing
	}
	return r
}

// holds is what sessions there are for a fault to act on. A request that names
// one which is over, or never was, has it from the client's own doing.
func (q *visit) holds() faults.Holding {
	switch {
	case q.session != nil || q.Standing != gate.SessionNone:
		return faults.Own
	case q.p.sessions.any(q.space):
		return faults.Others
	}
	return faults.Nobody
}

// sessionState is what a request shows of its session. On a pipe, which is a
// session from its beginning, that counts from its initialize on, so that a
// scenario means the same on every transport.
func (q *visit) sessionState() faults.Session {
	switch {
	case q.Standing == gate.SessionUnknown && q.leaked, q.Standing == gate.SessionKnown && !q.Initialized && q.pipe == nil && !q.old:
		return faults.Leaked
	case q.Standing == gate.SessionUnknown:
		return faults.Unknown
	case q.Standing == gate.SessionEnded:
		return faults.Ended
	case q.pipe == nil && !q.old && q.Standing == gate.SessionKnown, (q.pipe != nil || q.old) && q.Initialized:
		return faults.Known
	}
	return faults.NoSession
}

// intervene does what an action does before the mock looks at the request. It
// reports whether that changed what the request is.
func (q *visit) intervene(do *scenarios.Action) bool {
	changed := false
	if do.Request != nil && q.HTTP != nil {
		q.HTTP = q.HTTP.Clone(q.HTTP.Context())
		faults.SetHeaders(q.HTTP.Header, do.Request, nil)
		changed = true
	}
	switch {
	case q.HTTP == nil && (do.ExpireSession || do.ForgetSession || do.Restart):
		q.pipe.crash(0) // the session of a process is the process
		q.cut = true
	case do.Restart:
		q.p.sessions.forgetAll(q.space)
		changed = true
	case do.ExpireSession && q.session != nil:
		q.p.sessions.end(q.session, "it expired")
		changed = true
	case do.ForgetSession && q.session != nil:
		q.p.sessions.forget(q.session)
		changed = true
	case do.AdoptSession && q.Standing != gate.SessionKnown && q.ID != "" && !q.old:
		q.adopt()
		changed = true
	}
	if do.Crash > 0 {
		q.crash(do.Crash)
		return true
	}
	if changed && q.HTTP != nil {
		q.locate()
		if q.premints() {
			q.premint()
		}
	}
	return changed
}

// adopt makes a session of an id that was never issued.
func (q *visit) adopt() {
	c := newConversation(q.ID, q.space, q.began)
	recorded := q.space.binder.Bind("")
	c.begin(recorded, q.p.index.Sessions[recorded].Version, q.conv.capabilities, q.p.answers.standing(recorded, false))
	c.ready = true
	q.p.sessions.name(q.ID, c) // where there is no room it stays unknown
}

// quit reports whether a pipe is to end, and ends it so.
func (q *visit) quit(d faults.Doing) bool {
	do := q.edits
	switch {
	case do == nil:
		return false
	case d != faults.Sends && !q.pipe.hindered(do):
		return true
	case do.Exit == nil:
		return false
	}
	if d == faults.Sends && do.Says() {
		return false // after the answer
	}
	q.pipe.emit(do, nil)
	q.pipe.crash(*do.Exit)
	return true
}
