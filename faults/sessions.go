package faults

import (
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/scenarios"
)

// Fits reports whether a fault may fire on a request: the request meets the
// trigger, and has the session that the fault acts on. It is Meets for a fault
// as a whole.
func Fits(f *scenarios.Fault, r *Request) bool {
	return Meets(&f.When, r) && !(f.Do.OnSession() && idle(&f.Do, r))
}

// idle reports whether what an action does to sessions would do nothing to a
// request, so that it is not met: who counts it would judge its client by it. An
// answer to initialize may show a session where its request did not.
func idle(do *scenarios.Action, r *Request) bool {
	switch {
	case sessionless(r), r.Holds == Nobody && !do.RotateSession:
		return true
	case r.Holds == Own, do.Restart && r.Holds == Others:
		return false
	}
	return !(do.RotateSession && r.Method() == mcp.Initialize)
}

// sessionless reports whether a request is of an era that has no sessions
// (2026-07-28 basic, "Statelessness"): no server could end its, so no client is
// to be judged by what it does about that. One that belongs to a session all the
// same is of a legacy server, whatever it says about itself.
func sessionless(r *Request) bool { return r.Session == NoSession && modern(r) }
