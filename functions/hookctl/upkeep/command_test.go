package upkeep

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/cli/clitest"
)

// A reply is what the fake Lambda answers.
type reply struct {
	status   int    // 0 means 200
	header   string // X-Amz-Function-Error of a status 200, else X-Amzn-Errortype
	body     string
	noOutput bool // the stack has no function upkeep
}

// newStack serves CloudFormation and Lambda with a stack that has the function.
func newStack(t *testing.T, r reply) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, got *http.Request) {
		if got.URL.Path == "/" {
			output := "<member><OutputKey>UpkeepFunction</OutputKey><OutputValue>intake-Upkeep-1</OutputValue></member>"
			if r.noOutput {
				output = ""
			}
			fmt.Fprintf(w, `<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>intake</StackName>
				<StackStatus>CREATE_COMPLETE</StackStatus><Outputs>%s</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`, output)
			return
		}
		payload, _ := io.ReadAll(got.Body)
		if at := got.URL.String(); at != "/2015-03-31/functions/intake-Upkeep-1/invocations?Qualifier=live" || string(payload) != `{"report":true}` {
			t.Errorf("invoked %s with %s", at, payload)
		}
		switch {
		case r.status == 0 && r.header != "":
			w.Header().Set("X-Amz-Function-Error", r.header)
		case r.status != 0:
			w.Header().Set("X-Amzn-Errortype", r.header)
			w.WriteHeader(r.status)
		}
		_, _ = io.WriteString(w, r.body)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

const done = `{"tasks":[{"task":"drain","summary":"nothing was spilled","took_ms":12},{"task":"digest","summary":"not due","took_ms":1204}]}`

func TestUpkeep(t *testing.T) {
	t.Parallel()
	const failed = `{"tasks":[{"task":"drain","summary":"0 sent, 2 left","took_ms":12,"error":"the queue does not take spilled messages: ServiceUnavailable"},` +
		`{"task":"digest","took_ms":1,"error":"panic of type string"}]}`
	for _, tt := range []struct {
		name  string
		args  string
		reply reply
		wants []string // in the output
		fails string   // in the error; empty means none
	}{
		{"done", "", reply{body: done}, []string{
			"TASK    RESULT    TOOK  OUTCOME\ndrain   done      12ms  nothing was spilled\ndigest  done    1.204s  not due\n"}, ""},
		{"as JSON", "--json", reply{body: done}, []string{`"task": "drain",`, `"took_ms": 1204`}, ""},
		{"tasks failed", "", reply{body: failed}, []string{
			"drain   failed  12ms  0 sent, 2 left: the queue does not take spilled messages: ServiceUnavailable\n",
			"digest  failed   1ms  panic of type string\n"}, "2 tasks failed: drain, digest"},
		{"tasks failed, as JSON", "--json", reply{body: failed}, []string{`"error": "panic of type string"`}, "2 tasks failed"},
		{"another run", "", reply{body: `{"busy_until":"2026-10-01T12:03:25Z"}`}, nil,
			"nothing was done: another run is at work, until 12:03:25 UTC at the latest; run this again after that"},
		{"throttled", "", reply{status: 429, header: "TooManyRequestsException", body: `{"message":"Rate Exceeded."}`}, nil,
			"invoke intake-Upkeep-1: Lambda throttles it, because the account runs as many functions at once as it may: try again in a minute"},
		{"gone", "", reply{status: 404, header: "ResourceNotFoundException", body: `{"message":"Function not found"}`}, nil, "it is gone: deploy the stack again"},
		{"no right", "", reply{status: 403, header: "AccessDeniedException", body: `{"message":"not authorized"}`}, nil, "invoke intake-Upkeep-1: "},
		{"function failed", "", reply{header: "Unhandled", body: `{"errorMessage":"Task timed out after 240.00 seconds"}`}, nil,
			"intake-Upkeep-1 failed: Task timed out after 240.00 seconds; its log, UpkeepLogs among the stack's resources, says more"},
		{"function failed without a reason", "", reply{header: "Unhandled", body: `null`}, nil, "it gave no reason"},
		{"of another version", "", reply{body: `"ok"`}, nil, "does not understand"},
		{"an empty answer", "", reply{body: `{}`}, nil, "does not understand"},
		{"upkeep is off", "", reply{noOutput: true}, nil, "stack intake has no function upkeep: deploy it with the parameter Upkeep=true"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			url := newStack(t, tt.reply)
			out, err := clitest.Call{
				Commands: clitest.Commands{Command}, Args: append([]string{"upkeep", "--stack", "intake"}, strings.Fields(tt.args)...),
				Env: map[string]string{"AWS_ENDPOINT_URL": url},
			}.Run(t.Context())
			for _, want := range tt.wants {
				if !strings.Contains(out, want) {
					t.Errorf("no %q in\n%s", want, out)
				}
			}
			if tt.fails == "" && err != nil || tt.fails != "" && (cli.ExitCode(err) != cli.ExitFailed || !strings.Contains(err.Error(), tt.fails)) {
				t.Errorf("error %v, want %q", err, tt.fails)
			}
		})
	}
}

// Engines have no function.
func TestUpkeepOfEngines(t *testing.T) {
	t.Parallel()
	_, err := clitest.Call{Commands: clitest.Commands{Command}, Args: []string{"upkeep"}, Env: map[string]string{"TABLE_NAME": "t"}}.Run(t.Context())
	if cli.ExitCode(err) != cli.ExitFailed || !strings.Contains(err.Error(), "upkeep cannot be run here: UpkeepFunction is not known: give --stack NAME") {
		t.Errorf("error %v", err)
	}
}
