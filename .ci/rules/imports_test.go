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
	path   string // the rule with the longest matching path applies
	may    []string
	reason string
}

var rules = []rule{
	{"shared/webhook", nil,
		"it is the vocabulary that all others share: whatever it imported, they would all import"},
	{"shared/provider", []string{"shared/webhook", "shared/provider"},
		"a provider can be used alone, in any Go server"},
	{"shared/source", []string{"shared/webhook", "shared/provider", "shared/source"},
		"configured sources know the providers, and not what happens to their events"},
	{"shared/queue", []string{"shared/webhook", "shared/queue"},
		"a queue carries events, wherever they come from and whatever they are for"},
	{"shared/ledger", []string{"shared/webhook", "shared/ledger"},
		"the ledger is tested alone, without queue and handlers"},
	{"shared/vault", []string{"shared/vault"},
		"a vault keeps bytes, and does not know what they are for"},
	{"shared/vault/quarantine", []string{"shared/vault", "shared/webhook"},
		"it is the form of what ingest keeps and an operator releases, and does neither"},
	{"shared/ingest", []string{"shared/webhook", "shared/source", "shared/queue", "shared/vault"},
		"acknowledging must not depend on processing"},
	{"shared/hook", []string{"shared/webhook"},
		"a handler's author sees events and errors, not how they are run"},
	{"shared/hook/hooktest", []string{"shared/webhook", "shared/hook", "shared/process", "shared/queue", "shared/ledger", "shared/source"},
		"a test of a handler is worth most on the worker that is deployed"},
	{"shared/process", []string{"shared/webhook", "shared/hook", "shared/ledger", "shared/queue", "shared/vault"},
		"processing works on contracts, so that every engine and every fault can implement them"},
	{"shared/reconcile", []string{"shared/webhook", "shared/provider", "shared/queue"},
		"it turns answers of a provider's API into messages, and leaves sending them to its caller"},
	{"shared/upkeep", []string{"shared/webhook", "shared/provider", "shared/source", "shared/queue", "shared/vault", "shared/ledger", "shared/reconcile"},
		"its tasks work on contracts, in a function and on a developer's machine alike"},
	{"shared/environment", []string{"shared/webhook", "shared/vault"},
		"it reads names and numbers, and does not know what they are for"},
	{"shared/warm", nil,
		"it opens connections, and does not know what for"},
	{"shared/queue/sqs", []string{"shared/webhook", "shared/queue", "shared/warm"},
		"a queue carries events, wherever they come from and whatever they are for"},
	{"shared/ledger/dynamo", []string{"shared/webhook", "shared/ledger", "shared/warm"},
		"the ledger is tested alone, without queue and handlers"},
	{"shared/telemetry", nil,
		"logs and metrics write what they are given"},
	{"shared/lambdahttp", []string{"shared/webhook"},
		"it adapts API Gateway's events to any http.Handler"},
	{"shared/lambdasqs", []string{"shared/process", "shared/hook", "shared/queue", "shared/telemetry", "shared/webhook"},
		"it adapts SQS events to process, and knows of handlers only how they fail"},
	{"shared/samtemplate", nil,
		"it reads a file, and does not know what a test looks for in it"},
	{"shared/lambdatest", []string{"shared"}, "it tests programs from outside"},
	{"shared/simulate", []string{"shared", "functions/hookctl/operate"},
		"it runs the parts, not the programs; what an operator does is one of them"},
	{room, []string{"shared/hook", "shared/webhook", "shared/provider", "functions/process/handlers"},
		"handlers depend on what their author sees, so that the rest can change under them"},
	{"functions/hookctl/dialect", []string{"shared/provider", "shared/source", "shared/webhook"},
		"what is known of a provider does not depend on what is done with it"},
	{"functions/hookctl/operate", []string{"shared", "functions/hookctl/operate", "functions/hookctl/dialect"},
		"queries and acts serve every surface: they know no terminal and no page"},
	{"functions", []string{"shared", "functions"}, "programs wire what they need"},
}

// ruleFor returns the rule with the longest path that contains p.
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
	type permission struct{ path, may string }
	used := map[permission]bool{}
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
				if !ok {
					continue
				}
				i := slices.IndexFunc(r.may, func(may string) bool { return within(local, may) })
				if i < 0 {
					t.Errorf("%s/%s imports %s, which %s may not: %s", p.path, name, local, r.path, r.reason)
					continue
				}
				used[permission{r.path, r.may[i]}] = true
			}
		}
	}
	for _, r := range rules {
		if r.path == room { // what the user's handlers need, they may not need yet
			continue
		}
		for _, may := range r.may {
			if !used[permission{r.path, may}] {
				t.Errorf("%s may import %s and does not: remove the permission", r.path, may)
			}
		}
	}
}

// A program that imports a package for tests carries package testing, and its flags.
func TestOnlyTestsImportTestPackages(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		for name, f := range p.code() {
			for _, spec := range f.Imports {
				path, _ := strconv.Unquote(spec.Path.Value)
				if strings.HasPrefix(path, module) && strings.HasSuffix(path, "test") && !strings.HasSuffix(p.path, "test") {
					t.Errorf("%s/%s imports %s, which is for tests alone", p.path, name, path)
				}
			}
		}
	}
}

// awsSDK are the packages that may know the SDK's types: engines behind contracts, and
// programs that build them.
var awsSDK = []string{"shared/queue/sqs", "shared/ledger/dynamo", "shared/source/secretsmanager", "shared/vault/s3", "shared/upkeep/sns", "functions"}

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
var standardOnly = []string{"shared/webhook", "shared/provider"}

func TestStandardLibraryOnly(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		if !slices.ContainsFunc(standardOnly, func(path string) bool { return within(p.path, path) }) {
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
