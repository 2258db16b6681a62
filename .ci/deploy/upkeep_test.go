package deploy

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
)

// large sends an e-mail with an attachment of 2 MB, which fits no message of SQS, and wants the
// handler to get it whole.
func (s stage) large(t *testing.T) {
	t.Helper()
	photo := make([]byte, 2<<20)
	_, _ = rand.NewChaCha8([32]byte{1}).Read(photo) // it never fails
	body := `{"id":"evt_large","type":"email.incoming","timestamp":1790000000,"data":{"subject":"` + base64.StdEncoding.EncodeToString(photo) + `"}}`
	write(t, filepath.Join(s.dir, "large.json"), body)
	s.accepts(t, strings.Replace(s.send(t, "", "contiguity", "--provider contiguity"), "send ", "send --file large.json ", 1), "accepted")
	want := fmt.Sprintf("%x", sha256.Sum256([]byte(body)))
	eventually(t, time.Minute, "the handler gets the large body as it was sent", func() (string, bool) {
		return "", delivered(t, want)
	})
}

// A mailbox is a queue that subscribes to the stack's topic of alarms, as the mail does.
type mailbox struct{ url string }

func (s stage) mailbox(t *testing.T) mailbox {
	t.Helper()
	arn := "arn:aws:sqs:" + region + ":" + account + ":mailbox"
	policy := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"sns.amazonaws.com"},"Action":"sqs:SendMessage","Resource":"` + arn + `"}]}`
	made, err := sqs.NewFromConfig(awsConfig(t)).CreateQueue(t.Context(), &sqs.CreateQueueInput{
		QueueName: new("mailbox"), Attributes: map[string]string{"Policy": policy},
	})
	if err != nil {
		t.Fatal(err)
	}
	topic := s.run(t, "aws cloudformation describe-stack-resource --logical-resource-id AlarmTopic --query StackResourceDetail.PhysicalResourceId --output text --stack-name "+s.stack)
	s.run(t, "aws sns subscribe --protocol sqs --notification-endpoint "+arn+" --topic-arn "+strings.TrimSpace(topic))
	return mailbox{*made.QueueUrl}
}

// upkeep does all tasks at once, and wants a digest of what failed in the mail.
func (s stage) upkeep(t *testing.T, box mailbox) {
	t.Helper()
	var tasks strings.Builder
	for _, name := range []string{"drain", "reconcile", "probe", "digest", "mail"} {
		tasks.WriteString("(?s).*\n" + name + " +done")
	}
	// An event is in a digest when it failed a minute ago, and the schedule may run upkeep before.
	eventually(t, 2*time.Minute, "the digest is mailed", func() (string, bool) {
		out, err := s.try(t, s.hookctl("upkeep"))
		if err == nil && !regexp.MustCompile(tasks.String()).MatchString(out) {
			t.Fatalf("upkeep shows no %s:\n%s", tasks.String(), out)
		}
		return tail(out), box.has(t, "Webhooks fail in "+s.stack, s.stack+": ", " of contiguity, ", "hookctl events list --stack "+s.stack)
	})
}

// has reports whether a mail with that subject arrived, whose text begins so and has those parts.
func (b mailbox) has(t *testing.T, subject, begins string, parts ...string) bool {
	t.Helper()
	got, err := sqs.NewFromConfig(awsConfig(t)).ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: &b.url, MaxNumberOfMessages: 10})
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range got.Messages {
		var mail struct{ Subject, Message string }
		if err := json.Unmarshal([]byte(*m.Body), &mail); err != nil || mail.Subject != subject {
			continue // another one's, such as an alarm
		}
		if !strings.HasPrefix(mail.Message, begins) || strings.Contains(mail.Message, "evt_") {
			t.Errorf("mailed %q", mail.Message)
		}
		for _, part := range parts {
			if !strings.Contains(mail.Message, part) {
				t.Errorf("mailed %q, without %q", mail.Message, part)
			}
		}
		return true
	}
	return false
}
