package rules

import (
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "webhookintake/"

// A rule says what the packages below a path may import of this module.
type rule struct {
	path   string // the longest that fits a package counts
	may    []string
	reason string
}

var rules = []rule{
	{"shared/webhook", nil,
		"it is the vocabulary that all others share, so whatever it imported they all would"},
	{"shared/provider", []string{"shared/webhook", "shared/provider"},
		"a provider can be used alone, in any Go server"},
	{"shared/source", []string{"shared/webhook", "shared/provider", "shared/source"},
		"configured sources know providers, and nothing of what becomes of their events"},
	{"shared/queue", []string{"shared/webhook", "shared/queue"},
		"a queue carries events and knows neither where from nor what for"},
	{"shared/ledger", []string{"shared/webhook", "shared/ledger"},
		"the ledger is judged by itself, without queue or handlers"},
	{"shared/ingest", []string{"shared/webhook", "shared/source", "shared/queue"},
		"acknowledging must not depend on processing"},
	{"shared/hook", []string{"shared/webhook", "shared/hook"},
		"a handler's author sees events and errors, not how they are run"},
	{"shared/hook/hooktest", []string{"shared/webhook", "shared/hook", "shared/process", "shared/queue", "shared/ledger", "shared/source"},
		"a test of a handler is worth most on the worker that is deployed"},
	{"shared/process", []string{"shared/webhook", "shared/hook", "shared/ledger", "shared/queue"},
		"processing works on contracts, so that every engine and every fault can stand behind them"},
	{"shared/reconcile", []string{"shared/webhook", "shared/provider", "shared/queue"},
		"it turns answers of a provider's API into messages, whoever sends them where"},
	{"shared/environment", []string{"shared/webhook"},
		"it reads names and numbers, and knows nothing of what they are for"},
	{"shared/telemetry", nil,
		"logs and metrics are told what to write; they look at nothing themselves"},
	{"shared/lambdahttp", []string{"shared/telemetry"},
		"an adapter of API Gateway to http.Handler serves any handler"},
	{"shared/lambdasqs", []string{"shared/process", "shared/queue", "shared/telemetry"},
		"an adapter of SQS events to process; what handlers do is none of its business"},
	{"shared/lambdatest", []string{"shared", "!functions"}, "it tests programs from outside"},
	{"shared/simulate", []string{"shared", "!functions"}, "it runs the parts, not the programs"},
	{"functions/process/handlers", []string{"shared/hook", "shared/webhook", "shared/provider", "functions/process/handlers"},
		"handlers depend on what their author sees, so that the rest can change under them"},
	{"functions", []string{"shared", "functions"}, "programs wire what they need"},
}

// ruleFor is the rule with the longest path that p is below.
func ruleFor(p string) rule {
	var best rule
	for _, r := range rules {
		if within(p, r.path) && len(r.path) > len(best.path) {
			best = r
		}
	}
	return best
}

func within(p, path string) bool { return p == path || strings.HasPrefix(p, path+"/") }

func TestImports(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		r := ruleFor(p.path)
		if r.path == "" {
			t.Errorf("%s: no rule says what it may import: give it one in imports_test.go", p.path)
			continue
		}
		for name, f := range p.code() {
			for _, spec := range f.Imports {
				path, _ := strconv.Unquote(spec.Path.Value)
				local, ok := strings.CutPrefix(path, module)
				if !ok || slices.ContainsFunc(r.may, func(may string) bool { return within(local, may) }) {
					continue
				}
				t.Errorf("%s/%s imports %s, which %s may not: %s", p.path, name, local, r.path, r.reason)
			}
		}
	}
}

// A program that imports what is for tests carries package testing, and its flags.
func TestOnlyTestsImportTestPackages(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		for name, f := range p.code() {
			for _, spec := range f.Imports {
				path, _ := strconv.Unquote(spec.Path.Value)
				if strings.HasPrefix(path, module) && strings.HasSuffix(path, "test") && !strings.HasSuffix(p.path, "test") {
					t.Errorf("%s/%s imports %s, which is for tests: no program should hold it", p.path, name, path)
				}
			}
		}
	}
}

// awsSDK are the packages that may know the SDK's types: engines behind contracts, and
// programs that build them.
var awsSDK = []string{"shared/queue/sqs", "shared/ledger/dynamo", "shared/source/secretsmanager", "functions"}

func TestSDKStaysBehindContracts(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		if slices.ContainsFunc(awsSDK, func(may string) bool { return within(p.path, may) }) {
			continue
		}
		for name, f := range p.code() {
			for _, spec := range f.Imports {
				path, _ := strconv.Unquote(spec.Path.Value)
				if strings.HasPrefix(path, "github.com/aws/aws-sdk-go-v2") {
					t.Errorf("%s/%s imports %s: only %s may, so that everything else runs without AWS",
						p.path, name, path, strings.Join(awsSDK, ", "))
				}
			}
		}
	}
}

// standardOnly are usable, and auditable, without any dependency.
var standardOnly = []string{"shared/webhook", "shared/provider/contiguity", "shared/provider/kyc", "shared/provider/compliancely", "shared/provider/standard", "shared/provider/internal/rest"}

func TestStandardLibraryOnly(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		if !slices.Contains(standardOnly, p.path) {
			continue
		}
		for name, f := range p.code() {
			for _, spec := range f.Imports {
				path, _ := strconv.Unquote(spec.Path.Value)
				first, _, _ := strings.Cut(path, "/")
				if strings.Contains(first, ".") {
					t.Errorf("%s/%s imports %s: verification uses the standard library only", p.path, name, path)
				}
			}
		}
	}
}
