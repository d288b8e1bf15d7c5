package jsondiff

import "testing"

func TestCompare(t *testing.T) {
	for _, c := range []struct {
		why, recorded, received string
		want                    []string // pointer recorded received
	}{
		{"equal but for key order and spelling", `{"a":1,"b":[1.0]}`, `{"b":[1],"a":1}`, nil},
		{"a changed string", `{"p":{"region":"West"}}`, `{"p":{"region":"west"}}`, []string{`/p/region "West" "west"`}},
		{"a missing member", `{"a":1}`, `{}`, []string{`/a 1 `}},
		{"an extra element", `[1]`, `[1,2]`, []string{`/1  2`}},
		{"null is not absent", `{"a":null}`, `{}`, []string{`/a null `}},
		{"integers beyond 2^53 stay distinct", `9007199254740993`, `9007199254740992`, []string{` 9007199254740993 9007199254740992`}},
		{"names are escaped", `{"a/b~c":1}`, `{"a/b~c":2}`, []string{`/a~1b~0c 1 2`}},
		{"another type", `{"a":"1"}`, `{"a":1}`, []string{`/a "1" 1`}},
	} {
		got := Compare([]byte(c.recorded), []byte(c.received))
		if len(got) != len(c.want) {
			t.Errorf("%s: %v, want %v", c.why, got, c.want)
			continue
		}
		for i, d := range got {
			if s := d.Pointer + " " + string(d.Recorded) + " " + string(d.Received); s != c.want[i] {
				t.Errorf("%s: %q, want %q", c.why, s, c.want[i])
			}
		}
	}
}
