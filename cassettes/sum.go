package cassettes

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"hash/crc32"
)

// Each value of a cassette ends in a member "sum": the CRC-32C of the value's
// text before it. It tells damage from editing. A tape may be edited by hand,
// so a sum that does not fit is accepted, but for one case: text that differs
// from the summed text in a single bit was flipped, not edited, and might
// answer one request with another's answer. The sum may be left out.
const (
	sumDigits   = 8
	compactTail = `,"sum":"` // then the digits, then "}
	prettyTail  = ",\n  \"sum\": \""
	compactEnd  = `"}`
	prettyEnd   = "\"\n}"
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// appendSum appends body, its sum in the given layout, and a newline.
func appendSum(dst, body []byte, tail string) []byte {
	end := compactEnd
	if tail == prettyTail {
		end = prettyEnd
	}
	var sum [4]byte
	binary.BigEndian.PutUint32(sum[:], crc32.Checksum(body, castagnoli))
	dst = append(append(dst, body...), tail...)
	dst = hex.AppendEncode(dst, sum[:])
	return append(append(dst, end...), '\n')
}

// cutSum splits a value into the summed text and the sum's digits. It returns
// nil where the value has no sum in one of the two layouts.
func cutSum(value []byte) (body, digits []byte) {
	for _, l := range [...]struct{ tail, end string }{{compactTail, compactEnd}, {prettyTail, prettyEnd}} {
		n := len(l.tail) + sumDigits + len(l.end)
		if len(value) > n && bytes.HasSuffix(value, []byte(l.end)) && bytes.HasPrefix(value[len(value)-n:], []byte(l.tail)) {
			at := len(value) - n
			return value[:at], value[at+len(l.tail) : at+len(l.tail)+sumDigits]
		}
	}
	return nil, nil
}

// state is what the sum of a value says about it.
type state uint8

const (
	unknownState state = iota // it has no sum, or was edited
	intact                    // it is as it was written, and so valid JSON
	damaged                   // a single bit was flipped
)

// examine holds a value against its sum. Of a damaged one it returns the
// index of the byte that differs and what stood there.
func examine(value []byte) (is state, at int, was byte) {
	body, digits := cutSum(value)
	if body == nil {
		return unknownState, 0, 0
	}
	sum := crc32.Checksum(body, castagnoli)
	var stored uint32
	for _, d := range digits {
		switch {
		case d >= '0' && d <= '9':
			stored = stored<<4 | uint32(d-'0')
		case d >= 'a' && d <= 'f':
			stored = stored<<4 | uint32(d-'a'+10)
		default:
			return unknownState, 0, 0 // the sum itself was touched
		}
	}
	if sum == stored {
		return intact, 0, 0
	}
	// A CRC is linear: a flipped bit changes it by an amount that depends on
	// the bit's distance from the end alone. Walk from the end to the front
	// and look for the amount seen.
	syndrome := sum ^ stored
	var change [8]uint32
	for bit := range change {
		change[bit] = castagnoli[1<<bit]
	}
	for i := len(body) - 1; i >= 0; i-- {
		for bit, c := range change {
			if c == syndrome {
				return damaged, i, body[i] ^ 1<<bit
			}
			change[bit] = castagnoli[byte(c)] ^ c>>8
		}
	}
	return unknownState, 0, 0
}
