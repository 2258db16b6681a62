package main

import (
	"bytes"
	"fmt"
	"hash/crc32"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"webhookintake/shared/lambdatest"
)

const topicARN = "arn:aws:sns:us-east-1:123456789012:alarms"

// A post is the desk of those who are told: a topic of SNS, and Slack.
type post struct {
	sync.Mutex
	mails, slacks []string // that arrived
	mail          http.HandlerFunc
	slack         int // the status of its answer
}

func (p *post) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.Lock()
	defer p.Unlock()
	if r.URL.Path == "/slack" {
		p.slacks = append(p.slacks, "")
		w.WriteHeader(p.slack)
		return
	}
	if r.FormValue("Action") != "Publish" || r.FormValue("TopicArn") != topicARN || r.FormValue("Subject") != "Webhooks fail in intake" ||
		!strings.Contains(r.Header.Get("Authorization"), "/us-east-1/sns/aws4_request") {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	p.mails = append(p.mails, r.FormValue("Message"))
	p.mail(w, r)
}

// TestMail tells people by mail and in Slack. Whichever fails is an error of its own task, and is
// tried again; the other one is not told twice.
func TestMail(t *testing.T) {
	t.Parallel()
	published := func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `<PublishResponse><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>`)
	}
	lost := func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }
	refused := func(status int, code string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			fmt.Fprintf(w, `<ErrorResponse><Error><Code>%s</Code></Error></ErrorResponse>`, code)
		}
	}
	const reported = "1 new of 1 open events reported"
	for _, tt := range []struct {
		name          string
		mail          http.HandlerFunc // the first answer; the second is a success
		slack         int              // the same
		failed        string           // the task that fails first; empty if none does
		code          string           // of its error in the log
		mails, slacks int              // in both runs
	}{
		{"both are told", published, 200, "", "", 1, 1},
		{"the answer to the mail is lost", lost, 200, "mail", "", 2, 1},
		{"the mail is denied", refused(403, "AuthorizationError"), 200, "mail", `"error":"AuthorizationError"`, 2, 1},
		{"the topic is gone", refused(404, "NotFound"), 200, "mail", `"error":"NotFound"`, 2, 1},
		{"Slack is away", published, 503, "digest", "", 1, 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil, nil)
			desk := &post{mail: tt.mail, slack: tt.slack}
			server := httptest.NewServer(desk)
			t.Cleanup(server.Close)
			maps.Copy(w.env, withHandlers)
			maps.Copy(w.env, map[string]string{"DIGEST_TOPIC_ARN": topicARN, "AWS_ENDPOINT_URL_SNS": server.URL})
			w.handlers["OPS_SLACK_WEBHOOK_URL"] = server.URL + "/slack"
			w.fail(t)
			p := lambdatest.Run(t, program.Path(t), w.env)
			for run := range 2 {
				tasks := report(t, p).Tasks
				for _, got := range tasks[len(tasks)-2:] {
					fails := run == 0 && got.Task == tt.failed
					told := run == 0 || got.Task == tt.failed
					if (got.Error != "") != fails || !fails && told != (got.Summary == reported) {
						t.Errorf("run %d: %+v", run, got)
					}
					if gone := fails && strings.Contains(tt.code, "NotFound"); gone != strings.Contains(got.Error, "then with the address again") {
						t.Errorf("the topic is gone: %v, error %q", gone, got.Error)
					}
				}
				desk.Lock()
				desk.mail, desk.slack = published, http.StatusOK
				desk.Unlock()
			}
			desk.Lock()
			defer desk.Unlock()
			if len(desk.mails) != tt.mails || len(desk.slacks) != tt.slacks {
				t.Fatalf("%d mails and %d messages in Slack, want %d and %d", len(desk.mails), len(desk.slacks), tt.mails, tt.slacks)
			}
			if mail := desk.mails[0]; !strings.HasPrefix(mail, "intake: 1 event is failing.\n• 1 of contiguity, ") || !strings.Contains(mail, "--stack intake") {
				t.Errorf("mailed %q", mail)
			}
			checkOutput(t, p, `"task":"mail"`, tt.code)
		})
	}
}

// fail makes the index of open events list one that has failed for some minutes.
func (w *world) fail(t *testing.T) {
	t.Helper()
	entry := fmt.Sprintf(`{"Items":[{"pk":{"S":"contiguity#evt_1"},"open":{"N":"0"},"since":{"N":"%[1]d"},"received":{"N":"%[1]d"},`+
		`"type":{"S":"text.incoming.sms"},"kind":{"S":"auto-reply: *net.OpError"}}]}`, time.Now().Add(-5*time.Minute).UnixMilli())
	table := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body) // what is cut off is refused
		if !strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".Query") || !bytes.Contains(body, []byte(`{"N":"0"}`)) {
			r.Body = io.NopCloser(bytes.NewReader(body))
			w.table.ServeHTTP(out, r)
			return
		}
		out.Header().Set("Content-Type", "application/x-amz-json-1.0")
		out.Header().Set("X-Amz-Crc32", fmt.Sprint(crc32.ChecksumIEEE([]byte(entry))))
		fmt.Fprint(out, entry)
	}))
	t.Cleanup(table.Close)
	w.env["AWS_ENDPOINT_URL_DYNAMODB"] = table.URL
}
