package say

import (
	"bytes"
	"io"
	"log"
)

// Defects returns what an http.Server is to log to: of all that it has to say,
// panics of its handlers alone come to w. A client's broken handshake is no news.
func Defects(w io.Writer) *log.Logger { return log.New(defects{w}, "", log.LstdFlags) }

type defects struct{ w io.Writer }

func (d defects) Write(p []byte) (int, error) {
	if !bytes.Contains(p, []byte("http: panic serving")) {
		return len(p), nil
	}
	return d.w.Write(p)
}
