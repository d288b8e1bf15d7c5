package check_test

import (
	"context"
	"fmt"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/check"
	"github.com/mcpmock/mcpmock/replay"
	"github.com/mcpmock/mcpmock/scenarios"
)

// What stands here for a server of one's own is a mock with the manners of
// python-sdk 1.9.1.
func ExampleHTTP() {
	tape, err := cassettes.Stock("weather")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer tape.Close()
	player, err := replay.New(tape, replay.WithScenario(&scenarios.Scenario{Dialect: "python-sdk-1.9.1"}))
	if err != nil {
		fmt.Println(err)
		return
	}
	server, err := replay.Listen("127.0.0.1:0", player)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer server.Close()

	report, err := check.HTTP(context.Background(), server.URL)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, f := range report.Findings {
		if f.Verdict == check.Broken {
			fmt.Printf("%s wants: %s (%s, %s)\n", f.Rule, f.Wants, f.Level, f.Revision)
		}
	}
	fmt.Println("it refuses as", report.Dialect.Name, "does")
	// Output:
	// batch wants: batches are received (MUST, 2025-03-26)
	// it refuses as python-sdk-1.9.1 does
}
