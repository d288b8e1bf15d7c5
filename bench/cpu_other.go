//go:build !linux

package main

import (
	"errors"
	"time"
)

var errLinux = errors.New("the time and memory of another process are measured on Linux alone: try -only start")

func processorTime(int) (time.Duration, error) { return 0, errLinux }

func peakMemory(int) (float64, error) { return 0, errLinux }

func residentMemory(int) (float64, error) { return 0, errLinux }

func fileLimit() (int, error) { return 0, errLinux }
