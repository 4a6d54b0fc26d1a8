package main

import (
	"os"
	"strings"
	"syscall"
	"time"
)

// syncData is what a durable file is synced with.
func syncData(f *os.File) error { return syscall.Fdatasync(int(f.Fd())) }

// cpuTime gives the time that all cores have spent for the process.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// processor gives the name of the machine's processor.
func processor() string {
	about, _ := os.ReadFile("/proc/cpuinfo")
	_, rest, _ := strings.Cut(string(about), "model name")
	line, _, _ := strings.Cut(rest, "\n")
	return strings.Trim(line, "\t :")
}
