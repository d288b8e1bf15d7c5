package main

import (
	"encoding/json"
	"errors"

	"github.com/BurntSushi/toml"
)

// jsonOfTOML returns the servers of a config.toml of Codex as JSON, so that
// one reader serves for both.
func jsonOfTOML(file string, data []byte) (string, error) {
	var all map[string]any
	_, err := toml.Decode(string(data), &all)
	if wrong, ok := errors.AsType[toml.ParseError](err); ok {
		// Its message has what it found there, which may be a secret.
		return "", wrongUse("%s:%d: it is no TOML", file, wrong.Position.Line).hint("correct that line, or the one before it")
	}
	if err != nil {
		return "", wrongUse("%s: it is no TOML", file).hint("name the file in which your client keeps its servers")
	}
	servers := map[string]any{}
	if found, ok := all["mcp_servers"]; ok {
		servers["mcp_servers"] = found // and nothing else: not all of TOML is JSON
	}
	text, err := json.Marshal(servers)
	if err != nil {
		return "", wrongUse("%s: the table mcp_servers holds what no client reads", file).hint("its values are strings, lists and tables")
	}
	return string(text), nil
}
