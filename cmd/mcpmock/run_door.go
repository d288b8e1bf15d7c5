package main

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"io"
	"net"
	"sync"
	"time"

	"github.com/mcpmock/mcpmock/replay"
)

// A doorway is where the mock of a run is entered over stdio: each process that
// is started by MCPMOCK_COMMAND is a door to the one mock, and passes on what its
// client says. So what a fault has done it has done for all of them, and what
// they do is heard while they do it.
type doorway struct {
	player   *replay.Player
	listener net.Listener
	key      string // without it nobody comes in, such as a web page

	leave  context.CancelFunc
	inside sync.WaitGroup // all that was begun

	mu    sync.Mutex
	doors int
	empty chan struct{} // closed when the last door has closed; nil where none is open
}

// untilKey is how long a door may take to say its key.
const untilKey = 10 * time.Second

// openDoorway opens one on a free port of the loopback interface, until close.
func openDoorway(player *replay.Player) (*doorway, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	ctx, leave := context.WithCancel(context.Background())
	d := &doorway{player: player, listener: listener, key: rand.Text(), leave: leave}
	d.inside.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return // it is closed
			}
			d.inside.Go(func() { d.play(ctx, conn) })
		}
	})
	return d, nil
}

// command is what starts a door: arguments of mcpmock.
func (d *doorway) command() []string {
	return []string{"door", d.listener.Addr().String(), d.key}
}

// play is the mock behind a door until either of them ends.
func (d *doorway) play(ctx context.Context, conn net.Conn) {
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { _ = conn.SetReadDeadline(time.Now()) })()
	_ = conn.SetReadDeadline(time.Now().Add(untilKey))
	key := make([]byte, len(d.key))
	if _, err := io.ReadFull(conn, key); err != nil || subtle.ConstantTimeCompare(key, []byte(d.key)) != 1 {
		return
	}
	_ = conn.SetReadDeadline(time.Time{})
	d.count(1)
	defer d.count(-1)
	in := &received{conn: conn, buf: make([]byte, maxParcel)}
	// The error is that the client was killed, which the journal has.
	code, _ := d.player.StdioTo(ctx, in, sent{conn, parcelOutput}, sent{conn, parcelTalk})
	_ = conn.SetWriteDeadline(time.Now().Add(time.Second)) // a client that takes nothing
	_ = sendParcel(conn, parcelExit, []byte{byte(code)})
}

// count notes that a door has opened or closed.
func (d *doorway) count(n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.doors += n
	switch {
	case d.doors == 0:
		close(d.empty)
		d.empty = nil
	case d.empty == nil:
		d.empty = make(chan struct{})
	}
}

// settle waits until all doors have closed, but no longer than a while: when a
// command has ended, so have those that it leaves, and what they said last may
// be on its way.
func (d *doorway) settle(while time.Duration) {
	d.mu.Lock()
	empty := d.empty
	d.mu.Unlock()
	if empty == nil {
		return
	}
	select {
	case <-empty:
	case <-time.After(while):
	}
}

// close closes all doors, and the doorway. It may be called twice.
func (d *doorway) close() {
	_ = d.listener.Close()
	d.leave()
	d.inside.Wait()
}

// received is what a client says to stdin.
type received struct {
	conn net.Conn
	buf  []byte
	rest []byte
	over bool
}

func (r *received) Read(p []byte) (int, error) {
	for len(r.rest) == 0 && !r.over {
		kind, parcel, err := takeParcel(r.conn, r.buf)
		switch {
		case err != nil: // it was killed
			return 0, io.ErrUnexpectedEOF
		case kind == parcelInput:
			r.rest = parcel
		case kind == parcelEnd:
			r.over = true
		}
	}
	if r.over {
		return 0, io.EOF
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

// sent is what goes to stdout or stderr: a parcel is one write, which others
// come before or after.
type sent struct {
	conn net.Conn
	kind byte
}

func (s sent) Write(p []byte) (int, error) {
	if err := sendParcel(s.conn, s.kind, p); err != nil {
		return 0, err
	}
	return len(p), nil
}

// Close closes stdout, and not the connection.
func (s sent) Close() error { return sendParcel(s.conn, parcelShut, nil) }
