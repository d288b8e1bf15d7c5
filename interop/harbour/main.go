// Command harbour is the server of internal/harbour for the legs of
// interop/run, and the Go SDK's client that walks it.
//
//	harbour -era legacy|modern ADDRESS    serves it over HTTP
//	harbour                               serves it over stdio, in both eras
//	harbour -walk VERSION PLACE           tells what a client sees at PLACE
//
// A place is a URL, or a command after "stdio:", as a shell reads it.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/mcpmock/mcpmock/internal/harbour"
	"github.com/modelcontextprotocol/go-sdk/mcp"
)

func main() {
	era := flag.String("era", "", "serve `ERA`, legacy or modern, at an address")
	version := flag.String("walk", "", "walk through a place, speaking this `version`")
	flag.Parse()
	if err := run(*era, *version, flag.Arg(0)); err != nil {
		fmt.Fprintln(os.Stderr, "harbour:", err)
		os.Exit(1)
	}
}

func run(era, version, place string) error {
	switch {
	case version != "":
		return walk(version, place)
	case era == "legacy":
		return http.ListenAndServe(place, harbour.Legacy())
	case era == "modern":
		return http.ListenAndServe(place, harbour.Modern())
	case era != "":
		return fmt.Errorf("era %q: there are legacy and modern", era)
	}
	return harbour.New().Run(context.Background(), &mcp.StdioTransport{})
}

// walk prints what the client saw, as far as it came.
func walk(version, place string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 4*time.Minute)
	defer cancel()
	var transport mcp.Transport = harbour.Over(place)
	if command, is := strings.CutPrefix(place, "stdio:"); is {
		transport = &mcp.CommandTransport{Command: exec.Command("bash", "-c", command)}
	}
	steps, err := harbour.Walk(ctx, transport, version)
	out := json.NewEncoder(os.Stdout)
	out.SetIndent("", " ")
	return errors.Join(err, out.Encode(steps))
}
