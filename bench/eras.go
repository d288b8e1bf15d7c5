package main

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/mcpmock/mcpmock/cassettes"
)

// asModern is a JSON answer of the era without sessions.
var asModern = shape{"modern", "application/json", 0}

const modernHead = "Mcp-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/call\r\nMcp-Name: get_forecast\r\n"

const itself = `"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"bench","version":"1"},"io.modelcontextprotocol/clientCapabilities":{"elicitation":{},"sampling":{}}}`

// modernRequest is the same call of that era: it tells of its client itself.
func modernRequest(id, x int) string {
	return strings.Replace(request(id, x), `"params":{`, `"params":{`+itself+",", 1)
}

// modernCall writes it to a tape, with its answer.
func (t *taper) modernCall(x int) {
	t.ask(http.Header{"Mcp-Protocol-Version": {"2026-07-28"}, "Mcp-Method": {"tools/call"}, "Mcp-Name": {"get_forecast"}}, modernRequest(x+1, x))
	t.event(cassettes.Event{From: cassettes.Server, HTTP: &cassettes.HTTP{Status: 200, Header: http.Header{"Content-Type": {"application/json"}}}})
	answer := strings.Replace(result(x+1, x, 0), `"result":{`, `"result":{"resultType":"complete",`, 1)
	t.event(cassettes.Event{From: cassettes.Server, Message: []byte(answer), End: cassettes.EOF})
}

// modern connects to a server as a client of that era.
func (b *bench) modern(p *pair, server *process, n int) (*subject, error) {
	c, err := dial(server.url, "", b.conns, false)
	if err != nil {
		return nil, err
	}
	p.clients = append(p.clients, c)
	c.head = strings.Replace(c.head, "Mcp-Protocol-Version: 2025-11-25\r\n", modernHead, 1)
	return &subject{server, c, func(id int) (string, string) {
		return modernRequest(id, id%n), fmt.Sprintf("city-%d", id%n)
	}}, nil
}

// eras: a request of the modern era against one of the legacy era, each on its
// own tape; and both on the tape of the other.
func (b *bench) eras() error {
	p := &pair{}
	defer p.close()
	var all []*subject
	for _, s := range [...]shape{asJSON, asModern} {
		tape, err := b.writeTape(1, s, 0)
		if err != nil {
			return err
		}
		for _, legacy := range [...]bool{true, false} {
			server, err := b.replay(tape, "--era", "both", "--repeat")
			if err != nil {
				return err
			}
			p.servers = append(p.servers, server)
			connect := func() (*subject, error) { return b.modern(p, server, 1) }
			if legacy {
				connect = func() (*subject, error) { return b.older(p, server) }
			}
			subject, err := connect()
			if err != nil {
				return err
			}
			all = append(all, subject)
		}
	}
	costs, err := b.compare(all...)
	if err != nil {
		return err
	}
	b.add("modern client, modern tape / legacy client, legacy tape, CPU", "x", 1.2, ratios(costs[3], costs[0]))
	b.add("modern client, legacy tape / legacy client, legacy tape, CPU", "x", 1.2, ratios(costs[1], costs[0]))
	b.add("legacy client, modern tape / legacy client, legacy tape, CPU", "x", 1.2, ratios(costs[2], costs[0]))
	return nil
}

// older connects to a server as a client of the legacy era.
func (b *bench) older(p *pair, server *process) (*subject, error) {
	c, err := dial(server.url, "", b.conns, true)
	if err != nil {
		return nil, err
	}
	p.clients = append(p.clients, c)
	return &subject{server, c, func(id int) (string, string) { return request(id, 0), "city-0" }}, nil
}
