package cassettes

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/tidwall/gjson"
)

// A Refusal is how a server refused what no client should ask, learned when
// the recording began. In Header and Body ${session} stands for a session id,
// and ${host} for the server's host and port.
type Refusal struct {
	Probe  string // the question, by its name in package probes
	Status int
	Header http.Header // without what belongs to one connection only
	Body   string
}

func appendRefusals(b []byte, list []Refusal) []byte {
	if len(list) == 0 {
		return b
	}
	b = append(b, `,"refusals":[`...)
	for i, r := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendString(append(b, `{"probe":`...), r.Probe), `,"status":`...)
		b = strconv.AppendInt(b, int64(r.Status), 10)
		if len(r.Header) > 0 {
			b = appendFields(append(b, `,"header":`...), r.Header)
		}
		if r.Body != "" {
			b = appendMember(b, "body", r.Body)
		}
		b = append(b, '}')
	}
	return append(b, ']')
}

func decodeRefusals(v gjson.Result, to *[]Refusal) error {
	if !v.IsArray() {
		return errors.New("refusals must be an array of objects")
	}
	for _, one := range v.Array() {
		var r Refusal
		var h HTTP
		err := members(one, func(key string, v gjson.Result) error {
			switch key {
			case "probe":
				return text(v, key, &r.Probe)
			case "status":
				return number(v, key, &r.Status)
			case "header":
				return decodeFields(&h, v, false)
			case "body":
				return text(v, key, &r.Body)
			}
			return unknown(key, "a refusal", "probe", "status", "header", "body")
		})
		if err != nil {
			return err
		}
		if r.Probe == "" || r.Status < 200 || r.Status > 599 {
			return errors.New("a refusal needs a probe, and a status from 200 to 599")
		}
		r.Header = h.Header
		*to = append(*to, r)
	}
	return nil
}
