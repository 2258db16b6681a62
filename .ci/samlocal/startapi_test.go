package samlocal

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// An event is the part of a sample that makes an HTTP request of it.
type event struct {
	RawPath, RawQueryString string
	Headers                 map[string]string
	RequestContext          struct{ HTTP struct{ Method string } }
	Body                    string
	IsBase64Encoded         bool
}

// An answer is the part of a golden answer that an HTTP response shows.
type answer struct {
	StatusCode int
	Body       string
}

// Every sample webhook, sent over HTTP to the API that SAM runs here.
func TestStartAPI(t *testing.T) {
	t.Parallel()
	url := startAPI(t, sam(t))
	for _, sample := range samples(t, "http") {
		t.Run(filepath.Base(sample), func(t *testing.T) {
			t.Parallel()
			var e event
			if err := json.Unmarshal(read(t, sample), &e); err != nil {
				t.Fatal(err)
			}
			var want answer
			if err := json.Unmarshal(read(t, root+"functions/ingest/testdata/golden/"+filepath.Base(sample)), &want); err != nil {
				t.Fatal(err)
			}
			response, err := http.DefaultClient.Do(e.request(t, url))
			if err != nil {
				t.Fatal(err)
			}
			defer response.Body.Close()
			body, err := io.ReadAll(response.Body)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, answer{response.StatusCode, string(body)}); diff != "" {
				t.Errorf("answer (-want +got):\n%s", diff)
			}
		})
	}
}

func (e event) request(t *testing.T, url string) *http.Request {
	t.Helper()
	body := []byte(e.Body)
	if e.IsBase64Encoded {
		var err error
		if body, err = base64.StdEncoding.DecodeString(e.Body); err != nil {
			t.Fatal(err)
		}
	}
	target := url + e.RawPath
	if e.RawQueryString != "" {
		target += "?" + e.RawQueryString
	}
	r, err := http.NewRequestWithContext(t.Context(), e.RequestContext.HTTP.Method, target, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range e.Headers {
		if name != "host" && name != "content-length" && !strings.HasPrefix(name, "x-forwarded") {
			r.Header.Set(name, value)
		}
	}
	return r
}

// startAPI runs `sam local start-api` until the end of the test, and returns its address.
func startAPI(t *testing.T, program string) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := listener.Addr().(*net.TCPAddr).Port
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, "local", "start-api", "--port", strconv.Itoa(port), "--warm-containers", "LAZY")
	cmd.Dir = root
	var log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &log, &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGINT) // it then removes its containers
		_ = cmd.Wait()
		if t.Failed() {
			t.Logf("sam local start-api printed:\n%s", log.String())
		}
	})
	url := fmt.Sprintf("http://127.0.0.1:%d", port)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	for tick := time.NewTicker(200 * time.Millisecond); ; {
		if r, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/healthz", nil); err == nil {
			if response, err := http.DefaultClient.Do(r); err == nil {
				response.Body.Close()
				if response.StatusCode == http.StatusOK {
					return url
				}
			}
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatal("sam local start-api does not answer")
		}
	}
}
