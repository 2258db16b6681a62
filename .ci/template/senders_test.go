package template

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// A sender is a principal that sends to a queue, or puts an event into the vault, as IAM
// sees it.
type sender struct {
	name      string
	principal string // aws:PrincipalArn: of a role's session it is the role's
	service   bool   // aws:PrincipalIsAWSService
}

// A principal that may send can run, repeat and suppress events, and so can one that puts
// events into the vault: with OperatorPrincipalArns set, nobody else whom IAM allows may.
func TestWhoMaySend(t *testing.T) {
	t.Parallel()
	all := stacks(t)
	const iam = "arn:aws:iam::123456789012:"
	operator := sender{"an operator", iam + "role/operator", false}
	oneOfMany := sender{"an operator by pattern", iam + "role/aws-reserved/sso.amazonaws.com/eu-central-1/AWSReservedSSO_Operator_0123abcd", false}
	stranger := sender{"another role", iam + "role/stranger", false}
	everywhere := []string{"DeadLetters", "Queue", "Vault"}
	for _, tt := range []struct {
		set     string
		sender  sender
		refused []string // by the policies of these
	}{
		{"prod", stranger, nil},
		{"OperatorPrincipalArns-1", stranger, everywhere},
		{"OperatorPrincipalArns-1", sender{"a longer name", iam + "role/operators", false}, everywhere},
		{"OperatorPrincipalArns-1", sender{"another account's", "arn:aws:iam::210987654321:role/operator", false}, everywhere},
		{"OperatorPrincipalArns-1", sender{"the account's root", iam + "root", false}, everywhere},
		{"OperatorPrincipalArns-1", operator, nil},
		{"OperatorPrincipalArns-2", sender{"a user", iam + "user/ops/anna", false}, nil},
		{"OperatorPrincipalArns-2", oneOfMany, nil},
		{"OperatorPrincipalArns-2", operator, everywhere},
		{"OperatorPrincipalArns-1", sender{"ingest", iam + "role/IngestRole", false}, []string{"DeadLetters"}},
		{"OperatorPrincipalArns-1", sender{"upkeep", iam + "role/UpkeepRole", false}, []string{"DeadLetters"}},
		{"OperatorPrincipalArns-1", sender{"process", iam + "role/ProcessRole", false}, []string{"Queue", "Vault"}},
		{"OperatorPrincipalArns-1", sender{"SQS itself", "", true}, nil},
	} {
		t.Run(tt.set+" "+tt.sender.name, func(t *testing.T) {
			t.Parallel()
			var refused []string
			for _, to := range append(all[tt.set].ofType("AWS::SQS::Queue"), "Vault") {
				if all[tt.set].refuses(t, to, tt.sender) {
					refused = append(refused, to)
				}
			}
			slices.Sort(refused)
			if !slices.Equal(refused, tt.refused) {
				t.Errorf("refused by %q, want %q", refused, tt.refused)
			}
		})
	}
}

// refuses evaluates the policy of a queue or the vault for a message that is sent over TLS.
// It knows the few operators that the template uses, and fails for others.
func (s stack) refuses(t *testing.T, to string, from sender) bool {
	t.Helper()
	refused := false
	statements, _ := s.get(to+"Policy", "Properties", "PolicyDocument", "Statement").([]any)
	for _, item := range statements {
		statement := item.(map[string]any)
		if statement["Effect"] != "Deny" || statement["Principal"] != "*" {
			t.Fatalf("a resource's policy only denies, and everybody, in %v", statement)
		}
		if !slices.Contains([]any{"sqs:SendMessage", "sqs:*", "s3:PutObject", "s3:*"}, statement["Action"]) {
			continue
		}
		holds := true
		for operator, keys := range statement["Condition"].(map[string]any) {
			for key, want := range keys.(map[string]any) {
				holds = holds && condition(t, operator, key, want, from)
			}
		}
		refused = refused || holds
	}
	return refused
}

// condition evaluates one key of a statement's condition.
func condition(t *testing.T, operator, key string, want any, from sender) bool {
	t.Helper()
	switch operator + " " + key {
	case "Bool aws:SecureTransport":
		return want == "true"
	case "Bool aws:PrincipalIsAWSService":
		return want == fmt.Sprint(from.service)
	case "ArnNotLike aws:PrincipalArn":
		for _, pattern := range want.([]any) {
			text, ok := pattern.(string)
			if !ok { // the ARN of one of the stack's roles
				text = "arn:aws:iam::123456789012:role/" + references(pattern)[0]
			}
			if arnLike(text, from.principal) {
				return false
			}
		}
		return true
	}
	t.Fatalf("this test cannot evaluate %s of %s", operator, key)
	return false
}

// arnLike compares as IAM's ArnLike does: each of the six parts separately, where * matches
// any text.
func arnLike(pattern, arn string) bool {
	patterns, parts := strings.SplitN(pattern, ":", 6), strings.SplitN(arn, ":", 6)
	if len(patterns) != len(parts) {
		return false
	}
	for i, p := range patterns {
		if like := strings.ReplaceAll(regexp.QuoteMeta(p), `\*`, `.*`); !regexp.MustCompile(`^` + like + `$`).MatchString(parts[i]) {
			return false
		}
	}
	return true
}
