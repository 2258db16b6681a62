package deploy

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// use operates the default stage, deployed as the README says: own handlers, webhooks, dead
// letters, a rotation, upkeep, and at the end its deletion.
func (s stage) use(t *testing.T, readme string) {
	arn := makeTable(t, "deliveries")
	makeTable(t, "unlisted")
	s.addHandlers(t, "boom", "tables")
	settings := `{"BOOM":"yes","DELIVERIES_TABLE":"deliveries","AUTO_REPLY_TEXT":"Thanks!","CONTIGUITY_TOKEN":"sample-only"}`
	stack := outputs(t, s.stack)
	putSecret(t, stack["HandlersSecret"], settings)
	s.run(t, s.hookctl("sources set kyc --secret-file kyc.secret --yes"))
	parameters := `ARGS='--no-confirm-changeset --parameter-overrides "Architecture=x86_64 AlarmEmail=ops@example.com KeepPayloads=all HandlerTableArns=` + arn + `"'`
	s.shows(t, "make deploy "+parameters, "Successfully created/updated stack")

	box := s.mailbox(t)
	s.receive(t, stack)
	s.large(t)
	s.letters(t)

	// Fixed: the next instances read both the handlers' settings and the new secret.
	putSecret(t, stack["HandlersSecret"], strings.Replace(settings, "yes", "no", 1))
	s.run(t, s.hookctl("sources rotate contiguity --secret-file contiguity-2.secret --yes"))
	s.shows(t, "make deploy RESTART=1 "+parameters, "Successfully created/updated stack")
	s.accepts(t, s.send(t, "text.delivery.confirmed", "contiguity", ""), "accepted")
	s.accepts(t, s.send(t, "text.delivery.confirmed", "contiguity-2", ""), "accepted")
	s.shows(t, s.hookctl("sources check"), `secrets\[0\]`)
	s.run(t, s.hookctl("sources rotate contiguity --finish --yes"))

	s.redrive(t)
	s.replay(t)
	s.upkeep(t, box)
	s.oldSecretEnds(t)
	s.accepts(t, s.send(t, "text.incoming.sms", "contiguity-2", "--id evt_7xk2"), "accepted")
	s.willShow(t, s.hookctl("events list --all"), "evt_7xk2 .*completed")
	s.follow(t, readme, "Look after it", nil)

	s.shows(t, "sam delete --stack-name "+s.stack+" --region us-east-1 --no-prompts", "Deleted successfully")
	isKept(t, stack)
}

// receive sends webhooks of each provider, good and bad, and checks what happens.
func (s stage) receive(t *testing.T, stack map[string]string) {
	t.Helper()
	for _, command := range []string{
		s.send(t, "text.incoming.sms", "contiguity", "--id evt_boom"),
		s.send(t, "text.delivery.confirmed", "contiguity", "--id evt_write"),
		s.send(t, "text.delivery.failed", "contiguity", "--id evt_read"),
		s.send(t, "imessage.incoming", "contiguity", "--id evt_unlisted"),
		s.send(t, "text.incoming.mms", "contiguity", "--id evt_mark"),
		s.send(t, "kyc.session.approved", "kyc", "--times 2"),
		s.send(t, "compliancely.tin_match", "compliancely", ""),
	} {
		s.accepts(t, command, "accepted")
	}
	s.refuses(t, s.send(t, "text.incoming.sms", "contiguity", "--bad-signature"), "signature_mismatch")
	if status, body, err := get(t, stack["ContiguityWebhookUrl"]); status != http.StatusMethodNotAllowed {
		t.Errorf("GET: %d %s, %v, want 405", status, body, err)
	}
	nobody := strings.Replace(stack["WebhookUrl"], "{source}", "nobody", 1)
	if status, body, err := request(t, http.MethodPost, nobody, strings.NewReader("{}"), nil); status != http.StatusNotFound || !strings.Contains(body, "unknown_source") {
		t.Errorf("POST to an unknown source: %d %s, %v, want 404", status, body, err)
	}
	for _, event := range []string{
		`evt_boom .*failed \(permanent\)`, "evt_write .*completed .*delivery-status", "evt_read .*completed .*read-listed",
		"evt_mark .*completed .*mark",
		`evt_unlisted .*failed \(permanent\)`, "kyc .*kyc.session.approved", "compliancely .*tin_match",
	} {
		s.willShow(t, s.hookctl("events list --all"), event)
	}
	// What failed is in the index.
	s.willShow(t, s.hookctl("events list"), `contiguity +text.incoming.sms +boom failed `)
	if !delivered(t, "text.delivery.confirmed") || !delivered(t, "marked") {
		t.Error("the handlers' table was not written")
	}
	s.shows(t, s.hookctl("events show contiguity evt_boom --payload"), "payload")
	// How long a run took is in process's log.
	s.willShow(t, s.hookctl("events show evt_write"), `took +run 1, .*: handled in [0-9.]+ ms`)
}

// letters checks the dead letters.
func (s stage) letters(t *testing.T) {
	t.Helper()
	s.willShow(t, s.hookctl("dead list"), "evt_boom")
	s.shows(t, s.hookctl("dead show evt_boom"), "broken on purpose")
	// The function may read the tables of HandlerTableArns, and no others.
	s.willShow(t, s.hookctl("dead list"), "evt_unlisted")
	s.shows(t, s.hookctl("dead show evt_unlisted"), "AccessDenied")
}

// redrive sends the letters back, now that one of the two causes is fixed.
func (s stage) redrive(t *testing.T) {
	t.Helper()
	s.shows(t, s.hookctl("dead redrive --all --dry-run"), "boom")
	s.run(t, s.hookctl("dead redrive --all --yes"))
	s.willShow(t, s.hookctl("events list --all"), "evt_boom .*completed")
	s.willShow(t, s.hookctl("dead list"), "evt_unlisted")
	if out := s.run(t, s.hookctl("dead list")); strings.Contains(out, "evt_boom") {
		t.Errorf("the letter is still there:\n%s", out)
	}
}

// replay runs a handler again whose effect was removed.
func (s stage) replay(t *testing.T) {
	t.Helper()
	key := map[string]types.AttributeValue{"message_id": &types.AttributeValueMemberS{Value: "evt_mark"}}
	client := dynamodb.NewFromConfig(awsConfig(t))
	if _, err := client.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: new("deliveries"), Key: key}); err != nil {
		t.Fatal(err)
	}
	s.run(t, s.hookctl("events replay contiguity evt_mark --handler mark --yes"))
	eventually(t, 5*time.Minute, "the replayed handler writes its table", func() (string, bool) {
		return "", delivered(t, "marked")
	})
}

// oldSecretEnds waits until ingest knows that the rotation is finished: it reads the
// sources again at a signature that does not match, once its copy is older than 30 s.
func (s stage) oldSecretEnds(t *testing.T) {
	t.Helper()
	forged, old := s.send(t, "text.incoming.sms", "contiguity", "--bad-signature"), s.send(t, "text.delivery.confirmed", "contiguity", "")
	eventually(t, 5*time.Minute, "the old secret is refused", func() (string, bool) {
		_, _ = s.try(t, forged) // refused in any case
		out, err := s.try(t, old)
		return out, err != nil && strings.Contains(out, "signature_mismatch")
	})
	s.accepts(t, s.send(t, "text.delivery.confirmed", "contiguity-2", ""), "accepted")
}

// delivered reports whether the handlers' table has an item of this status.
func delivered(t *testing.T, status string) bool {
	t.Helper()
	for _, item := range items(t, "deliveries") {
		if text(item, "status") == status {
			return true
		}
	}
	return false
}
