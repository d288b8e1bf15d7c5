//go:build unix

package recorder_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/recorder"
)

// Two recorders write one tape at once, and each is killed at any moment, or
// ends. Nothing that a client has read whole is missing, whoever was killed;
// each process is a carrier of its own, no placeholder stands for two values,
// and time goes on.
func TestKillShared(t *testing.T) {
	seed := *killSeed
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	rnd := rand.New(rand.NewPCG(seed, 1))
	t.Logf("again with the same points: -killseed=%d", seed)
	path := filepath.Join(t.TempDir(), "shared.cassette")
	heard := map[int]int{} // client -> how many answers it has read whole
	rounds := max(*kills/8, 2)
	for n := range rounds {
		var mu sync.Mutex
		var both sync.WaitGroup
		for k := range 2 {
			client := 2*n + k + 1
			last := 1 + rnd.IntN(sharedAsks)
			if rnd.IntN(4) == 0 {
				last = 0 // it ends
			}
			both.Go(func() {
				got := askShared(t, path, client, last)
				mu.Lock()
				defer mu.Unlock()
				heard[client] = got
			})
		}
		both.Wait()
		readShared(t, path, heard)
		if t.Failed() {
			t.Fatalf("stopped after round %d; the points are those of -killseed=%d", n, seed)
		}
	}
	t.Logf("%d recorders on one tape: %v answers read whole", 2*rounds, heard)
}

// sharedAsks is how many requests a client makes that is not stopped.
const sharedAsks = 60

// askShared is a client: it starts a recorder with a server, asks, and kills
// the recorder at the last answer it wants; 0 lets it end. It returns how
// many answers it has read whole.
func askShared(t *testing.T, path string, client, last int) int {
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestSharedProcess$")
	cmd.Env = append(os.Environ(), killedTapeVar+"="+path, "GORACE=atexit_sleep_ms=0")
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Error(err)
		return 0
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Error(err)
		return 0
	}
	if err := cmd.Start(); err != nil {
		t.Error(err)
		return 0
	}
	var asking sync.WaitGroup
	asking.Go(func() {
		defer stdin.Close()
		for id := range sharedAsks {
			if _, err := fmt.Fprintln(stdin, ask(client, id)); err != nil {
				return // killed
			}
		}
	})
	in := bufio.NewReader(stdout)
	read := 0
	for {
		answer, err := in.ReadString('\n')
		if err != nil {
			break
		}
		if want := ask(client, read) + "\n"; answer != want {
			t.Errorf("client %d: answer %d is %.80q", client, read, answer)
		}
		if read++; read == last {
			_ = cmd.Process.Kill() // its error is that it is dead
		}
	}
	asking.Wait()
	whole := last == 0 || last > sharedAsks
	if err := cmd.Wait(); whole && (err != nil || read != sharedAsks) {
		t.Errorf("client %d: %d answers, the recorder ended with %v", client, read, err)
	}
	return read
}

// ask is what a client asks, and its server says again: with a secret of its
// own, and now and then so long that a kill may hit its write.
func ask(client, id int) string {
	pad := 10
	if id%16 == 5 {
		pad = 60_000
	}
	return fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"tools/call","params":{"client":%d,"token":"secret of %d in %d","pad":"%s"}}`,
		id, client, client, id, strings.Repeat("mock ", pad))
}

var placeholderOf = regexp.MustCompile(`"token":"redacted-([0-9]+)"`)

// readShared holds the tape against what the clients have read.
func readShared(t *testing.T, path string, heard map[int]int) {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	r, err := cassettes.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	type process struct{ client, asked, answered int }
	on := map[int]*process{}
	client := map[string]string{} // placeholder -> client and id
	var at time.Duration
	for {
		e, err := r.Next()
		if err == io.EOF || errors.Is(err, cassettes.ErrTorn) {
			break
		}
		if err != nil {
			t.Fatalf("the tape: %v", err)
		}
		if e.At < at {
			t.Errorf("line %d: time goes back from %v to %v", e.Pos.Line, at, e.At)
		}
		at = e.At
		p := on[e.On]
		if p == nil {
			p = &process{}
			on[e.On] = p
		}
		if e.Message == nil {
			continue
		}
		m := jsonrpc.One(e.Message)
		var who int
		if _, err := fmt.Sscanf(string(jsonrpc.Compact(m.Params)), `{"client":%d,`, &who); err != nil {
			t.Fatalf("line %d: %v in %.80q", e.Pos.Line, err, m.Params)
		}
		if p.client == 0 {
			p.client = who
		}
		if p.client != who {
			t.Errorf("line %d: carrier %d has two clients, %d and %d", e.Pos.Line, e.On, p.client, who)
		}
		placeholder := placeholderOf.FindStringSubmatch(string(jsonrpc.Compact(m.Params)))
		if placeholder == nil {
			t.Fatalf("line %d: no placeholder in %.200q", e.Pos.Line, m.Params)
		}
		value := fmt.Sprint(who, " ", string(m.ID))
		if had, ok := client[placeholder[1]]; ok && had != value {
			t.Errorf("line %d: redacted-%s stands for the secrets of %s and of %s", e.Pos.Line, placeholder[1], had, value)
		}
		client[placeholder[1]] = value
		next := &p.asked
		if e.From == cassettes.Server {
			next = &p.answered
		}
		if id, _ := strconv.Atoi(string(m.ID)); id != *next {
			t.Errorf("line %d: client %d: %s %d comes after %d", e.Pos.Line, who, e.From, id, *next-1)
		}
		*next++
	}
	answered := map[int]int{}
	for carrier, p := range on {
		if _, twice := answered[p.client]; twice && p.client != 0 {
			t.Errorf("client %d is on two carriers, one of them %d", p.client, carrier)
		}
		answered[p.client] = p.answered
	}
	for client, n := range heard {
		if answered[client] < n {
			t.Errorf("client %d has read %d answers, the tape has %d", client, n, answered[client])
		}
	}
}

// TestSharedProcess is the recorder that TestKillShared starts and kills; its
// server says again what it hears.
func TestSharedProcess(t *testing.T) {
	path := os.Getenv(killedTapeVar)
	if path == "" {
		t.Skip("a part of TestKillShared")
	}
	file, err := cassettes.Share(path, cassettes.Header{Transport: "stdio", Redact: []string{cassettes.RedactSecrets}})
	if err != nil {
		t.Fatal(err)
	}
	rec, err := recorder.New(file)
	if err != nil {
		t.Fatal(err)
	}
	code, err := rec.Command(context.Background(), exec.Command("cat"), os.Stdin, os.Stdout, os.Stderr)
	if err := errors.Join(err, rec.Close(), file.Close()); err != nil {
		t.Fatal(err)
	}
	os.Exit(code)
}
