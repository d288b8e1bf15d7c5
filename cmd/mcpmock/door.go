package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"time"

	"github.com/spf13/cobra"
)

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
			if _, err := io.WriteString(conn, args[1]); err != nil {
				return err
			}
			code, err := beDoor(ctx, conn, os.Stdin, c)
			if err != nil {
				return &failure{code: exitUpstream, err: fmt.Errorf("the run that this mock is of has ended")}
			}
			return exit(code).orNil()
		},
	}
}

// untilOut is how long what the mock says last may take to come out when a door
// is to end: somewhat longer than a mock takes to say it.
const untilOut = time.Second

// beDoor passes on what the client and the mock say until the mock ends, and
// returns its exit code. Where ctx ends first, the mock hears no more and may say
// what it has begun; a client that does not take it is not waited for. An error
// says that the connection broke off. What blocks in a read or a write is left
// behind: it ends with the process.
func beDoor(ctx context.Context, conn net.Conn, stdin io.Reader, c *console) (code int, err error) {
	type outcome struct {
		code int
		err  error
	}
	go goIn(conn, stdin)
	ended := make(chan outcome, 1)
	go func() {
		code, err := comeOut(conn, c)
		ended <- outcome{code, err}
	}()
	select {
	case o := <-ended:
		return o.code, o.err
	case <-ctx.Done():
	}
	if half, ok := conn.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite() // else it is gone, which is as well
	}
	select {
	case o := <-ended:
		return o.code, nil
	case <-time.After(untilOut):
		return 0, nil
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
