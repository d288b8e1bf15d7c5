package main

import (
	"context"
	"fmt"
	"log/slog"
)

// A talker lets a logger talk on the console, in the words of its messages.
type talker struct{ c *console }

// Enabled is for warnings and what is worse.
func (t talker) Enabled(_ context.Context, level slog.Level) bool { return level >= slog.LevelWarn }

// Handle prints a record, each attribute on a line of its own.
func (t talker) Handle(_ context.Context, r slog.Record) error {
	text := "mcpmock: " + r.Message
	r.Attrs(func(a slog.Attr) bool {
		text += fmt.Sprintf("\n  %s: %v", a.Key, a.Value)
		return true
	})
	t.c.talk("%s", text)
	return nil
}

// WithAttrs and WithGroup are what a handler must have; nobody calls them.
func (t talker) WithAttrs([]slog.Attr) slog.Handler { return t }
func (t talker) WithGroup(string) slog.Handler      { return t }
