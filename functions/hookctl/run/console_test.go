package run

import (
	"context"
	"io"
	"net/http"
	"net/http/cookiejar"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"webhookintake/functions/hookctl/cli/clitest"
	"webhookintake/functions/hookctl/console"
)

// The address that is printed opens the console, and a webhook that comes is on it.
func TestRunConsole(t *testing.T) {
	ctx, interrupt := context.WithCancel(t.Context())
	r := start(ctx, t, clitest.Call{Commands: commands, Args: []string{"run", "--addr", "127.0.0.1:0", "--data", t.TempDir()}})
	address := r.await(t, `http://127\.0\.0\.1:\d+/[A-Za-z0-9_-]{22}/\?token=[A-Za-z0-9_-]{22}`)
	base := regexp.MustCompile(`^http://[^/]+`).FindString(address)
	if _, err := (clitest.Call{Commands: commands, Args: []string{"send", "text.incoming.sms", "--id", "evt_seen", "--to", base}}).Run(ctx); err != nil {
		t.Error(err)
	}
	r.await(t, `evt_seen  handled by reply`)
	jar, _ := cookiejar.New(nil) // never fails
	browser := &http.Client{Jar: jar, Transport: new(http.Transport)}
	defer browser.CloseIdleConnections()
	get := func(url string) (int, string) {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := browser.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = answer.Body.Close() }()
		page, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		return answer.StatusCode, string(page)
	}
	if status, page := get(base + "/"); status != http.StatusNotFound || !strings.Contains(page, "go tool hookctl console") {
		t.Errorf("the root was answered %d %s", status, page)
	}
	if status, page := get(address); status != http.StatusOK || !strings.Contains(page, "Healthy") {
		t.Errorf("the address was answered %d %s", status, page)
	}
	prefix, _, _ := strings.Cut(address, "?")
	if status, page := get(prefix + "events"); status != http.StatusOK || !strings.Contains(page, "evt_seen") {
		t.Errorf("the events were answered %d %s", status, page)
	}
	interrupt()
	if err := r.wait(); err != nil {
		t.Error(err)
	}
}

// A program that takes the place of another lets the same browser in.
func TestAccessIsKept(t *testing.T) {
	t.Parallel()
	folder := data(t.TempDir())
	other, mine := console.NewAccess(), console.NewAccess()
	if got := folder.access(other); got != other {
		t.Errorf("of an empty folder: %+v", got)
	}
	folder.keepAccess(mine)
	if got := folder.access(other); got != mine {
		t.Errorf("kept: %+v, want %+v", got, mine)
	}
	path := filepath.Join(string(folder), accessName)
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if err := os.WriteFile(path, []byte(`{"prefix":""}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := folder.access(other); got != other {
		t.Errorf("of a file that is not whole: %+v", got)
	}
}
