// Startup measures how long servers of the DynamoDB API take until they answer,
// and how much memory they use then and with 10,000 orders in them. `make
// startup` runs it on examples/local-server and dynalite, and with LOCAL=1 on
// DynamoDB Local too.
//
// Each server is started five times, in turn with the others, and the medians
// are printed. The time is from the start of the process to the first answer to
// ListTables. The memory is what the system counts as resident.
package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"time"
)

// What is measured.
const (
	rounds   = 5
	items    = 10_000
	patience = 5 * time.Minute // for one server to start, or to take the items
)

// A server is a program that is measured. Command gives it for a port.
type server struct {
	name    string
	command func(ctx context.Context, port string) *exec.Cmd
	samples []sample
}

// A sample is what one run of a server took.
type sample struct {
	start         time.Duration
	empty, filled int64 // bytes
}

func main() {
	local := flag.Bool("local", false, "measure DynamoDB Local too, which must be in .tools/dynamodb-local")
	flag.Parse()
	servers := []*server{{name: "local-server", command: localServer}, {name: "dynalite", command: dynalite}}
	if *local {
		servers = append(servers, &server{name: "DynamoDB Local", command: dynamoDBLocal})
	}
	if err := measure(servers); err != nil {
		fmt.Fprintln(os.Stderr, "startup:", err)
		os.Exit(1)
	}
}

func localServer(ctx context.Context, port string) *exec.Cmd {
	return exec.CommandContext(ctx, ".tools/local-server", "-addr", net.JoinHostPort("127.0.0.1", port))
}

func dynalite(ctx context.Context, port string) *exec.Cmd {
	return exec.CommandContext(ctx, "node", "internal/startup/dynalite.js", port)
}

// dynamoDBLocal is started in its own folder, where it writes a file.
func dynamoDBLocal(ctx context.Context, port string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "java", "-Djava.library.path=DynamoDBLocal_lib", "-jar", "DynamoDBLocal.jar",
		"-inMemory", "-disableTelemetry", "-port", port)
	cmd.Dir = filepath.Join(".tools", "dynamodb-local")
	return cmd
}

func measure(servers []*server) error {
	for range rounds {
		for _, s := range servers {
			one, err := s.run()
			if err != nil {
				return fmt.Errorf("%s: %w", s.name, err)
			}
			s.samples = append(s.samples, one)
		}
	}
	fmt.Printf("| server | first answer | memory, empty | memory, %d orders |\n|---|---|---|---|\n", items)
	for _, s := range servers {
		fmt.Printf("| %s | %d ms | %s | %s |\n", s.name,
			median(s.samples, func(one sample) time.Duration { return one.start }).Milliseconds(),
			megabytes(median(s.samples, func(one sample) int64 { return one.empty })),
			megabytes(median(s.samples, func(one sample) int64 { return one.filled })))
	}
	return nil
}

func median[V cmp.Ordered](samples []sample, of func(sample) V) V {
	var all []V
	for _, one := range samples {
		all = append(all, of(one))
	}
	slices.Sort(all)
	return all[len(all)/2]
}

func megabytes(bytes int64) string { return strconv.FormatInt((bytes+1<<19)>>20, 10) + " MB" }

// run starts the server, measures it and ends it.
func (s *server) run() (sample, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	port, err := freePort(ctx)
	if err != nil {
		return sample{}, err
	}
	cmd := s.command(ctx, port)
	begin := time.Now()
	if err := cmd.Start(); err != nil {
		return sample{}, err
	}
	defer func() {
		cancel() // kills it
		_ = cmd.Wait()
	}()
	c := client("http://" + net.JoinHostPort("127.0.0.1", port))
	if err := c.await(ctx, "ListTables", "{}", "TableNames"); err != nil {
		return sample{}, err
	}
	one := sample{start: time.Since(begin)}
	if one.empty, err = resident(cmd.Process.Pid); err != nil {
		return sample{}, err
	}
	if err := c.fill(ctx); err != nil {
		return sample{}, err
	}
	one.filled, err = resident(cmd.Process.Pid)
	return one, err
}

func freePort(ctx context.Context) (string, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	return port, err
}
