package replay

import (
	"bytes"
	"slices"
	"strconv"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/tidwall/gjson"
	"github.com/tidwall/sjson"
)

// redactedPlaces returns the places in recorded params where a value was kept
// off the tape, as paths of sjson.
func redactedPlaces(params []byte) []string {
	if !bytes.Contains(params, []byte("redacted-")) {
		return nil
	}
	var places []string
	var walk func(at string, v gjson.Result)
	walk = func(at string, v gjson.Result) {
		if v.Type == gjson.String && cassettes.IsRedacted(v.Str) {
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
// redacted: whatever stands there now, the rest must be the same. It returns
// the exchange's group, or -1.
func (p *Player) findRedacted(scratch *[]byte, m jsonrpc.Message) int32 {
	for _, places := range p.index.places {
		params := slices.Clone(m.Params)
		for _, place := range slices.Backward(places) { // elements of an array from its end
			out, err := sjson.DeleteBytes(params, place)
			if err != nil {
				break
			}
			params = out
		}
		if g := p.index.find(p.index.keys.key(scratch, m.Method, params)); g >= 0 {
			return g
		}
	}
	return -1
}
