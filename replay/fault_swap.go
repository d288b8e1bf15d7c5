package replay

import (
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/tidwall/sjson"
)

// A barter is an answer that waits for another one to be sent in its place.
type barter struct {
	answer []byte
	other  chan []byte
}

// Swapped gives an answer away for that of the next request whose answer is to
// be swapped, for which it waits.
func (a *around) Swapped(message []byte) []byte {
	return a.conv.swap(message, a.Gone())
}

func (c *conversation) swap(message []byte, gone <-chan struct{}) []byte {
	c.mu.Lock()
	if b := c.barter; b != nil {
		c.barter = nil
		c.mu.Unlock()
		b.other <- message
		return under(b.answer, message)
	}
	b := &barter{message, make(chan []byte, 1)}
	c.barter = b
	c.mu.Unlock()
	select {
	case other := <-b.other:
		return under(other, message)
	case <-gone:
	case <-c.ended:
	}
	c.mu.Lock()
	if c.barter == b {
		c.barter = nil
	}
	c.mu.Unlock()
	return message
}

// under gives a response the id of another one.
func under(response, other []byte) []byte {
	out, err := sjson.SetRawBytes(response, "id", jsonrpc.One(other).ID)
	if err != nil {
		return response
	}
	return out
}
