package main

import (
	"context"
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

// A door that is sent a signal ends, whether its client reads or not; what the
// mock says last comes out where it does.
func TestDoorEnds(t *testing.T) {
	for _, c := range []struct {
		why   string
		reads bool
	}{{"a client that reads", true}, {"one that does not", false}} {
		t.Run(c.why, func(t *testing.T) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			conn, err := net.Dial("tcp", l.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			mock, err := l.Accept()
			if err != nil {
				t.Fatal(err)
			}
			defer mock.Close()
			stdout, out := io.Pipe()
			defer stdout.Close()
			said := make(chan string, 1)
			if c.reads {
				go func() {
					all, _ := io.ReadAll(stdout)
					said <- string(all)
				}()
			}
			ctx, signal := context.WithCancel(t.Context())
			go func() {
				_ = sendParcel(mock, parcelOutput, []byte("before "))
				signal()
				_, _, err := takeParcel(mock, make([]byte, maxParcel))
				if err == nil {
					t.Error("the mock heard something")
				}
				_ = sendParcel(mock, parcelOutput, []byte("and after"))
				_ = sendParcel(mock, parcelExit, []byte{3})
			}()
			never, _ := io.Pipe() // stdin, on which nothing comes
			defer never.Close()
			began := time.Now()
			code, err := beDoor(ctx, conn, never, &console{out: out, err: io.Discard})
			if err != nil || time.Since(began) > 10*time.Second {
				t.Errorf("it ends with %v after %v", err, time.Since(began))
			}
			if !c.reads {
				return
			}
			out.Close()
			if all := <-said; code != 3 || !strings.Contains(all, "before and after") {
				t.Errorf("it says %q, exit code %d", all, code)
			}
		})
	}
}
