package stack_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go"

	"webhookintake/functions/hookctl/cli/stack"
	"webhookintake/functions/hookctl/operate"
)

// A fakeLambda has one event source mapping, and answers CloudFormation with a stack that
// names it.
type fakeLambda struct {
	*httptest.Server
	mu      sync.Mutex
	state   string
	expired bool // the operator's token
	updates []string
}

func newLambda(t *testing.T, output string) (*fakeLambda, operate.Intake) {
	t.Helper()
	f := &fakeLambda{state: "Enabled"}
	f.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/" {
			fmt.Fprintf(w, `<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>intake</StackName><StackStatus>CREATE_COMPLETE</StackStatus>
				<Outputs><member><OutputKey>%s</OutputKey><OutputValue>m-1</OutputValue></member></Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`, output)
			return
		}
		f.answer(t, w, r)
	}))
	t.Cleanup(f.Close)
	s, err := stack.Find(t.Context(), once, environment(map[string]string{"AWS_ENDPOINT_URL": f.URL}), "intake")
	if err != nil {
		t.Fatal(err)
	}
	return f, s.Intake()
}

// answer answers as Lambda does.
func (f *fakeLambda) answer(t *testing.T, w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if r.URL.Path != "/2015-03-31/event-source-mappings/m-1" {
		t.Errorf("asked %s", r.URL.Path)
	}
	if f.expired {
		w.Header().Set("X-Amzn-Errortype", "ExpiredTokenException")
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprint(w, `{"message":"The security token included in the request is expired"}`)
		return
	}
	if r.Method == http.MethodPut {
		body, _ := io.ReadAll(r.Body)
		f.updates = append(f.updates, string(body))
		f.state = map[bool]string{true: "Enabled", false: "Disabled"}[strings.Contains(string(body), "true")]
	}
	fmt.Fprintf(w, `{"UUID":"m-1","State":%q}`, f.state)
}

func TestProcessingStates(t *testing.T) {
	t.Parallel()
	f, in := newLambda(t, "EventSourceMapping")
	for state, want := range map[string]operate.ProcessingState{
		"Enabled": operate.Running, "Disabled": operate.Paused, "Disabling": operate.Pausing, "Enabling": operate.Resuming, "Updating": operate.Resuming,
	} {
		f.state = state
		if got, err := in.Processing(t.Context()); got != want || err != nil {
			t.Errorf("%s: %q, %v; want %q", state, got, err, want)
		}
	}
	f.state = "Dreaming"
	if _, err := in.Processing(t.Context()); err == nil || !strings.Contains(err.Error(), "Dreaming") {
		t.Errorf("a state that is not known: %v", err)
	}
}

// Pausing changes whether the mapping is enabled, and nothing else of it.
func TestSetProcessing(t *testing.T) {
	t.Parallel()
	f, in := newLambda(t, "EventSourceMapping")
	for _, want := range []operate.ProcessingState{operate.Paused, operate.Running} {
		if err := operate.SwitchProcessing(t.Context(), in, want, func(string) {}); err != nil {
			t.Fatal(err)
		}
		if got, err := in.Processing(t.Context()); got != want || err != nil {
			t.Errorf("it is %q, %v; want %q", got, err, want)
		}
	}
	if got := strings.Join(f.updates, " "); got != `{"Enabled":false} {"Enabled":true}` {
		t.Errorf("updates %s", got)
	}
	f.expired = true
	err := operate.SwitchProcessing(t.Context(), in, operate.Paused, func(string) {})
	if e, ok := errors.AsType[smithy.APIError](err); !ok || e.ErrorCode() != "ExpiredTokenException" {
		t.Errorf("with an expired token: %v", err)
	}
}

// A stack of an older version, and engines, say that nothing can be paused there.
func TestCannotPause(t *testing.T) {
	t.Parallel()
	_, old := newLambda(t, "QueueUrl")
	engines := stack.FromEnvironment(aws.Config{}, environment(nil)).Intake()
	for name, in := range map[string]operate.Intake{"old": old, "engines": engines} {
		_, err := in.Processing(t.Context())
		for _, err := range []error{err, in.SetProcessing(t.Context(), operate.Paused)} {
			if !errors.Is(err, operate.ErrCannotPause) || !errors.Is(err, stack.ErrMissing) {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}
