package matching

import (
	"bytes"
	"slices"
	"strconv"
	"strings"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/tidwall/gjson"
)

// redacted remembers which places of a request were redacted, with what it is
// about.
func (ix *Index) redacted(method, name string, params []byte) {
	places := redactedPlaces(params)
	if len(places) == 0 {
		return
	}
	about := method + " " + name
	sets := ix.places[about]
	if len(sets) < SampleSize && !slices.ContainsFunc(sets, func(p []string) bool { return slices.Equal(p, places) }) {
		ix.places[about] = append(sets, places)
	}
}

// redactedPlaces returns the places in recorded params where a whole value was
// kept off the tape, as paths of sjson.
func redactedPlaces(params []byte) []string {
	if !bytes.Contains(params, []byte("redacted-")) {
		return nil
	}
	var places []string
	var walk func(at string, v gjson.Result)
	walk = func(at string, v gjson.Result) {
		if v.Type == gjson.String && cassettes.IsRedacted(v.Str) && !strings.ContainsAny(v.Str, " :/") {
			places = append(places, at)
		}
		if !v.IsObject() && !v.IsArray() {
			return
		}
		i := 0
		v.ForEach(func(name, v gjson.Result) bool {
			segment := gjson.Escape(name.Str)
			if name.Type != gjson.String {
				segment = strconv.Itoa(i)
			}
			if at != "" {
				segment = at + "." + segment
			}
			walk(segment, v)
			i++
			return true
		})
	}
	walk("", gjson.ParseBytes(params))
	return places
}

// findRedacted looks for a request that was recorded with places redacted:
// something must stand there now too, and the rest be the same.
func (ix *Index) findRedacted(scratch *[]byte, method string, params []byte, modern bool) Group {
	for _, places := range ix.places[method+" "+NameOf(method, params)] {
		there := func(place string) bool { return gjson.GetBytes(params, place).Exists() }
		if slices.ContainsFunc(places, func(place string) bool { return !there(place) }) {
			continue
		}
		if g := ix.table.find(ix.keys.key(scratch, method, without(params, places), modern)); g != None {
			return g
		}
	}
	return None
}
