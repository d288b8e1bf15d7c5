package replay

import (
	"net/http/httptest"
	"testing"
	"time"

	"github.com/tidwall/gjson"
)

// A wait outlasts the server's time for reading a request: a question may be
// answered late, and a listener listens for as long as it likes.
func TestWaitsOutlastTheReadTimeout(t *testing.T) {
	if testing.Short() {
		t.Skip("it waits for a real deadline in a real connection")
	}
	t.Parallel()
	player, err := New(asking(t).tape())
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewUnstartedServer(player)
	srv.Config.ReadTimeout = 5 * time.Second // a busy machine has that for a request
	srv.Start()
	defer func() { player.hush(); srv.Close(); player.Close() }()
	cl := &client{t: t, url: srv.URL + "/mcp", player: player}
	cl.session = cl.post(able).header.Get("Mcp-Session-Id")
	get := cl.open("GET", "")
	post := cl.open("POST", `{"jsonrpc":"2.0","id":"q","method":"tools/call","params":{"name":"ask","arguments":{}}}`)
	question := message(post)
	time.Sleep(srv.Config.ReadTimeout + time.Second)
	cl.post(`{"jsonrpc":"2.0","id":` + gjson.Get(question, "id").Raw + `,"result":{"role":"assistant"}}`)
	if m := message(post); gjson.Get(m, "id").Str != "q" {
		t.Errorf("the answer: %q", m)
	}
	if m := message(get); m == "" {
		t.Error("the GET stream was cut")
	}
}
