package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/rogpeppe/go-internal/testscript"

	"example.com/ddb/ddbtable/embedded"
)

// asProgram makes the test binary the program itself.
const asProgram = "TOYSTORE_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
	}
	testscript.Main(m, map[string]func(){"toystore": main})
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:           "testdata",
		UpdateScripts: os.Getenv("UPDATE_GOLDEN") != "",
		Setup: func(env *testscript.Env) error {
			env.Setenv("GORACE", "atexit_sleep_ms=0") // each program would wait a second at its end
			return nil
		},
	})
}

// runs runs the program in this process.
func runs(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	code = run(t.Context(), args, &out, &err)
	return code, out.String(), err.String()
}

func TestAMistakeGivesOneLineAndACode(t *testing.T) {
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	t.Setenv("AWS_CONFIG_FILE", os.DevNull)
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", os.DevNull)
	for _, name := range []string{"AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI"} {
		t.Setenv(name, "")
	}
	dir := t.TempDir()
	damaged, used := filepath.Join(dir, "damaged.db"), filepath.Join(dir, "used.db")
	if err := os.WriteFile(damaged, []byte("not a database"), 0o600); err != nil {
		t.Fatal(err)
	}
	db, err := embedded.Open(embedded.File(used))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, c := range []struct {
		args string
		env  string // KEY=value
		code int
		want string // pattern of the whole line
	}{
		{"-bogus", "", 2, `flag provided but not defined: -bogus; run with -help for the flags`},
		{"-seed one", "", 2, `invalid value "one" for flag -seed: parse error; run with -help for the flags`},
		{"-seed", "", 2, `flag needs an argument: -seed; run with -help for the flags`},
		{"-orders -1", "", 2, `-orders is -1: give 0 or more; run with -help for the flags`},
		{"now", "", 2, `unexpected argument "now"; run with -help for the flags`},
		{"-aws -data shop.db", "", 2, `the orders can be in one place only: give one of -data, -endpoint and -aws; run with -help for the flags`},
		{"-data=", "", 2, `-data is empty: give a value, or leave it out; run with -help for the flags`},
		{"-endpoint=", "", 2, `-endpoint is empty: give a value, or leave it out; run with -help for the flags`},
		{"-endpoint localhost:8010", "", 2, `-endpoint is "localhost:8010": give a URL such as http://localhost:8010; run with -help for the flags`},
		{"-endpoint " + nobody(t), "", 1, `cannot reach http://127\.0\.0\.1:\d+: dial tcp 127\.0\.0\.1:\d+: connect: connection refused; is an engine running there\? try: go run \./examples/local-server`},
		{"-data " + damaged, "", 1, `embedded: .*damaged\.db: .*`},
		{"-data " + used, "", 1, `embedded: .*used\.db is in use by another process.*`},
		{"-data " + filepath.Join(dir, "none", "shop.db"), "", 1, `embedded: .*no such file or directory; make its folder first`},
		{"-aws", "", 1, `no AWS region is set; set AWS_REGION, or a profile with AWS_PROFILE`},
		{"-aws", "AWS_REGION=eu-west-1", 1, `no AWS credentials were found; sign in, or set AWS_PROFILE \(.*\)`},
	} {
		t.Run(c.args+" "+c.env, func(t *testing.T) {
			if key, value, ok := strings.Cut(c.env, "="); ok {
				t.Setenv(key, value)
			}
			code, stdout, stderr := runs(t, strings.Fields(c.args)...)
			if code != c.code || stdout != "" || !regexp.MustCompile(`^toystore: `+c.want+`\n$`).MatchString(stderr) {
				t.Errorf("code %d, stdout %q, stderr\n got: %s\nwant: %s", code, stdout, stderr, c.want)
			}
		})
	}
}

func TestAnErrorIsOneLineWhateverItSays(t *testing.T) {
	var stderr bytes.Buffer
	if code := fail(&stderr, 1, errors.New("one\ntwo")); code != 1 || stderr.String() != "toystore: one; two\n" {
		t.Errorf("code %d, stderr %q", code, &stderr)
	}
}

// A full is a disk without room.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left") }

func TestALostReportIsAnError(t *testing.T) {
	var stderr bytes.Buffer
	if code := run(t.Context(), nil, full{}, &stderr); code != 1 || stderr.String() != "toystore: cannot write the report: no space left\n" {
		t.Errorf("code %d, stderr %q", code, &stderr)
	}
}

// nobody is the URL of a port of this machine at which nobody listens.
func nobody(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return "http://" + l.Addr().String()
}

// The SDK waits seconds between attempts, and for an answer without an end,
// unless it is told otherwise.
func TestWaitingForAnEndpointIsBounded(t *testing.T) {
	o := openEndpoint("http://127.0.0.1:1").client.Options()
	for attempt := range o.Retryer.MaxAttempts() {
		pause, err := o.Retryer.RetryDelay(attempt+1, io.ErrUnexpectedEOF)
		if err != nil || pause > retryPause {
			t.Errorf("pause after attempt %d: %s, %v", attempt+1, pause, err)
		}
	}
	client := o.HTTPClient.(*awshttp.BuildableClient)
	if got := client.GetTimeout(); got != answerTime {
		t.Errorf("waits %s for an answer", got)
	}
	if got := client.GetDialer().Timeout; got != dialTime {
		t.Errorf("waits %s for a connection", got)
	}
}

func TestAnEndpointServesAsWell(t *testing.T) {
	db, err := embedded.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	server := httptest.NewServer(db)
	defer server.Close()
	_, inMemory, _ := runs(t, "-seed", "7", "-explain")

	code, stdout, stderr := runs(t, "-seed", "7", "-explain", "-endpoint", server.URL)
	if want := strings.Replace(inMemory, "in memory", "at "+server.URL, 1); code != 0 || stdout != want || stderr != "" {
		t.Errorf("code %d, stderr %q\n got: %s\nwant: %s", code, stderr, stdout, want)
	}
	if code, stdout, _ := runs(t, "-endpoint", server.URL); code != 0 || !strings.Contains(stdout, "Orders of earlier runs: 20.\n") {
		t.Errorf("second run: code %d\n%s", code, stdout)
	}

	// What -aws finds in its environment leads here too.
	t.Setenv("AWS_ENDPOINT_URL_DYNAMODB", server.URL)
	t.Setenv("AWS_REGION", "eu-west-1")
	t.Setenv("AWS_ACCESS_KEY_ID", "key")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	t.Setenv("AWS_CONFIG_FILE", os.DevNull)
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", os.DevNull)
	code, stdout, stderr = runs(t, "-aws")
	if code != 0 || stderr != "" || !strings.Contains(stdout, "orders in DynamoDB, region eu-west-1.\n") {
		t.Errorf("-aws: code %d, %s\n%s", code, stderr, stdout)
	}
}

func TestEachRunByChanceIsAnother(t *testing.T) {
	_, a, _ := runs(t)
	_, b, _ := runs(t)
	if a == b {
		t.Errorf("two runs without a seed print the same:\n%s", a)
	}
}

func TestAnOrderByChanceWasTakenInTheLastMonth(t *testing.T) {
	o, now := new(options), time.Now()
	start := o.luck(0).start
	if age := now.Sub(start); age < month-time.Minute || age > month {
		t.Errorf("the first order may be %s old", age)
	}
}

// A canceler ends a context when the program has written a line.
type canceler struct {
	bytes.Buffer
	cancel context.CancelFunc
}

func (c *canceler) Write(b []byte) (int, error) {
	c.cancel()
	return c.Buffer.Write(b)
}

func TestAnInterruptedRunLeavesAGoodFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "shop.db")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	out := &canceler{cancel: cancel}
	var stderr bytes.Buffer
	if code := run(ctx, []string{"-data", file}, out, &stderr); code != 1 || stderr.String() != "toystore: interrupted\n" {
		t.Errorf("code %d, stderr %q", code, &stderr)
	}
	if strings.Count(out.String(), "\n") != 1 {
		t.Errorf("went on after the interrupt:\n%s", out)
	}
	if code, _, stderr := runs(t, "-data", file); code != 0 {
		t.Errorf("next run: code %d, %s", code, stderr)
	}
}

func TestCtrlCStopsTheProgram(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows cannot send an interrupt to another process")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, "-orders", "1000000000")
	cmd.Env = append(os.Environ(), asProgram+"=1")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := bufio.NewReader(stdout).ReadString('\n'); err != nil { // it is at work
		t.Fatal(err)
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	io.Copy(io.Discard, stdout)
	cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != 1 || stderr.String() != "toystore: interrupted\n" {
		t.Errorf("exit code %d, stderr %q", code, &stderr)
	}
}
