package replay

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
)

// A seal makes the requestState of this run: a token that says which exchange,
// and which of its rounds, a client comes back from. It stands in place of the
// recorded one, which a client could read off another run; no other is taken,
// and nothing need be kept for it (2026-07-28 basic/patterns/mrtr, "Server
// Requirements").
type seal struct{ key [32]byte }

// macBytes is how much of the code guards a token.
const macBytes = 16

// state makes the token for a round of exchange x.
func (s *seal) state(x, round int) string {
	b := binary.AppendUvarint(nil, uint64(x))
	b = binary.AppendUvarint(b, uint64(round))
	return base64.RawURLEncoding.EncodeToString(append(b, s.mac(b)...))
}

// open takes a token apart. It says false of any that this player did not make.
func (s *seal) open(state string) (x, round int, ok bool) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(state)
	if err != nil || len(b) <= macBytes {
		return 0, 0, false
	}
	b, mac := b[:len(b)-macBytes], b[len(b)-macBytes:]
	if !hmac.Equal(mac, s.mac(b)) {
		return 0, 0, false
	}
	number, n := binary.Uvarint(b)
	nth, _ := binary.Uvarint(b[n:])
	return int(number), int(nth), true
}

func (s *seal) mac(b []byte) []byte {
	h := hmac.New(sha256.New, s.key[:])
	h.Write(b)
	return h.Sum(nil)[:macBytes]
}

// sealing makes the key of this run's states.
func (p *Player) sealing() {
	if p.seed != nil {
		binary.LittleEndian.PutUint64(p.seal.key[:], uint64(*p.seed))
		p.seal.key[31] = 2 // others than those of sessions and stubs
		return
	}
	_, _ = rand.Read(p.seal.key[:]) // it never fails
}
