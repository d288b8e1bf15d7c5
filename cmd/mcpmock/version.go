package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/spf13/cobra"
)

func newVersion(c *console) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "print the version",
		Args:  none,
		RunE: func(*cobra.Command, []string) error {
			v := builtAs()
			if c.asJSON {
				return c.print(v)
			}
			_, err := fmt.Fprintf(c.out, "mcpmock %s (%s, %s, cassette format %d)\n", v.Version, v.Go, v.Platform, v.Format)
			return err
		},
	}
}

// A build is what the program knows about itself.
type build struct {
	Version  string `json:"version"`
	Go       string `json:"go"`
	Platform string `json:"platform"`
	Format   int    `json:"format"` // of the cassettes it reads and writes
}

func builtAs() build {
	b := build{Version: "(devel)", Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH, Format: cassettes.Version}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		b.Version = info.Main.Version
	}
	return b
}
