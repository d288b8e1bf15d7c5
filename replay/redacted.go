package replay

import (
	"bytes"
	"slices"
	"strconv"
	"strings"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/tidwall/gjson"
)

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

// findRedacted looks for an exchange whose request was recorded with places
// redacted: something must stand there now too, and the rest be the same. It
// returns the exchange's group, or -1.
func (p *Player) findRedacted(scratch *[]byte, m jsonrpc.Message, modern bool) int32 {
	for _, places := range p.index.places[m.Method+" "+nameOf(m.Method, m.Params)] {
		there := func(place string) bool { return gjson.GetBytes(m.Params, place).Exists() }
		if slices.ContainsFunc(places, func(place string) bool { return !there(place) }) {
			continue
		}
		if g := p.index.find(p.index.keys.key(scratch, m.Method, without(m.Params, places), modern)); g >= 0 {
			return g
		}
	}
	return -1
}
