package sources

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"webhookintake/functions/hookctl/cli/clitest"
)

// A fakeAWS has the services of a stack "intake" with a secret of sources and ingest's log
// group.
type fakeAWS struct {
	*httptest.Server

	mu       sync.Mutex
	stages   map[string]fakeVersion // AWSCURRENT, AWSPREVIOUS
	puts     []string
	lines    []fakeLine
	expired  time.Time              // when a webhook came to an expired URL of compliancely; zero for never
	expiring time.Time              // of the line of a webhook to a URL that expires soon
	before   func(operation string) // called before each answer; nil does nothing
	noLog    bool                   // the stack has no output IngestLogs
	bucket   string                 // its output VaultBucket; empty for none
	format   string                 // its output SourcesFormat; empty for none
}

type fakeVersion struct {
	id, value string
	at        time.Time
}

// A fakeLine is a line about an event that went well: of process's log, or of the log of an
// ingest of the version before.
type fakeLine struct {
	source string
	secret int
	at     time.Time
	before bool
}

func newFakeAWS(t *testing.T, value string) *fakeAWS {
	t.Helper()
	f := &fakeAWS{stages: map[string]fakeVersion{}}
	if value != "" {
		f.put("v-1", value, clitest.Noon.Add(-24*time.Hour))
	}
	f.Server = httptest.NewServer(f)
	t.Cleanup(f.Close)
	return f
}

func (f *fakeAWS) put(id, value string, at time.Time) {
	if v, ok := f.stages["AWSCURRENT"]; ok {
		f.stages["AWSPREVIOUS"] = v
	}
	f.stages["AWSCURRENT"] = fakeVersion{id, value, at}
}

// written returns the values that the program put.
func (f *fakeAWS) written() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.puts
}

func (f *fakeAWS) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if target := r.Header.Get("X-Amz-Target"); target != "" {
		_, operation, _ := strings.Cut(target, ".")
		var in map[string]any
		_ = json.NewDecoder(r.Body).Decode(&in)
		if f.before != nil {
			f.before(operation)
		}
		status, out := f.answer(operation, in)
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(out)
		return
	}
	outputs := `<member><OutputKey>SourcesSecret</OutputKey><OutputValue>arn:aws:secretsmanager:us-east-1:1:secret:S</OutputValue></member>` +
		`<member><OutputKey>WebhookUrl</OutputKey><OutputValue>https://in.example.com/hooks/{source}</OutputValue></member>`
	if !f.noLog {
		outputs += `<member><OutputKey>IngestLogs</OutputKey><OutputValue>ingest-logs</OutputValue></member>` +
			`<member><OutputKey>ProcessLogs</OutputKey><OutputValue>process-logs</OutputValue></member>`
	}
	if f.bucket != "" {
		outputs += `<member><OutputKey>VaultBucket</OutputKey><OutputValue>` + f.bucket + `</OutputValue></member>` +
			`<member><OutputKey>QueueUrl</OutputKey><OutputValue>https://sqs/q</OutputValue></member>`
	}
	if f.format != "" {
		outputs += `<member><OutputKey>SourcesFormat</OutputKey><OutputValue>` + f.format + `</OutputValue></member>`
	}
	fmt.Fprint(w, `<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>intake</StackName>`+
		`<StackStatus>CREATE_COMPLETE</StackStatus><Outputs>`+outputs+`</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`)
}

func (f *fakeAWS) answer(operation string, in map[string]any) (status int, out map[string]any) {
	switch operation {
	case "GetSecretValue":
		v, ok := f.stages[in["VersionStage"].(string)]
		if !ok {
			return http.StatusBadRequest, map[string]any{"__type": "ResourceNotFoundException",
				"Message": "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT"}
		}
		return http.StatusOK, map[string]any{"VersionId": v.id, "SecretString": v.value, "CreatedDate": v.at.Unix()}
	case "PutSecretValue":
		value := in["SecretString"].(string)
		f.puts = append(f.puts, value)
		f.put(in["ClientRequestToken"].(string), value, clitest.Noon)
		return http.StatusOK, map[string]any{}
	case "FilterLogEvents":
		events := []map[string]any{}
		if pattern := `{ ($.source = "compliancely") && ($.code = "timestamp_outside_window") }`; in["filterPattern"] == pattern && !f.expired.IsZero() {
			events = append(events, map[string]any{"timestamp": f.expired.UnixMilli()})
		}
		if pattern := fmt.Sprintf(`{ ($.source = "compliancely") && ($.url_expires <= %d) }`, clitest.Noon.Add(7*24*time.Hour).Unix()); in["filterPattern"] == pattern && !f.expiring.IsZero() {
			events = append(events, map[string]any{"timestamp": f.expiring.UnixMilli()})
		}
		for _, l := range f.lines {
			group, pattern := "process-logs", fmt.Sprintf(`{ ($.source = "%s") && ($.secret = %d)`, l.source, l.secret)
			switch {
			case l.before && l.secret == 0:
				group, pattern = "ingest-logs", pattern+" && ($.status = 200) }"
			case l.before:
				group, pattern = "ingest-logs", pattern+" }"
			case l.secret == 0:
				pattern += ` && ($.outcome = "handled" || $.outcome = "unhandled" || $.outcome = "duplicate") }`
			default:
				pattern += " && ($.outcome = *) }"
			}
			if in["filterPattern"] == pattern && float64(l.at.UnixMilli()) >= in["startTime"].(float64) && in["logGroupName"] == group {
				events = append(events, map[string]any{"timestamp": l.at.UnixMilli()})
			}
		}
		return http.StatusOK, map[string]any{"events": events}
	}
	return http.StatusNotFound, map[string]any{}
}

func (f *fakeAWS) env() map[string]string {
	return map[string]string{
		"AWS_ENDPOINT_URL_CLOUDFORMATION": f.URL, "AWS_ENDPOINT_URL_SECRETS_MANAGER": f.URL, "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS": f.URL,
		"NEW": "hunter2-the-new-5555",
	}
}

// sources returns a command line for that stack.
func (f *fakeAWS) sources(args ...string) clitest.Call {
	return clitest.Call{Commands: commands, Args: append(append([]string{"sources"}, args...), "--stack", "intake"), Env: f.env()}
}
