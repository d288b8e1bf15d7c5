package main

import (
	"bytes"
	"errors"
	"io"
	"net"
	"testing"

	"github.com/mcpmock/mcpmock/replay"
)

// Whatever comes in, each parcel is taken as it was sent, or is an error.
func FuzzParcel(f *testing.F) {
	f.Add(byte(parcelInput), []byte("{}\n"), []byte{})
	f.Add(byte(parcelEnd), []byte{}, []byte{parcelOutput, 0xff, 0xff, 0xff, 0xff})
	f.Add(byte(parcelOutput), bytes.Repeat([]byte("x"), maxParcel+1), []byte{parcelTalk, 0, 0, 0, 9, 1})
	f.Fuzz(func(t *testing.T, kind byte, sent, rest []byte) {
		var wire, got bytes.Buffer
		if err := sendParcel(&wire, kind, sent); err != nil {
			t.Fatal(err)
		}
		wire.Write(rest)
		buf := make([]byte, maxParcel)
		for first := true; first || got.Len() < len(sent); first = false {
			k, p, err := takeParcel(&wire, buf)
			if err != nil || k != kind {
				t.Fatalf("%q, %v, want %q", k, err, kind)
			}
			got.Write(p)
		}
		if !bytes.Equal(got.Bytes(), sent) {
			t.Fatalf("it came as %q", &got)
		}
		for {
			if _, _, err := takeParcel(&wire, buf); err != nil {
				return
			}
		}
	})
}

// The end of stdin is told from a client that was killed.
func TestReceived(t *testing.T) {
	for _, c := range []struct {
		why   string
		kinds string
		err   error
	}{
		{"it closed stdin", "iie", nil},
		{"it was killed", "ii", io.ErrUnexpectedEOF},
	} {
		door, mock := net.Pipe()
		go func() {
			for _, kind := range []byte(c.kinds) {
				_ = sendParcel(door, kind, []byte("ab")[:min(2, int(kind-'e'))]) // nobody takes more than the test
			}
			door.Close()
		}()
		got, err := io.ReadAll(&received{conn: mock, buf: make([]byte, maxParcel)})
		if string(got) != "abab" || !errors.Is(err, c.err) || c.err == nil && err != nil {
			t.Errorf("%s: %q, %v", c.why, got, err)
		}
		mock.Close()
	}
}

// Nobody comes in with another key, and to close the doorway ends who is inside.
func TestDoorway(t *testing.T) {
	tape, err := openTape("weather", "")
	if err != nil {
		t.Fatal(err)
	}
	defer tape.Close()
	player, err := replay.New(tape)
	if err != nil {
		t.Fatal(err)
	}
	defer player.Close()
	d, err := openDoorway(player)
	if err != nil {
		t.Fatal(err)
	}
	defer d.close()
	knock := func(key string) net.Conn {
		conn, err := net.Dial("tcp", d.listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(conn, key); err != nil {
			t.Fatal(err)
		}
		// A stranger may have been cut off by now.
		_ = sendParcel(conn, parcelInput, []byte(`{"jsonrpc":"2.0","id":1,"method":"ping"}`+"\n"))
		return conn
	}
	buf := make([]byte, maxParcel)
	stranger := knock("POST /mcp HTTP/1.1\r\nHost: example.com\r\n\r\n")
	defer stranger.Close()
	if kind, p, err := takeParcel(stranger, buf); err == nil {
		t.Errorf("a stranger is told %q %s", kind, p)
	}
	friend := knock(d.key)
	defer friend.Close()
	if kind, p, err := takeParcel(friend, buf); err != nil || kind != parcelOutput || !bytes.Contains(p, []byte(`"id":1`)) {
		t.Errorf("who has the key is told %q %s, %v", kind, p, err)
	}
	d.close()
	if kind, p, err := takeParcel(friend, buf); err != nil || kind != parcelExit {
		t.Errorf("at the end it is told %q %s, %v", kind, p, err)
	}
}
