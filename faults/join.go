package faults

import (
	"cmp"
	"maps"
	"slices"

	"github.com/mcpmock/mcpmock/scenarios"
)

// Join makes one action of two that act on the same answer: lists add up, and
// of what can be said only once the later wins.
func Join(a, b *scenarios.Action) *scenarios.Action {
	if a == nil {
		return b
	}
	j := *a
	j.Headers = slices.Concat(a.Headers, b.Headers)
	j.Set = slices.Concat(a.Set, b.Set)
	j.Remove = slices.Concat(a.Remove, b.Remove)
	j.Send = slices.Concat(a.Send, b.Send)
	j.Emit = slices.Concat(a.Emit, b.Emit)
	if b.Replace != nil {
		j.Replace = maps.Clone(a.Replace)
		if j.Replace == nil {
			j.Replace = map[string]string{}
		}
		maps.Copy(j.Replace, b.Replace)
	}
	set(&j.Status, b.Status)
	if b.ID != nil || b.IDAs != "" {
		j.ID, j.IDAs = b.ID, b.IDAs
	}
	set(&j.Inject, b.Inject)
	set(&j.Pad, b.Pad)
	j.Stream = joinStreams(a.Stream, b.Stream)
	set(&j.Truncate, b.Truncate)
	set(&j.Delay, b.Delay)
	set(&j.Stall, b.Stall)
	set(&j.Split, b.Split)
	set(&j.Throttle, b.Throttle)
	set(&j.Drop, b.Drop)
	set(&j.CloseIdle, b.CloseIdle)
	set(&j.Frame, b.Frame)
	set(&j.Exit, b.Exit)
	for _, on := range []struct{ into, from *bool }{
		{&j.RotateSession, &b.RotateSession}, {&j.Wrap, &b.Wrap}, {&j.Duplicate, &b.Duplicate}, {&j.Withhold, &b.Withhold},
		{&j.Swap, &b.Swap}, {&j.Gzip, &b.Gzip}, {&j.Buffer, &b.Buffer}, {&j.BOM, &b.BOM}, {&j.CloseStdout, &b.CloseStdout},
	} {
		*on.into = *on.into || *on.from
	}
	return &j
}

// joinStreams makes one edit of a stream of two, key by key.
func joinStreams(a, b *scenarios.StreamEdit) *scenarios.StreamEdit {
	if a == nil || b == nil {
		return cmp.Or(a, b)
	}
	j := *a
	if b.End || b.EndPrime {
		j.End, j.EndAfter, j.EndTime, j.EndPrime = b.End, b.EndAfter, b.EndTime, b.EndPrime
	}
	set(&j.Keepalive, b.Keepalive)
	set(&j.Comment, b.Comment)
	set(&j.Prime, b.Prime)
	set(&j.IDs, b.IDs)
	set(&j.Retry, b.Retry)
	set(&j.On, b.On)
	set(&j.EOL, b.EOL)
	set(&j.Event, b.Event)
	set(&j.SplitData, b.SplitData)
	set(&j.Resume, b.Resume)
	set(&j.Endpoint, b.Endpoint)
	j.Hold = j.Hold || b.Hold
	j.NoSpace = j.NoSpace || b.NoSpace
	j.NoBlank = j.NoBlank || b.NoBlank
	j.BOM = j.BOM || b.BOM
	return &j
}

func set[T comparable](dst *T, v T) {
	var none T
	if v != none {
		*dst = v
	}
}

// Edits reports whether an action changes an answer on its way, beyond what it
// does to the request or puts in the answer's place.
func Edits(do *scenarios.Action) bool {
	return do.Status != 0 || do.Headers != nil || do.RotateSession || do.Set != nil || do.Remove != nil || do.ID != nil ||
		do.IDAs != "" || do.Inject != "" || do.Pad > 0 || do.Wrap || do.Duplicate || do.Withhold || do.Swap || do.Send != nil ||
		do.Replace != nil || do.Stream != nil || do.Truncate > 0 || do.Gzip || do.Buffer || do.Delay != nil || do.Stall != nil ||
		do.Split != nil || do.Throttle > 0 || do.Drop != nil || do.CloseIdle > 0 || do.Emit != nil || do.Frame != "" || do.BOM ||
		do.CloseStdout || do.Exit != nil
}
