package scenarios

import (
	"encoding/base64"
	"fmt"
	"math"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The kinds of plain values.

// someText is text that is not empty.
func someText() kind[string] {
	return kind[string]{form: func() form { return form{"type": "string", "minLength": 1} }, read: func(n node, what string, dst *string) error { return n.text(what, dst) }, fits: notEmpty}
}

func notEmpty(n node, what, s string) error {
	if s == "" {
		return n.errorf("%s is empty: write something, or leave it out", what)
	}
	return nil
}

// anyText is text, also the empty one.
func anyText() kind[string] {
	return kind[string]{form: func() form { return form{"type": "string"} }, read: func(n node, what string, dst *string) error {
		if s, ok := n.scalar().(string); ok && s == "" {
			*dst = ""
			return nil
		}
		return n.text(what, dst)
	}}
}

// line is text without control characters, as a field of an event stream or a
// header is.
func line() kind[string] {
	return aText(form{"type": "string", "minLength": 1}, func(n node, what, s string) error {
		if strings.ContainsFunc(s, isControl) {
			return n.errorf("%s has a control character in it: it is one line", what)
		}
		return nil
	})
}

// aText is text that is not empty, and has a form of its own.
func aText(f form, fits func(n node, what, s string) error) kind[string] {
	k := someText().and(fits)
	k.form = func() form { return f }
	return k
}

// oneOf is one of some words; label names them in an error.
func oneOf(label string, words ...string) kind[string] {
	return kind[string]{form: func() form { return form{"enum": words} }, read: func(n node, _ string, dst *string) error { return n.word(label, dst, words) }, fits: func(n node, _, s string) error {
		return n.among(label, s, words)
	}}
}

// oneFixed is a word that stands for something else than a text.
func oneFixed[V any](word string, value V) kind[V] {
	return kind[V]{form: func() form { return form{"const": word} }, read: func(n node, what string, dst *V) error {
		var s string
		*dst = value
		return n.word(what, &s, []string{word})
	}, fits: func(n node, what string, v V) error {
		if !reflect.DeepEqual(v, value) {
			return n.errorf("%s is not %s", what, word)
		}
		return nil
	}}
}

// whole is a whole number.
func whole(low, high int) kind[int] {
	return kind[int]{form: func() form { return form{"type": "integer", "minimum": low, "maximum": high} }, read: func(n node, what string, dst *int) error {
		return n.number(what, dst, low, high)
	}, fits: func(n node, what string, i int) error { return n.within(what, i, low, high) }}
}

// numbers is one of some whole numbers.
func numbers(of string, all ...int) kind[int] {
	fits := func(n node, what string, i int) error {
		if !slices.Contains(all, i) {
			return n.errorf("%s of a %s must be one of %s", what, of, strings.Trim(strings.ReplaceAll(fmt.Sprint(all), " ", ", "), "[]"))
		}
		return nil
	}
	return kind[int]{form: func() form { return form{"enum": all} }, fits: fits, read: func(n node, what string, dst *int) error {
		*dst, _ = n.scalar().(int)
		return fits(n, what, *dst)
	}}
}

// number64 is any whole number of 64 bits.
func number64() kind[int64] {
	return kind[int64]{form: func() form { return form{"type": "integer"} }, read: func(n node, what string, dst *int64) error {
		i, ok := n.scalar().(int)
		if !ok {
			return n.notWhole(what, "a whole number of 64 bits")
		}
		*dst = int64(i)
		return nil
	}}
}

// real is a number above 0, if not zero is allowed, up to high.
func real(zero bool, high float64) kind[float64] {
	f := func() form {
		if zero {
			return form{"type": "number", "minimum": 0, "maximum": high}
		}
		return form{"type": "number", "exclusiveMinimum": 0, "maximum": high}
	}
	return kind[float64]{form: f, read: func(n node, what string, dst *float64) error {
		spelled, ok := n.spelledNumber()
		v, err := strconv.ParseFloat(spelled, 64)
		switch {
		case !ok:
			return n.errorf("%s must be a number, not %s", what, n.kind())
		case strings.Contains(spelled, "_"):
			return n.errorf("%s is spelled %s, which not every reader of YAML takes for the same number: write it in decimal digits alone", what, spelled)
		case err != nil || math.IsInf(v, 0) || math.IsNaN(v):
			return n.errorf("%s is %s: it must be a number in decimal digits, such as 0.5", what, spelled)
		}
		*dst = v
		return bounded(n, what, spelled, v, zero, high)
	}, fits: func(n node, what string, v float64) error {
		return bounded(n, what, strconv.FormatFloat(v, 'g', -1, 64), v, zero, high)
	}}
}

func bounded(n node, what, spelled string, v float64, zero bool, high float64) error {
	switch {
	case zero && !(v >= 0 && v <= high):
		return n.errorf("%s is %s: it must be from 0 to %v", what, spelled, high)
	case !zero && !(v > 0 && v <= high):
		return n.errorf("%s is %s: it must be more than 0, and at most %v", what, spelled, high)
	}
	return nil
}

// truth is true or false.
func truth() kind[bool] {
	return kind[bool]{form: func() form { return form{"type": "boolean"} }, read: func(n node, what string, dst *bool) error { return n.truth(what, dst) }}
}

// lie is what false says.
func lie() kind[bool] {
	return kind[bool]{form: func() form { return form{"type": "boolean"} }, read: func(n node, what string, dst *bool) error {
		err := n.truth(what, dst)
		*dst = !*dst
		return err
	}}
}

// flag is a word that needs no value: it is there or not.
func flag() kind[bool] {
	return kind[bool]{word: true, form: func() form { return form{"const": true} }, read: func(n node, what string, dst *bool) error {
		if n.scalar() != true {
			return n.errorf("%s takes no value but true: write %s: true, or leave it out", what, what)
		}
		*dst = true
		return nil
	}}
}

const maxSpan = 24 * time.Hour

// spanPattern fits what a span is, of all that time.ParseDuration reads.
const spanPattern = `^([0-9]+(\.[0-9]*)?(ns|us|µs|ms|s|m|h))+$`

// spanned fits a span, and digits a number that lacks nothing but its unit.
func spanned() *regexp.Regexp { return regexp.MustCompile(spanPattern) }
func digits() *regexp.Regexp  { return regexp.MustCompile(`^[0-9]+(\.[0-9]+)?$`) }

// span is a duration of some length.
func span() kind[time.Duration] { return spans(false) }

// spanOrNone is a duration that may be 0s.
func spanOrNone() kind[time.Duration] { return spans(true) }

func spans(zero bool) kind[time.Duration] {
	f := func() form {
		f := form{"type": "string", "pattern": spanPattern, "examples": []string{"250ms", "5s", "2m"}}
		if !zero {
			f["not"] = form{"pattern": `^([0.]+[a-zµ]+)+$`}
		}
		return f
	}
	return kind[time.Duration]{form: f, read: func(n node, what string, dst *time.Duration) error {
		s, ok := n.scalar().(string)
		if spelled, number := n.spelledNumber(); number && digits().MatchString(spelled) {
			return n.errorf("%s has no unit: write %ss or %sms", what, spelled, spelled)
		} else if number {
			return n.errorf("%s is %s: it must be a duration such as 250ms, 5s or 2m", what, spelled)
		} else if !ok {
			return n.errorf("%s must be a duration such as 250ms, 5s or 2m, not %s", what, n.kind())
		}
		d, err := time.ParseDuration(s)
		switch {
		case err == nil && strings.HasPrefix(s, "-"):
			return n.errorf("%s is %s: a duration goes forward", what, s)
		case !spanned().MatchString(s):
			return n.errorf("%s is %q: it must be a duration such as 250ms, 5s or 2m", what, s)
		case err != nil: // too long for a Duration, even
			d = maxSpan + 1
		}
		*dst = d
		return lasts(n, what, s, d, zero)
	}, fits: func(n node, what string, d time.Duration) error { return lasts(n, what, d.String(), d, zero) }}
}

// lasts says what is wrong with the length of a duration.
func lasts(n node, what, spelled string, d time.Duration, zero bool) error {
	switch {
	case d < 0:
		return n.errorf("%s is %s: a duration goes forward", what, spelled)
	case d > maxSpan:
		return n.errorf("%s is %s: it must be at most 24h", what, spelled)
	case d == 0 && !zero:
		return n.errorf("%s is %s: it must be more than 0s; leave the key out for none", what, spelled)
	}
	return nil
}

// millis is a number of milliseconds, as other tools write durations.
func millis() kind[time.Duration] { return ticks(time.Millisecond) }

func ticks(unit time.Duration) kind[time.Duration] {
	k := whole(0, int(maxSpan/unit))
	return kind[time.Duration]{form: k.form, read: func(n node, what string, dst *time.Duration) error {
		var some int
		err := k.read(n, what, &some)
		*dst = time.Duration(some) * unit
		return err
	}}
}

// maxSize is the most bytes that anything is made of here; a message of the
// tape may be that large.
const maxSize = 256 << 20

// size is a number of bytes: 100, "64KiB", 20MiB.
func size() kind[int] {
	f := func() form {
		return form{"anyOf": []form{
			{"type": "integer", "minimum": 1, "maximum": maxSize},
			{"type": "string", "pattern": `^[0-9]+(KiB|MiB)$`},
		}, "examples": []any{100, "64KiB", "20MiB"}}
	}
	return kind[int]{form: f, read: func(n node, what string, dst *int) error {
		s, ok := n.scalar().(string)
		if !ok {
			return n.number(what, dst, 1, maxSize)
		}
		digits, unit := s, 1
		if d, ok := strings.CutSuffix(s, "KiB"); ok {
			digits, unit = d, 1<<10
		} else if d, ok := strings.CutSuffix(s, "MiB"); ok {
			digits, unit = d, 1<<20
		}
		i, err := strconv.Atoi(digits)
		switch {
		case err != nil || unit == 1 || digits[0] < '0' || digits[0] > '9':
			return n.errorf("%s is %q: it must be a number of bytes, or one with KiB or MiB, such as 64KiB", what, s)
		case i < 1 || i > maxSize/unit:
			return n.errorf("%s is %s: it must be from 1 byte to %dMiB", what, s, maxSize>>20)
		}
		*dst = i * unit
		return nil
	}, fits: func(n node, what string, i int) error { return n.within(what, i, 1, maxSize) }}
}

// pattern is a name that may end in a star.
func pattern() kind[string] {
	return aText(form{"type": "string", "pattern": `^([^*]+\*?|\*)$`}, func(n node, what, s string) error {
		if star := strings.IndexByte(s, '*'); star >= 0 && star < len(s)-1 {
			return n.errorf("%s %q has a * before its end: a * stands for any ending only", what, s)
		}
		return nil
	})
}

// matches reports whether a pattern fits a name.
func matches(pattern, name string) bool {
	start, open := strings.CutSuffix(pattern, "*")
	return start == name || open && strings.HasPrefix(name, start)
}

// expression is a regular expression of package regexp.
func expression() kind[*regexp.Regexp] {
	return kind[*regexp.Regexp]{form: func() form { return form{"type": "string", "minLength": 1} }, read: func(n node, what string, dst **regexp.Regexp) error {
		var s string
		if err := n.text(what, &s); err != nil {
			return err
		}
		compiled, err := regexp.Compile(s)
		if err != nil {
			return n.errorf("%s is no regular expression: %s: see https://pkg.go.dev/regexp/syntax", what, strings.TrimPrefix(err.Error(), "error parsing regexp: "))
		}
		*dst = compiled
		return nil
	}}
}

// bytes64 is text that stands for bytes in base64.
func bytes64() kind[string] {
	return kind[string]{form: func() form { return form{"type": "string", "minLength": 1, "contentEncoding": "base64"} }, read: func(n node, what string, dst *string) error {
		var s string
		if err := n.text(what, &s); err != nil {
			return err
		}
		data, err := base64.StdEncoding.DecodeString(s)
		switch {
		case err != nil:
			return n.errorf("%s is no base64: write the output of base64 in quotes", what)
		case strings.Contains(string(data), "${"):
			return n.errorf("%s has a ${ in it, which begins a variable: write body", what)
		}
		*dst = string(data)
		return nil
	}}
}

// httpMethod is the method of an HTTP request.
func httpMethod() kind[string] { return oneOf("HTTP method", httpMethods()...) }

// httpMethods are those of the endpoint, and those a client might try.
func httpMethods() []string {
	return []string{"POST", "GET", "DELETE", "PUT", "PATCH", "OPTIONS", "HEAD"}
}
