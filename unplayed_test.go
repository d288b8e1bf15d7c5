package mcpmock_test

import (
	"sync"
	"testing"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/internal/harbour"
	"github.com/mcpmock/mcpmock/replay"
)

// A client that does all that the recorded one of the other era did leaves nothing
// of the tape unplayed, whether its era alone is served or both.
func TestWalkOfOtherEraPlaysAll(t *testing.T) {
	both := eras()
	for i, tape := range both {
		client := both[1-i]
		for _, era := range []string{client.name, "both"} {
			var mu sync.Mutex
			played := map[int]bool{}
			server := replay.Start(t, tape.tape(), replay.WithEra(era), replay.WithJournal(func(e *cassettes.Event) {
				if e.Note != nil && e.Note.Exchange > 0 {
					mu.Lock()
					defer mu.Unlock()
					played[e.Note.Exchange] = true
				}
			}))
			walked(t, harbour.Over(server.URL), client)
			list, all, err := server.Player.Unplayed(func(x int) bool {
				mu.Lock()
				defer mu.Unlock()
				return played[x]
			}, 10)
			if err != nil || all > 0 {
				t.Errorf("%s client, %s tape, era %s: %d unplayed: %v, %v", client.name, tape.name, era, all, list, err)
			}
		}
	}
}
