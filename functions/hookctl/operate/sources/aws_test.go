package sources_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/google/go-cmp/cmp"

	"webhookintake/functions/hookctl/cli/stack"
	"webhookintake/functions/hookctl/operate/sources"
	"webhookintake/shared/source"
	"webhookintake/shared/webhook"
)

const arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:Sources-AbCdEf"

// A service answers requests by their operation, and notes them.
type service struct {
	*httptest.Server
	asked []map[string]any
}

func serve(t *testing.T, answer func(operation string, asked int) (status int, body string)) *service {
	t.Helper()
	s := &service{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var in map[string]any
		_ = json.NewDecoder(r.Body).Decode(&in)
		_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
		s.asked = append(s.asked, in)
		status, body := answer(operation, len(s.asked))
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}))
	t.Cleanup(s.Close)
	return s
}

// stack returns a stack whose clients use the server.
func (s *service) stack() *stack.Stack {
	config := aws.Config{
		Region: "eu-central-1", Credentials: credentials.NewStaticCredentialsProvider("id", "key", ""),
		Retryer: func() aws.Retryer { return aws.NopRetryer{} },
	}
	return stack.FromEnvironment(config, func(name string) string {
		if name == "AWS_ENDPOINT_URL_SECRETS_MANAGER" || name == "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS" {
			return s.URL
		}
		return ""
	})
}

func TestSecretsManager(t *testing.T) {
	t.Parallel()
	s := serve(t, func(operation string, _ int) (int, string) {
		if operation == "PutSecretValue" {
			return http.StatusOK, `{}`
		}
		return http.StatusOK, `{"VersionId": "v1", "CreatedDate": 1790856000.25, "SecretString": "{\"kyc\": 1}"}`
	})
	secret := sources.NewSecret(s.stack().SecretsManager(), arn)
	got, err := secret.Read(t.Context(), source.Previous)
	want := sources.Version{ID: "v1", Document: []byte(`{"kyc": 1}`), Created: time.Date(2026, 10, 1, 12, 0, 0, 250e6, time.UTC)}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v, version (-want +got):\n%s", err, diff)
	}
	if err := secret.Put(t.Context(), []byte(`{}`), "11111111-1111-4111-8111-111111111111"); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]map[string]any{
		{"SecretId": arn, "VersionStage": "AWSPREVIOUS"},
		{"SecretId": arn, "ClientRequestToken": "11111111-1111-4111-8111-111111111111", "SecretString": "{}"},
	}, s.asked); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}
}

// TestErrorsQuoteNothing has services that quote the request in their errors.
func TestErrorsQuoteNothing(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		status int
		body   string
		want   string // of a read; empty means no version
	}{
		{"no version", http.StatusBadRequest, `{"__type":"ResourceNotFoundException","Message":"Secrets Manager can't find the specified secret value for staging label: AWSCURRENT"}`, ""},
		{"no secret", http.StatusBadRequest, `{"__type":"ResourceNotFoundException","Message":"Secrets Manager can't find the specified secret."}`, "the service answers ResourceNotFoundException"},
		{"quotes", http.StatusBadRequest, `{"__type":"InvalidParameterException","Message":"Value 'hunter2' is no good"}`, "the service answers InvalidParameterException"},
		{"forbidden", http.StatusBadRequest, `{"__type":"AccessDeniedException","Message":"User: me is not authorized to perform: secretsmanager:GetSecretValue"}`,
			"AccessDeniedException: User: me is not authorized to perform: secretsmanager:GetSecretValue"},
		{"not JSON", http.StatusOK, `{"SecretString": "hunter2`, "the answer is not Secrets Manager's"},
		{"bytes", http.StatusOK, `{"SecretBinary": "aHVudGVyMg=="}`, "stored as bytes; store it as text"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, func(string, int) (int, string) { return tt.status, tt.body })
			secret := sources.NewSecret(s.stack().SecretsManager(), arn)
			_, err := secret.Read(t.Context(), source.Current)
			if none := errors.Is(err, source.ErrNoVersion); none != (tt.want == "") || !none && !strings.Contains(errorText(err), tt.want) {
				t.Errorf("Read = %v, want %q", err, tt.want)
			}
			put := secret.Put(t.Context(), []byte("hunter2"), "11111111-1111-4111-8111-111111111111")
			if (put != nil) != (tt.status != http.StatusOK || tt.name == "not JSON") {
				t.Errorf("Put = %v", put)
			}
			if strings.Contains(errorText(err)+errorText(put), "hunter2") {
				t.Errorf("a secret shows: %v, %v", err, put)
			}
		})
	}
}

func TestLogs(t *testing.T) {
	t.Parallel()
	const page = `{"events": [], "nextToken": "next"}`
	for _, tt := range []struct {
		name  string
		pages []string // the last one is repeated
		last  time.Time
		all   bool
		asked int
	}{
		{"none", []string{`{"events": []}`}, time.Time{}, true, 2},
		{"after empty pages", []string{page, page, `{"events": [{"timestamp": 1790855940000}, {"timestamp": 1790850000000}], "nextToken": "next"}`},
			noon.Add(-time.Minute), true, 4},
		{"too long", []string{page}, time.Time{}, false, 80},
		{"in the log of process", []string{`{"events": []}`, page, `{"events": [{"timestamp": 1790855940000, "message": "{\"outcome\":\"handled\",\"secret\":0}"}]}`},
			noon.Add(-time.Minute), true, 3},
		{"it had waited", []string{`{"events": []}`, `{"events": [{"timestamp": 1790855940000, "message": "{\"delay_s\":59}"}]}`},
			noon.Add(-time.Minute - 59*time.Second), true, 2},
		{"it arrived before", []string{`{"events": []}`, `{"events": [{"timestamp": 1790855940000, "message": "{\"delay_s\":3600}"}]}`},
			time.Time{}, true, 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, func(_ string, asked int) (int, string) { return http.StatusOK, tt.pages[min(asked, len(tt.pages))-1] })
			last, all, err := sources.NewLog(s.stack().Logs(), "ingest", "process").LastUse(t.Context(), sources.Query{Source: "kyc-eu", Index: 0, From: noon.Add(-time.Hour)})
			if err != nil || !last.Equal(tt.last) || all != tt.all || len(s.asked) != tt.asked {
				t.Errorf("%v, %v, %v; asked %d times", last, all, err, len(s.asked))
			}
			first := map[string]any{
				"logGroupName": "ingest", "filterPattern": `{ ($.source = "kyc-eu") && ($.secret = 0) && ($.status = 200) }`,
				"startTime": 1790852400000.0, "startFromHead": false, "limit": 10.0,
			}
			if diff := cmp.Diff(first, s.asked[0]); diff != "" {
				t.Errorf("asked (-want +got):\n%s", diff)
			}
			if tt.pages[0] == page && s.asked[1]["nextToken"] != "next" {
				t.Errorf("asked for the next page by %v", s.asked[1])
			}
			first["logGroupName"] = "process"
			first["filterPattern"] = `{ ($.source = "kyc-eu") && ($.secret = 0) && ($.outcome = "handled" || $.outcome = "unhandled" || $.outcome = "duplicate") }`
			i := slices.IndexFunc(s.asked, func(in map[string]any) bool { return in["logGroupName"] == "process" })
			if diff := cmp.Diff(first, s.asked[i]); diff != "" {
				t.Errorf("asked process's log (-want +got):\n%s", diff)
			}
		})
	}
}

// TestLogOfOlderSecrets wants every webhook counted that an older secret verified, whatever
// the answer was.
func TestLogOfOlderSecrets(t *testing.T) {
	t.Parallel()
	s := serve(t, func(string, int) (int, string) { return http.StatusOK, `{"events": []}` })
	if _, _, err := sources.NewLog(s.stack().Logs(), "ingest", "process").LastUse(t.Context(), sources.Query{Source: "kyc", Index: 1, From: noon}); err != nil {
		t.Fatal(err)
	}
	if got := s.asked[0]["filterPattern"]; got != `{ ($.source = "kyc") && ($.secret = 1) }` {
		t.Errorf("asked for %v", got)
	}
	if got := s.asked[1]["filterPattern"]; got != `{ ($.source = "kyc") && ($.secret = 1) && ($.outcome = *) }` {
		t.Errorf("asked process's log for %v", got)
	}
}

// TestLogOfRefused wants the lines of one code, whatever secret they name.
func TestLogOfRefused(t *testing.T) {
	t.Parallel()
	s := serve(t, func(string, int) (int, string) { return http.StatusOK, `{"events": []}` })
	q := sources.Query{Source: "compliancely", Code: webhook.ErrTimestampOutsideWindow, From: noon}
	if _, _, err := sources.NewLog(s.stack().Logs(), "ingest", "process").LastUse(t.Context(), q); err != nil {
		t.Fatal(err)
	}
	if got := s.asked[0]["filterPattern"]; got != `{ ($.source = "compliancely") && ($.code = "timestamp_outside_window") }` {
		t.Errorf("asked for %v", got)
	}
}

// TestLogOfExpiringURLs wants the lines of webhooks whose URL expires by a time.
func TestLogOfExpiringURLs(t *testing.T) {
	t.Parallel()
	s := serve(t, func(string, int) (int, string) { return http.StatusOK, `{"events": []}` })
	if _, err := sources.ExpiringURL(t.Context(), sources.NewLog(s.stack().Logs(), "ingest", "process"), "compliancely", noon); err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprintf(`{ ($.source = "compliancely") && ($.url_expires <= %d) }`, noon.Add(7*24*time.Hour).Unix())
	if got := s.asked[0]; got["filterPattern"] != want || got["startTime"] != float64(noon.Add(-24*time.Hour).UnixMilli()) {
		t.Errorf("asked for %v, want %s in the last day", got, want)
	}
}

func TestNoLog(t *testing.T) {
	t.Parallel()
	s := serve(t, func(string, int) (int, string) {
		return http.StatusBadRequest, `{"__type":"ResourceNotFoundException","message":"The specified log group does not exist."}`
	})
	_, _, err := sources.NewLog(s.stack().Logs(), "ingest", "process").LastUse(t.Context(), sources.Query{Source: "kyc", From: noon})
	if err == nil || !strings.Contains(err.Error(), "read log group ingest: ") || !strings.Contains(err.Error(), "does not exist") {
		t.Errorf("LastUse = %v", err)
	}
}
