package main

import (
	"errors"

	"github.com/mcpmock/mcpmock/cassettes"
)

func golden(string, cassettes.Layout) error { return errors.New("not yet") }
