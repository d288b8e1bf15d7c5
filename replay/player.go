// Package replay plays a tape as a mock MCP server that holds its clients to
// the rules of sessions and initialization.
//
// In a test, one line is enough; a request that the tape cannot answer fails
// that very test and names the recorded exchange closest to it:
//
//	func TestForecast(t *testing.T) {
//		srv := replay.Start(t, "testdata/weather.cassette")
//		got := Forecast(t.Context(), srv.URL, "Oslo")
//		...
//	}
//
// Elsewhere a Player is an http.Handler:
//
//	tape, err := cassettes.Load("weather.cassette")
//	player, err := replay.New(tape, replay.WithSessions("required"))
//	http.ListenAndServe("127.0.0.1:6625", player)
//
// A request takes a straight path: the gate checks it against the rules, the
// index finds the exchange that answers it, faults edit the answer, and
// perform sends it, with this run's ids in place of the tape's.
//
// What nobody recorded may be written by hand: the stubs of a scenario come
// before the tape, and need none.
//
// What this does not do: it computes no answer that was neither recorded nor
// written, but for the few that every client asks for and nobody records (ping
// and the like).
package replay

import (
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/faults"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/replay/internal/gate"
	"github.com/mcpmock/mcpmock/replay/internal/matching"
	"github.com/mcpmock/mcpmock/replay/internal/stubs"
	"github.com/mcpmock/mcpmock/scenarios"
	"github.com/mcpmock/mcpmock/verdicts"
)

// A Player plays one tape to any number of clients. It is safe for concurrent
// use.
type Player struct {
	options
	keys         *matching.Keys
	index        *matching.Index
	taped        ages    // the eras that are on the tape
	eras         ages    // that are served
	wanting      wanting // what the recorded server could not do without
	discoverable bool    // server/discover has a real answer
	discovered   []byte  // the result of server/discover, or of initialize in its place; nil where nothing tells
	seal         seal    // of the states that clients carry
	answers      *answers
	framing      framing
	gate         *gate.Gate
	sessions     *sessions
	journal      *Journal
	judge        *verdicts.Judge // nil where no scenario expects anything
	router       http.Handler
	stubs        *stubs.Set // nil where the scenario has none
	blank        bool       // there is no tape but for them
	old          oldEndpoint
	asks         asks         // what the faults need to be told
	staged       staged       // what they ask of clients
	breaks       bool         // a fault or a policy may act
	calm         fate         // of all requests where none does
	accepted     *answer      // to a message that needs none, as recorded
	deleted      *answer      // to DELETE, as recorded
	carriers     atomic.Int64 // numbers the HTTP requests of this run
	salt         [16]byte     // begins the ids of SSE events, where these are no numbers

	spacesMu sync.RWMutex
	spaces   map[string]*space

	active    sync.RWMutex // held for reading by each request being served
	closing   chan struct{}
	closeOnce sync.Once
	waitOnce  sync.Once
	doneOnce  sync.Once // says on the journal that its clients are done
}

// New makes a Player for the tape; nil is none, where a scenario has stubs.
// The tape is walked over once, so an error may name a damaged place in it, and
// the tape must stay open while the Player is used. A server of your own should
// have a ReadTimeout, against clients that never finish a request; the Player
// lifts it where it waits.
func New(tape *cassettes.Tape, opts ...Option) (*Player, error) {
	p := &Player{options: defaults(), spaces: map[string]*space{}, closing: make(chan struct{})}
	for _, o := range opts {
		o(&p.options)
	}
	if p.err != nil {
		return nil, p.err
	}
	for _, s := range p.scenarios {
		if err := p.sound(s); err != nil {
			return nil, err
		}
	}
	if err := p.settle(tape); err != nil {
		return nil, err
	}
	tape, err := p.settleStubs(tape)
	if err != nil {
		return nil, err
	}
	if p.keys, err = matching.NewKeys(tape.Header.Redact, p.ignore, p.inOrder); err != nil {
		return nil, err
	}
	if p.index, err = matching.New(tape, p.keys); err != nil {
		return nil, err
	}
	p.style.opening = p.dialect.Answers.Opening
	p.framing = newFraming(p.dialect)
	p.sealing()
	p.answers = newAnswers(p.index, p.style, &p.framing)
	p.answers.seal = &p.seal
	p.answers.stubs, p.answers.blank = p.stubs, p.blank
	p.discoverable = p.answersDiscover() || p.stubs.Knows(mcp.Discover)
	if p.dialect.Name == "spec" {
		p.accepted, p.deleted = p.answers.courtesy(p.index.Accepted), p.answers.courtesy(p.index.Deleted)
	}
	if err := p.settleEras(); err != nil {
		return nil, err
	}
	p.gate = p.newGate(p.dialect)
	p.learnHeaders()
	p.learnWanting()
	p.sessions = newSessions(p.dialect.Session.ID, p.seed, p.maxSessions, p.idle, p.clock.Now)
	if p.dialect.Session.Events != "" {
		p.sessions.random(p.salt[:])
	}
	p.judge = newJudge(p.scenarios, p.live)
	p.journal = newJournal(p.clock.Now(), p.heard())
	p.old = p.oldEndpoint()
	p.router = p.routes()
	return p, nil
}

// sound says what is wrong with a scenario that was written in Go. What it
// leaves to chance may also be repeated by the player's own seed.
func (p *Player) sound(s *scenarios.Scenario) error {
	if s == nil {
		return nil
	}
	seeded := *s
	if seeded.Seed == nil {
		seeded.Seed = p.seed
	}
	return seeded.Sound()
}

// settle derives what the scenario says from the options.
func (p *Player) settle(tape *cassettes.Tape) error {
	s := scenarios.Merge(p.scenarios...).Scaled()
	if s.Seed == nil {
		s.Seed = p.seed
	}
	if p.mode == "" {
		p.mode = s.Sessions
	}
	if p.era == "" {
		p.era = s.Era
	}
	name := s.Dialect
	if name == "" && tape != nil && slices.Contains(scenarios.Dialects(), tape.Header.Dialect) {
		name = tape.Header.Dialect
	}
	if name == "" {
		name = "spec"
	}
	var err error
	p.dialect, err = scenarios.LoadDialect(name)
	if err == nil && s.Dialect == "" && tape != nil {
		p.dialect = learned(p.dialect, tape.Header.Refusals)
	}
	if err == nil && p.mode == "" {
		p.mode = p.dialect.Sessions
	}
	p.rate, p.auth, p.cors, p.replicas, p.answersVersion = s.Rate, s.Auth, s.CORS, s.Replicas, s.Version
	if s.Idle > 0 {
		p.idle, p.idles = s.Idle, true
	}
	p.faults, p.asks, p.staged = faults.NewSet(s), asksOf(s), stagedOf(s)
	p.breaks = p.live || p.faults.Len() > 0 || p.rate != nil || p.auth != nil || p.cors != nil || p.replicas != nil || p.idles
	return err
}

// ServeHTTP answers one request.
func (p *Player) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !p.active.TryRLock() { // Close waits, or is done
		http.Error(w, "mcpmock: this player is closed", http.StatusServiceUnavailable)
		return
	}
	defer p.active.RUnlock()
	p.router.ServeHTTP(w, r)
}

// Journal returns what has happened so far.
func (p *Player) Journal() *Journal { return p.journal }

// Torn returns what is wrong with the end of the tape, where its recorder was
// killed; nil for a whole tape.
func (p *Player) Torn() error { return p.index.Torn }

// Exchanges returns how many exchanges of the tape can be played; 0 where
// there is no tape.
func (p *Player) Exchanges() int {
	if p.blank {
		return 0
	}
	return p.index.Playable
}

// Sessions returns how the player treats sessions: required, optional or
// stateless.
func (p *Player) Sessions() string { return p.mode }

// Eras returns which eras of the protocol the player serves: legacy, modern or
// both.
func (p *Player) Eras() string {
	switch {
	case !p.eras.modern:
		return "legacy"
	case !p.eras.legacy:
		return "modern"
	}
	return "both"
}

// Close ends all streams, waits for the requests being served, and answers
// later ones with 503. It may be called twice; the error is always nil.
func (p *Player) Close() error {
	p.hush()
	p.waitOnce.Do(func() { p.active.Lock() }) // and never unlocked
	return nil
}

// hush ends all streams.
func (p *Player) hush() { p.closeOnce.Do(func() { close(p.closing) }) }

// supported returns the revisions that the player speaks to its clients.
func (p *Player) supported() []string {
	switch {
	case len(p.dialect.Versions) > 0:
		return p.dialect.Versions
	case p.stubs.Versions() != nil:
		return p.stubs.Versions()
	}
	return mcp.Legacy()
}

// negotiate answers a client's protocolVersion; recorded is the tape's.
func (p *Player) negotiate(requested, recorded string) string {
	fallback := recorded
	if len(p.dialect.Versions) > 0 {
		fallback = p.dialect.Versions[0]
	} else if spoken := p.supported(); !slices.Contains(spoken, recorded) {
		fallback = spoken[0]
	}
	return mcp.Negotiate(requested, p.supported(), fallback)
}

// shownVersion is the protocolVersion that initialize is answered with; "" is
// none.
func (p *Player) shownVersion(requested, negotiated string) string {
	switch p.answersVersion {
	case "":
		return negotiated
	case "echo":
		return requested
	case "none":
		return ""
	}
	return p.answersVersion
}

// A space is a mock of its own within a player: its sessions, its unsessioned
// conversation and its faults are apart from all others'.
type space struct {
	name   string
	faults *faults.Run
	met    faults.Counts
	meter  meter            // of the rate
	guard  guard            // of the credentials
	turns  atomic.Int64     // of the replicas
	down   atomic.Int64     // unix nanoseconds until which a crashed server is away
	lives  lives            // of the server, one after each crash
	mint   func() string    // makes a session id
	now    func() time.Time // of the player's clock
	loose  *conversation    // of clients without sessions

	clientsMu sync.RWMutex
	clients   map[matching.Key]*conversation // of the modern era
	listeners listeners                      // of that era, too
	binder    *matching.Binder
	// latched answers everything, once a server of some dialect has crashed.
	latched atomic.Pointer[scenarios.Response]
	opened  atomic.Bool // a session has ever been
}

// maxSpaces keeps a client that makes up names from eating memory.
const maxSpaces = 100_000

// space returns the space of that name, which it makes on first use, or nil
// where there are too many.
func (p *Player) space(name string) *space {
	p.spacesMu.RLock()
	s := p.spaces[name]
	p.spacesMu.RUnlock()
	if s != nil {
		return s
	}
	p.spacesMu.Lock()
	defer p.spacesMu.Unlock()
	if s = p.spaces[name]; s == nil && len(p.spaces) < maxSpaces {
		s = &space{name: name, mint: p.sessions.mint, now: p.clock.Now, binder: p.index.NewBinder(), faults: p.faults.Begin()}
		s.loose = newConversation("", s, p.clock.Now())
		p.spaces[name] = s
	}
	return s
}
