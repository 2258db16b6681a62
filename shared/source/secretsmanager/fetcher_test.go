package secretsmanager_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"

	"webhookintake/shared/source"
	"webhookintake/shared/source/secretsmanager"
)

const secretARN = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:Sources-AbCdEf"

// keys is an environment with credentials as Lambda gives them.
func keys(name string) string {
	return map[string]string{
		"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "k3y", "AWS_SESSION_TOKEN": "t0ken",
	}[name]
}

// An answer is the answer of the fake service to one request.
type answer struct {
	status int
	body   string
}

// serve starts a Secrets Manager that gives the answers in turn, and then the last one.
// Requests receives the requests.
func serve(t *testing.T, answers ...answer) (f *secretsmanager.Fetcher, requests <-chan *http.Request) {
	t.Helper()
	asked := make(chan *http.Request, 10)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		r.Body = io.NopCloser(strings.NewReader(string(body)))
		asked <- r
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		w.WriteHeader(answers[0].status)
		fmt.Fprint(w, answers[0].body)
		answers = answers[min(1, len(answers)-1):]
	}))
	t.Cleanup(server.Close)
	return secretsmanager.New(secretsmanager.Options{ARN: secretARN, Endpoint: server.URL, Getenv: keys}), asked
}

func TestFetchAsks(t *testing.T) {
	t.Parallel()
	for _, stage := range []source.Stage{source.Current, source.Previous} {
		f, requests := serve(t, answer{200, `{"SecretString": "{\"plain\": {}}"}`})
		got, err := f.Fetch(t.Context(), stage)
		if err != nil || string(got) != `{"plain": {}}` {
			t.Fatalf("%s: Fetch = %q, %v", stage, got, err)
		}
		r := <-requests
		var in struct {
			SecretID     string `json:"SecretId"`
			VersionStage string
		}
		if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
			t.Fatal(err)
		}
		if in.SecretID != secretARN || in.VersionStage != string(stage) {
			t.Errorf("asked for %+v, want %s of %s", in, stage, secretARN)
		}
		if got := r.Header.Get("X-Amz-Target"); got != "secretsmanager.GetSecretValue" {
			t.Errorf("X-Amz-Target = %q", got)
		}
		signed := r.Header.Get("Authorization")
		if !strings.Contains(signed, "Credential=AKIDEXAMPLE/") || !strings.Contains(signed, "/eu-central-1/secretsmanager/") {
			t.Errorf("signed with %q, want the environment's key and the ARN's region", signed)
		}
		if got := r.Header.Get("X-Amz-Security-Token"); got != "t0ken" {
			t.Errorf("session token = %q", got)
		}
		if !r.Close {
			t.Error("the connection was to be kept, over a freeze of the process")
		}
	}
}

// awsError is an error answer of the service.
func awsError(status int, code, message string) answer {
	return answer{status, fmt.Sprintf(`{"__type": %q, "Message": %q}`, code, message)}
}

func TestFetchErrors(t *testing.T) {
	t.Parallel()
	const stageMissing = "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT"
	for _, tt := range []struct {
		name   string
		answer answer
		want   error  // in the error's chain, if it is a sentinel
		text   string // in the error's text
		tries  int
	}{
		{"no version yet", awsError(400, "ResourceNotFoundException", stageMissing), source.ErrNoVersion, "AWSCURRENT", 1},
		{"no secret", awsError(400, "ResourceNotFoundException", "Secrets Manager can't find the specified secret."),
			nil, "ResourceNotFoundException", 1},
		{"deleted", awsError(400, "InvalidRequestException", "You can't perform this operation on the secret because it was marked for deletion."),
			nil, "marked for deletion", 1},
		{"denied", awsError(400, "AccessDeniedException", "not authorized"), nil, "AccessDeniedException", 1},
		{"throttled", awsError(400, "ThrottlingException", "Rate exceeded"), nil, "ThrottlingException", 2},
		{"broken", awsError(500, "InternalServiceError", "oops"), nil, "InternalServiceError", 2},
		{"bytes", answer{200, `{"SecretBinary": "czNjcjN0"}`}, nil, "put it as text (SecretString)", 1},
		{"no JSON", answer{200, `s3cr3t`}, nil, "the answer is not Secrets Manager's", 1},
		{"wrong type", answer{200, `{"SecretString": ["s3cr3t"]}`}, nil, "the answer is not Secrets Manager's", 1},
		{"cut off", answer{200, `{"SecretString": "s3cr3t`}, nil, "the answer is not Secrets Manager's", 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f, requests := serve(t, tt.answer)
			value, err := f.Fetch(t.Context(), source.Current)
			if err == nil {
				t.Fatalf("Fetch = %q, want an error", value)
			}
			if tt.want != nil && !errors.Is(err, tt.want) || tt.want == nil && errors.Is(err, source.ErrNoVersion) {
				t.Errorf("error = %v, want %v", err, tt.want)
			}
			if !strings.Contains(err.Error(), tt.text) || !strings.Contains(err.Error(), secretARN) {
				t.Errorf("error = %v, want it to say %q and the secret's ARN", err, tt.text)
			}
			if strings.Contains(err.Error(), "s3cr3t") || strings.Contains(err.Error(), "czNjcjN0") {
				t.Errorf("the error shows the secret: %v", err)
			}
			if got := len(requests); got != tt.tries {
				t.Errorf("%d tries, want %d", got, tt.tries)
			}
		})
	}
}

func TestFetchTriesOnceMore(t *testing.T) {
	t.Parallel()
	f, _ := serve(t, awsError(500, "InternalServiceError", "oops"), answer{200, `{"SecretString": "{}"}`})
	if value, err := f.Fetch(t.Context(), source.Current); err != nil || string(value) != "{}" {
		t.Errorf("Fetch = %q, %v, want the second answer", value, err)
	}
}

func TestFetchEndsWithItsContext(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }))
	defer server.Close()
	defer close(release)
	f := secretsmanager.New(secretsmanager.Options{ARN: secretARN, Endpoint: server.URL, Getenv: keys})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := f.Fetch(ctx, source.Current); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a service that hangs: %v, want %v", err, context.DeadlineExceeded)
	}
}

func TestFetchWithoutCredentials(t *testing.T) {
	t.Parallel()
	f := secretsmanager.New(secretsmanager.Options{ARN: secretARN, Endpoint: "http://127.0.0.1:1", Getenv: func(string) string { return "" }})
	_, err := f.Fetch(t.Context(), source.Current)
	if err == nil || !strings.Contains(err.Error(), "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY") {
		t.Errorf("error = %v, want what to set", err)
	}
}

func TestNewTakesRegion(t *testing.T) {
	t.Parallel()
	asked := make(chan string, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked <- r.Header.Get("Authorization")
		fmt.Fprint(w, `{"SecretString": "{}"}`)
	}))
	defer server.Close()
	f := secretsmanager.New(secretsmanager.Options{ARN: "a-name", Region: "us-east-1", Endpoint: server.URL, Getenv: keys})
	if _, err := f.Fetch(t.Context(), source.Current); err != nil {
		t.Fatal(err)
	}
	if got := <-asked; !strings.Contains(got, "/us-east-1/") {
		t.Errorf("signed with %q, want the region given", got)
	}
}

// The SDK's exception can still be found in the error.
func TestFetchKeepsTheCause(t *testing.T) {
	t.Parallel()
	f, _ := serve(t, awsError(400, "DecryptionFailure", "the key is disabled"))
	_, err := f.Fetch(t.Context(), source.Current)
	if _, ok := errors.AsType[*types.DecryptionFailure](err); !ok {
		t.Errorf("error = %v, want a DecryptionFailure in it", err)
	}
}
