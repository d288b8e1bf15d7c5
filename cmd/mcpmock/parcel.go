package main

import (
	"encoding/binary"
	"fmt"
	"io"
)

// What passes between a door and the mock behind it is cut into parcels: a
// byte for what it is, four for how long, and that many of it. So the end of
// stdin is told from a client that was killed, and stderr from stdout.
const (
	parcelInput  = 'i' // of the client's to stdin
	parcelEnd    = 'e' // stdin has ended
	parcelOutput = 'o' // for stdout
	parcelTalk   = 't' // for stderr
	parcelShut   = 's' // stdout is closed
	parcelExit   = 'x' // the process ends, with the code that is the parcel
)

// maxParcel bounds what is taken at once; more is several parcels.
const maxParcel = 64 << 10

// sendParcel writes a parcel, or several where it is long.
func sendParcel(w io.Writer, kind byte, p []byte) error {
	for first := true; first || len(p) > 0; first = false {
		n := min(len(p), maxParcel)
		parcel := binary.BigEndian.AppendUint32(append(make([]byte, 0, 5+n), kind), uint32(n))
		if _, err := w.Write(append(parcel, p[:n]...)); err != nil {
			return err
		}
		p = p[n:]
	}
	return nil
}

// takeParcel reads a parcel into buf, which has room for maxParcel. The error is
// io.EOF where there is none any more.
func takeParcel(r io.Reader, buf []byte) (kind byte, p []byte, err error) {
	var head [5]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return 0, nil, err
	}
	n := binary.BigEndian.Uint32(head[1:])
	if n > maxParcel {
		return 0, nil, fmt.Errorf("a parcel of %d bytes", n)
	}
	if _, err := io.ReadFull(r, buf[:n]); err != nil {
		return 0, nil, io.ErrUnexpectedEOF
	}
	return head[0], buf[:n], nil
}
