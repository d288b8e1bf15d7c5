package mirror

import (
	"strconv"
	"strings"
)

// A number is a JSON number apart from its spelling: a sign, and digits without
// zeros at either end, times a power of ten. Zero has no digits and no sign.
// Two of them are equal where the numbers are, however long these are.
type number struct {
	negative bool
	digits   string
	exponent int
}

// normalNumber reads a number as JSON spells it. It says false of what is none,
// and of one whose exponent is beyond all reason.
func normalNumber(text string) (n number, ok bool) {
	rest, negative := strings.CutPrefix(text, "-")
	mantissa, power, hasPower := cutExponent(rest)
	whole, fraction, hasFraction := strings.Cut(mantissa, ".")
	if !isDigits(whole) || len(whole) > 1 && whole[0] == '0' || hasFraction && !isDigits(fraction) {
		return number{}, false
	}
	exponent := 0
	if hasPower {
		unsigned := strings.TrimPrefix(power, "-")
		if unsigned == power {
			unsigned = strings.TrimPrefix(power, "+")
		}
		var err error
		if exponent, err = strconv.Atoi(power); !isDigits(unsigned) || err != nil || exponent > 1<<30 || exponent < -1<<30 {
			return number{}, false
		}
	}
	digits := strings.TrimRight(whole+fraction, "0")
	exponent += len(whole) - len(digits) // of the last digit that counts
	digits = strings.TrimLeft(digits, "0")
	if digits == "" {
		return number{}, true
	}
	return number{negative, digits, exponent}, true
}

func cutExponent(s string) (mantissa, power string, found bool) {
	at := strings.IndexAny(s, "eE")
	if at < 0 {
		return s, "", false
	}
	return s[:at], s[at+1:], true
}

// isDigits reports whether s is one digit or more, and nothing else.
func isDigits(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return r < '0' || r > '9' })
}
