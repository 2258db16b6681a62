package template

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"webhookintake/shared/process"
	"webhookintake/shared/vault"
)

// The vault is private in every stack, however IAM's policies and the account's settings
// are, and encrypted. What is deleted is gone, since there are no versions.
func TestVault(t *testing.T) {
	t.Parallel()
	x := readTemplate(t)
	for _, block := range []string{"BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"} {
		if got := x.value(t, "Resources", "Vault", "Properties", "PublicAccessBlockConfiguration", block); got != "true" {
			t.Errorf("template.yaml: Vault has %s %s", block, got)
		}
	}
	if got := x.value(t, "Resources", "Vault", "Properties", "OwnershipControls", "Rules", "0", "ObjectOwnership"); got != "BucketOwnerEnforced" {
		t.Errorf("template.yaml: Vault has object ownership %s, with which access lists count", got)
	}
	if x.at("Resources", "Vault", "Properties", "VersioningConfiguration") != nil {
		t.Error("template.yaml: Vault has versions, which keep what was deleted")
	}
	if got := x.ofType("AWS::S3::Bucket"); !slices.Equal(got, []string{"Vault"}) {
		t.Errorf("template.yaml: buckets %q, of which this test knows one", got)
	}
	for _, s := range stacks(t) {
		encryption, _ := s.get("Vault", "Properties", "BucketEncryption", "ServerSideEncryptionConfiguration").([]any)
		if len(encryption) != 1 {
			t.Fatalf("%s: Vault has the encryption %v", s.name, encryption)
		}
		how := encryption[0].(map[string]any)["ServerSideEncryptionByDefault"].(map[string]any)
		want := map[string]any{"SSEAlgorithm": "AES256"}
		if key := s.Parameters["KmsKeyArn"]; key != "" {
			want = map[string]any{"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
		}
		if !maps.Equal(how, want) {
			t.Errorf("%s: Vault is encrypted by %v, want %v", s.name, how, want)
		}
	}
}

// The vault refuses unencrypted connections for everything, and unknown senders where events
// are taken from. TestWhoMaySend tries who that is.
func TestVaultPolicy(t *testing.T) {
	t.Parallel()
	x := readTemplate(t)
	if got := x.value(t, "Resources", "VaultPolicy", "Properties", "Bucket"); got != "Vault" {
		t.Errorf("template.yaml: VaultPolicy is that of %s", got)
	}
	want := map[string][]string{ // resources, by Sid
		"EncryptedConnectionsOnly": {"Vault.Arn", "${Vault.Arn}/*"},
		"KnownSendersOnly":         {"${Vault.Arn}/bodies/*", "${Vault.Arn}/spill/*"},
	}
	got := map[string][]string{}
	for _, s := range statements(x.at("Resources", "VaultPolicy")) {
		got[child(s, "Sid").Value] = values(child(s, "Resource"))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("template.yaml: what the statements of VaultPolicy are about (-want +got):\n%s", diff)
	}
	if condition := values(child(statements(x.at("Resources", "VaultPolicy"))[0], "Condition")); !slices.Contains(condition, "aws:SecureTransport") {
		t.Errorf("template.yaml: the vault takes unencrypted connections: %q", condition)
	}
}

// Each prefix has its lifecycle: nothing is kept forever, and nothing that may still be
// needed is deleted.
func TestVaultLifecycle(t *testing.T) {
	t.Parallel()
	for _, s := range stacks(t) {
		days := map[string]any{}
		rules, _ := s.get("Vault", "Properties", "LifecycleConfiguration", "Rules").([]any)
		for _, item := range rules {
			rule := item.(map[string]any)
			if rule["Status"] != "Enabled" {
				t.Errorf("%s: the rule %v is not enabled", s.name, rule)
			}
			days[rule["Prefix"].(string)] = rule["ExpirationInDays"]
		}
		want := map[string]any{vault.Bodies: 90.0, vault.Spill: 30.0, vault.Quarantine: any(s.Parameters["QuarantineDays"])}
		if want[vault.Quarantine] == "0" {
			want[vault.Quarantine] = 1.0 // S3's least, for what was there before
		}
		if !maps.Equal(days, want) {
			t.Errorf("%s: days that the vault keeps %v, want %v", s.name, days, want)
		}
	}
	// A body outlives every message that names it: spilled, queued, dead-lettered, and sent back.
	d := process.DefaultTiming
	if longest := process.SpillRetention + 2*d.QueueRetention + d.DeadLetterRetention; 90*24*time.Hour <= longest {
		t.Errorf("bodies are kept for 90 days, but a message lives for up to %v", longest)
	}
	if process.SpillRetention != 30*24*time.Hour {
		t.Errorf("the records of process outlive spilled events of %v, but the vault keeps them for 30 days", process.SpillRetention)
	}
}
