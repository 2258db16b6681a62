package rights

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// root is the path of the checkout from this package.
const root = "../../.."

// checkout holds what the subjects of the tree need; it is analysed once.
var checkout = sync.OnceValues(func() ([]found, error) { return analyse(tree{dir: root}, subjects...) })

// Each role, and the operators' policy, allows exactly what its program calls, on the
// resources on which it calls it.
func TestRights(t *testing.T) {
	t.Parallel()
	for _, fault := range faultsOf(t, templateText(t)) {
		t.Error(fault)
	}
}

// faultsOf compares what the programs of the checkout need with a template.
func faultsOf(t *testing.T, text string) []string {
	t.Helper()
	x, err := parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	all, err := checkout()
	if err != nil {
		t.Fatal(err)
	}
	var faults []string
	for _, f := range all {
		if len(f.needs) == len(f.others) {
			t.Errorf("%s: found no call at all", f.main)
		}
		faults = append(faults, f.compare(x)...)
	}
	return faults
}

func templateText(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "template.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// Faults planted in a policy are found, with the lines in code and template.
func TestFindsFaults(t *testing.T) {
	t.Parallel()
	const send = "shared/queue/sqs/sqs.go:"
	for _, tt := range []struct {
		name        string
		policy, sid string
		old, new    string
		missing     string // what must then be allowed
		code        string // how the line that needs it begins
		more        string // what is then allowed needlessly
	}{
		{name: "ingest, a right missing", policy: "IngestRole", sid: "Enqueue", old: "sqs:SendMessage", new: "[]",
			missing: "sqs:SendMessage on Queue", code: send},
		{name: "ingest, a right more", policy: "IngestRole", sid: "Enqueue", old: "sqs:SendMessage", new: "[sqs:SendMessage, sqs:PurgeQueue]",
			more: "sqs:PurgeQueue on Queue"},
		{name: "ingest, another resource", policy: "IngestRole", sid: "ReadSources", old: "!Ref Sources", new: "!Ref HandlerSecrets",
			missing: "secretsmanager:GetSecretValue on Sources", code: "shared/source/secretsmanager/fetcher.go:",
			more: "secretsmanager:GetSecretValue on HandlerSecrets"},
		{name: "ingest, a prefix of the vault missing", policy: "IngestRole", sid: "KeepEvents", old: "- !Sub ${Vault.Arn}/spill/*", new: "",
			missing: "s3:PutObject on Vault/spill/*", code: "shared/ingest/vault.go:"},
		{name: "ingest, the whole vault", policy: "IngestRole", sid: "KeepEvents", old: "${Vault.Arn}/spill/*", new: "${Vault.Arn}/*",
			missing: "s3:PutObject on Vault/spill/*", code: "shared/ingest/vault.go:", more: "s3:PutObject on Vault/*"},
		{name: "ingest, a prefix of the vault more", policy: "IngestRole", sid: "KeepEvents",
			old: "- !Sub ${Vault.Arn}/spill/*", new: "- !Sub ${Vault.Arn}/spill/*\n                  - !Sub ${Vault.Arn}/others/*",
			more: "s3:PutObject on Vault/others/*"},
		{name: "process, a right missing", policy: "ProcessRole", sid: "KeepLedger", old: "- dynamodb:PartiQLUpdate", new: "",
			missing: "dynamodb:PartiQLUpdate on Table", code: "shared/ledger/dynamo/batch.go:"},
		{name: "process, a right more", policy: "ProcessRole", sid: "KeepLedger", old: "- dynamodb:PartiQLUpdate", new: "- dynamodb:PartiQLUpdate\n                  - dynamodb:DeleteItem",
			more: "dynamodb:DeleteItem on Table"},
		{name: "process, another resource", policy: "ProcessRole", sid: "SendDeadLetters", old: "DeadLetters.Arn", new: "Queue.Arn",
			missing: "sqs:SendMessage on DeadLetters", code: send, more: "sqs:SendMessage on Queue"},
		{name: "process, another prefix of the vault", policy: "ProcessRole", sid: "ReadBodies", old: "bodies/", new: "quarantine/",
			missing: "s3:GetObject on Vault/bodies/*", code: "shared/process/fetch.go:", more: "s3:GetObject on Vault/quarantine/*"},
		{name: "process, more of the vault listed", policy: "ProcessRole", sid: "KnowMissingBodies", old: "bodies/*", new: "[bodies/*, spill/*]",
			more: "s3:ListBucket on Vault/spill/*"},
		{name: "upkeep, another topic", policy: "UpkeepRole", sid: "MailDigests", old: "!Ref AlarmTopic", new: "!Ref AlarmTopicArn",
			missing: "sns:Publish on AlarmTopic where HasAlarmEmail", code: "functions/upkeep/wire.go:", more: "sns:Publish on AlarmTopicArn where HasAlarmEmail"},
		{name: "operator, a right missing", policy: "OperatorPolicy", sid: "ReadLedger", old: "- dynamodb:Scan", new: "",
			missing: "dynamodb:Scan on Table", code: "shared/ledger/dynamo/scan.go:"},
		{name: "operator, a right more", policy: "OperatorPolicy", sid: "ActChangeSources", old: "secretsmanager:PutSecretValue", new: "[secretsmanager:PutSecretValue, secretsmanager:DeleteSecret]",
			more: "secretsmanager:DeleteSecret on Sources"},
		{name: "operator, another resource", policy: "OperatorPolicy", sid: "ActDeleteLetters", old: "DeadLetters.Arn", new: "Queue.Arn",
			missing: "sqs:DeleteMessage on DeadLetters", code: "shared/queue/sqs/batch.go:", more: "sqs:DeleteMessage on Queue"},
		{name: "a key used by another service", policy: "IngestRole", sid: "EncryptWithKey", old: "sqs.", new: "sns.",
			missing: "kms:GenerateDataKey on KmsKeyArn via sqs where HasKey", code: send, more: "kms:GenerateDataKey on KmsKeyArn via sns where HasKey"},
		{name: "under another condition", policy: "ProcessRole", sid: "UseHandlersTables", old: "dynamodb:GetItem", new: "dynamodb:Scan",
			missing: "dynamodb:GetItem on HandlerTableArns where HasHandlerTables", code: handlers, more: "dynamodb:Scan on HandlerTableArns where HasHandlerTables"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			text := edit(t, templateText(t), tt.policy, tt.sid, tt.old, tt.new)
			faults := faultsOf(t, text)
			found := func(parts ...string) bool {
				return slices.ContainsFunc(faults, func(fault string) bool {
					return !slices.ContainsFunc(parts, func(part string) bool { return !strings.Contains(fault, part) })
				})
			}
			expected := 0
			if tt.missing != "" {
				expected++
				at := fmt.Sprintf("%s, at template.yaml:%d, has to allow %s, ", tt.policy, lineOf(t, text, "\n  "+tt.policy+":")+1, tt.missing)
				if !found(at, tt.code) {
					t.Errorf("found no %q with %q", at, tt.code)
				}
			}
			if tt.more != "" {
				expected++
				action, _, _ := strings.Cut(tt.more, " ")
				line := lineOf(t, text, "\n  "+tt.policy+":", "Sid: "+tt.sid, action)
				at := fmt.Sprintf("template.yaml:%d: %s, statement %s, allows %s, which ", line, tt.policy, tt.sid, tt.more)
				if !found(at) {
					t.Errorf("found no %q", at)
				}
			}
			if len(faults) != expected {
				t.Errorf("%d faults, want %d:\n%s", len(faults), expected, strings.Join(faults, "\n"))
			}
		})
	}
}

// edit replaces old once, after the Sid of a policy.
func edit(t *testing.T, text, policy, sid, old, new string) string {
	t.Helper()
	at := find(t, text, "\n  "+policy+":", "Sid: "+sid, old)
	return text[:at] + new + text[at+len(old):]
}

// lineOf returns the line on which the last of the marks begins.
func lineOf(t *testing.T, text string, marks ...string) int {
	t.Helper()
	return 1 + strings.Count(text[:find(t, text, marks...)], "\n")
}

// find returns where the last of the marks begins; each is searched after the one before.
func find(t *testing.T, text string, marks ...string) int {
	t.Helper()
	at := 0
	for _, mark := range marks {
		next := strings.Index(text[at:], mark)
		if next < 0 {
			t.Fatalf("the template has no %q where the test looks for it", mark)
		}
		at += next
	}
	return at
}
