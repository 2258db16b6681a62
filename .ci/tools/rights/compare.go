package rights

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A subject is a program and the policy that its calls are compared with.
type subject struct {
	main   string // the package, as "functions/ingest"
	policy string // the role, or the managed policy
	others []need // needs that do not come from calls in the program's code
}

const (
	logging     = "Lambda writes the function's log with the function's role"
	eventSource = "the event source takes messages from the queue with the function's role"
	missing     = "without it, S3 answers as if access were denied to a body that is not there"
	handlers    = "handlers do it, where the parameter allows them to"
	ownKey      = "queues, table and secrets are encrypted with the key, where one is given"
)

// subjects are the programs. An author of a handler who looks up how to write and read an
// item finds the operations here.
var subjects = []subject{
	{"functions/ingest", "IngestRole", needs(logging, "IngestLogs", "logs:CreateLogStream", "logs:PutLogEvents")},
	{"functions/process", "ProcessRole", slices.Concat(
		needs(logging, "ProcessLogs", "logs:CreateLogStream", "logs:PutLogEvents"),
		needs(eventSource, "Queue", "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"),
		needs(missing, "Vault/bodies/*", "s3:ListBucket"),
		needs(handlers, handlersTable, "dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query",
			"dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"),
		needs(handlers, handlersTable+indexes, "dynamodb:Query"),
		needs(handlers, "HandlerEmailIdentityArn", "ses:SendEmail"),
	)},
	{"functions/upkeep", "UpkeepRole", needs(logging, "UpkeepLogs", "logs:CreateLogStream", "logs:PutLogEvents")},
	{"functions/hookctl", "OperatorPolicy", nil},
}

func needs(why, resource string, actions ...string) []need {
	var all []need
	for _, action := range actions {
		all = append(all, need{right{action: action, resource: resource, when: conditions[resource]}, why})
	}
	return all
}

// A found holds what a program needs, and which of its calls are not understood.
type found struct {
	subject
	needs  []need
	faults error
}

// analyse finds what the subjects in a tree need.
func analyse(t tree, of ...subject) ([]found, error) {
	x, err := t.template()
	if err != nil {
		return nil, err
	}
	var mains []string
	for _, s := range of {
		mains = append(mains, s.main)
	}
	programs, err := load(t, mains...)
	if err != nil {
		return nil, err
	}
	var all []found
	for i, s := range of {
		f := found{subject: s}
		f.needs, f.faults = programs[i].calls(x.resources())
		f.needs = append(f.needs, s.others...)
		f.needs = append(f.needs, onKey(f.needs)...)
		all = append(all, f)
	}
	return all, nil
}

func (t tree) template() (template, error) {
	text, err := os.ReadFile(filepath.Join(t.dir, "template.yaml"))
	if err != nil {
		return template{}, err
	}
	return parse(text)
}

// onKey returns what the needs require of the key that encrypts their resources. Handlers'
// tables have their owner's key, or none.
func onKey(of []need) []need {
	var all []need
	for _, n := range of {
		if strings.HasPrefix(n.resource, handlersTable) {
			continue
		}
		service, _, _ := strings.Cut(n.action, ":")
		for _, action := range keyActions(n.action) {
			r := right{action: action, resource: keyParameter, via: service, when: conditions[keyParameter]}
			all = append(all, need{r, n.why + ": " + ownKey})
		}
	}
	return all
}

// compare lists the differences between a program's needs and its policy.
func (f found) compare(x template) []string {
	if x.at("Resources", f.policy) == nil {
		return []string{"template.yaml has no " + f.policy + ", which is to allow what " + f.main + " does"}
	}
	grants, faults := x.grants(f.policy)
	if f.faults != nil {
		faults = append(faults, strings.Split(f.faults.Error(), "\n")...)
	}
	given, wanted := map[right]bool{}, map[right]bool{}
	for _, g := range grants {
		given[g.right] = true
	}
	for _, n := range f.needs {
		if !given[n.right] && !wanted[n.right] {
			faults = append(faults, fmt.Sprintf("%s: %s, at template.yaml:%d, has to allow %s, for %s: %s",
				f.main, f.policy, x.lineOf("Resources", f.policy), n.right, f.main, n.why))
		}
		wanted[n.right] = true
	}
	for _, g := range grants {
		if !wanted[g.right] {
			faults = append(faults, fmt.Sprintf("template.yaml:%d: %s, statement %s, allows %s, which %s never asks for%s",
				g.line, f.policy, g.sid, g.right, f.main, f.instead(g)))
		}
	}
	return faults
}

// instead says for what the program uses the same action.
func (f found) instead(g grant) string {
	for _, n := range f.needs {
		if n.action == g.action {
			return fmt.Sprintf(" (it asks for %s: %s)", n.right, n.why)
		}
	}
	return ""
}

// Check lists every fault of the tree at dir: a missing right, a needless right, or a call
// that it does not understand. Its error means that the tree cannot be read.
func Check(dir string) ([]string, error) {
	t := tree{dir: dir}
	x, err := t.template()
	if err != nil {
		return nil, err
	}
	all, err := analyse(t, subjects...)
	if err != nil {
		return nil, err
	}
	var faults []string
	for _, f := range all {
		if len(f.needs) == 0 {
			return nil, errors.New(f.main + ": found no call at all")
		}
		faults = append(faults, f.compare(x)...)
	}
	return faults, nil
}
