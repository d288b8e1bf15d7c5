package main

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"os"

	"github.com/spf13/cobra"
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

// newDoor is the verb of MCPMOCK_COMMAND: nobody types it.
func newDoor(c *console) *cobra.Command {
	return &cobra.Command{
		Use:    "door ADDRESS KEY",
		Short:  "be the mock of a run over stdio, as MCPMOCK_COMMAND says",
		Hidden: true,
		Args:   cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			conn, err := net.Dial("tcp", args[0])
			if err != nil {
				return (&failure{code: exitUpstream, err: fmt.Errorf("the run that this mock is of has ended: %w", err)}).hint("start the client by mcpmock run, which gives it another MCPMOCK_COMMAND")
			}
			defer conn.Close()
			surviveBrokenPipes() // the mock is to know of it
			ctx, stop := untilSignal(cmd.Context())
			defer stop()
			defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
			if _, err := io.WriteString(conn, args[1]); err != nil {
				return err
			}
			go goIn(conn, os.Stdin) // it ends with the process
			code, err := comeOut(conn, c)
			if err != nil && ctx.Err() == nil {
				return &failure{code: exitUpstream, err: fmt.Errorf("the run that this mock is of has ended")}
			}
			return exit(code).orNil()
		},
	}
}

// goIn passes on what the client says, until it has said all or the connection
// is gone.
func goIn(conn net.Conn, stdin io.Reader) {
	buf := make([]byte, maxParcel)
	for {
		n, err := stdin.Read(buf)
		if n > 0 && sendParcel(conn, parcelInput, buf[:n]) != nil {
			return
		}
		if err != nil {
			_ = sendParcel(conn, parcelEnd, nil) // else the mock is gone
			return
		}
	}
}

// comeOut says what the mock says, and returns the exit code of the process that
// it is. A client that takes no more ends it. An error says that the connection
// broke off.
func comeOut(conn net.Conn, c *console) (code int, err error) {
	buf := make([]byte, maxParcel)
	for {
		kind, p, err := takeParcel(conn, buf)
		if err != nil {
			return 0, err
		}
		switch kind {
		case parcelOutput:
			if _, err := c.out.Write(p); err != nil {
				return 0, nil
			}
		case parcelTalk:
			_, _ = c.err.Write(p) // nobody could be told
		case parcelShut:
			if out, ok := c.out.(io.Closer); ok {
				_ = out.Close()
			}
		case parcelExit:
			if len(p) == 1 {
				code = int(p[0])
			}
			return code, nil
		}
	}
}
