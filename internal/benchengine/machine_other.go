//go:build !linux

package main

import (
	"os"
	"time"
)

// syncData is what a durable file is synced with.
func syncData(f *os.File) error { return f.Sync() }

var started = time.Now()

// cpuTime gives the time since the process began.
func cpuTime() time.Duration { return time.Since(started) }

// processor gives the name of the machine's processor.
func processor() string { return "unknown processor" }
