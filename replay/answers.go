package replay

import (
	"net/http"
	"sync"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/replay/internal/matching"
	"github.com/mcpmock/mcpmock/replay/internal/stubs"
)

// answers prepares answers and keeps them, up to a bound of bytes.
type answers struct {
	index      *matching.Index
	style      style
	framing    *framing
	stubs      *stubs.Set // are added to what is recorded; nil where there are none
	blank      bool       // nothing is recorded
	mu         sync.RWMutex
	ready      map[int]*answer
	bytes      int
	translated map[translated]translation // likewise, what exchanges are in the other era
	seal       *seal
	served     []string                // the versions that the player serves
	server     []byte                  // who it says that it is, where a session does not
	told       map[int]*changes        // what was told of changes, by session
	listens    map[int]*standingAnswer // standalone streams, by session
	// listening is how many bytes these hold.
	listening int
}

// keepAnswers is how many bytes of prepared answers are kept; beyond it they
// are prepared anew from the tape.
const keepAnswers = 32 << 20

func newAnswers(ix *matching.Index, s style, f *framing) *answers {
	return &answers{index: ix, style: s, framing: f, ready: map[int]*answer{}, listens: map[int]*standingAnswer{}, translated: map[translated]translation{}}
}

// get returns the answer of exchange x.
func (a *answers) get(x int) (*answer, error) {
	a.mu.RLock()
	ans := a.ready[x]
	a.mu.RUnlock()
	if ans != nil {
		return ans, nil
	}
	ex, err := a.index.Exchange(x)
	if err != nil {
		return nil, err
	}
	session := a.index.Sessions[ex.Session]
	ans = prepare(ex, a.index.RequestEvent(x), session.Label)
	if a.index.Flags(x)&cassettes.Modern != 0 {
		a.modernize(ans, session.Label)
	}
	if a.stubs != nil {
		amend(ans, a.stubs, jsonrpc.One(ex.Message), session.Label)
	}
	if ans.bare || a.blank {
		a.framing.dress(ans)
	}
	a.style.of(ans).dress(ans, a.framing)
	if ans.token != "" && len(session.Listens) > 0 && !session.Piped {
		ans.withProgress(a.standing(ex.Session, false))
	}
	size := weight(ans)
	a.mu.Lock()
	defer a.mu.Unlock()
	a.makeRoom(size)
	a.ready[x] = ans
	return ans, nil
}

// weight is about how many bytes an answer takes.
func weight(a *answer) int {
	size := 512
	for _, l := range a.lines {
		size += 256 + len(l.text)
	}
	return size
}

// makeRoom lets all answers go where they have come to be too many. The caller
// holds mu.
func (a *answers) makeRoom(size int) {
	if a.bytes += size; a.bytes > keepAnswers {
		clear(a.ready)
		clear(a.translated)
		a.bytes = size
	}
}

// courtesy returns the answer without content that was given to an event of
// the tape, or nil.
func (a *answers) courtesy(event int) *answer {
	if event < 0 {
		return nil
	}
	replies, err := a.index.Chain(event)
	if err != nil {
		return nil
	}
	ans := &answer{status: http.StatusAccepted}
	for _, r := range replies {
		ans.take(r.Event)
	}
	return ans
}
