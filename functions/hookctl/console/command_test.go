package console_test

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/cli/clitest"
	"webhookintake/functions/hookctl/console"
)

var commands = clitest.Commands{console.Command}

// The command prints an address that opens the console of the engines in the environment,
// and ends when it is told to.
func TestCommand(t *testing.T) {
	t.Parallel()
	table := clitest.NewTable(t)
	ctx, interrupt := context.WithCancel(t.Context())
	out, stdout := io.Pipe()
	ended := make(chan error, 1)
	var said strings.Builder
	go func() {
		ended <- clitest.Call{Commands: commands, Args: []string{"console"}, Env: table.Env()}.RunTo(ctx, stdout, &said)
	}()
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	address := regexp.MustCompile(`http://127\.0\.0\.1:\d+/[A-Za-z0-9_-]{22}/\?token=[A-Za-z0-9_-]{22}`).FindString(line)
	client := &http.Client{Transport: new(http.Transport), CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	defer client.CloseIdleConnections()
	get := func(url string, cookie *http.Cookie) *http.Response {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		if cookie != nil {
			r.AddCookie(cookie)
		}
		answer, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = answer.Body.Close() })
		return answer
	}
	opened := get(address, nil)
	if opened.StatusCode != http.StatusSeeOther || len(opened.Cookies()) != 1 {
		t.Fatalf("%q was answered %d", line, opened.StatusCode)
	}
	base, _, _ := strings.Cut(address, "?")
	event := parse(t, get(base+"event?key=kyc%23evt_1&body=masked", opened.Cookies()[0]))
	event.wants(t, "the engines of the environment", "read-only", "All of its handlers are done.", "characters")
	event.lacks(t, "Example Person")
	interrupt()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if !strings.Contains(said.String(), "the body of kyc#evt_1 was shown, masked") {
		t.Errorf("it said %q", said.String())
	}
}

// The console never listens where others reach it.
func TestCommandRefusesOtherAddresses(t *testing.T) {
	t.Parallel()
	for _, addr := range []string{"0.0.0.0:0", ":0", "[::]:0"} {
		_, err := clitest.Call{Commands: commands, Args: []string{"console", "--addr", addr}}.Run(t.Context())
		if err == nil || cli.ExitCode(err) != cli.ExitUsage || !strings.Contains(err.Error(), "loopback") {
			t.Errorf("%s: %v", addr, err)
		}
	}
}
