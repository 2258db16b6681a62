package main

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"webhookintake/shared/lambdatest"
	"webhookintake/shared/queue"
	"webhookintake/shared/webhook"
)

func TestMemoryLimit(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		megabytes, goMemLimit string
		want                  int64
	}{
		{"512", "", 456_340_265},
		{"10240", "", 9_126_805_470},
		{"512", "300MiB", -1},
		{"", "", -1},
		{"0", "", -1},
		{"-1", "", -1},
		{"all", "", -1},
	} {
		env := map[string]string{"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": tt.megabytes, "GOMEMLIMIT": tt.goMemLimit}
		if got := memoryLimit(func(name string) string { return env[name] }); got != tt.want {
			t.Errorf("memoryLimit of %v = %d, want %d", env, got, tt.want)
		}
	}
}

// Messages of a few kilobytes that take over a hundred megabytes each once they are decoded
// fit into the function: at most one of them at a time is decoded, and what the one before
// left is collected in time. Ten at once take 3.3 GB, and five one by one without a limit
// for the collector 0.6 GB.
func TestMessagesThatDecodeToMuch(t *testing.T) {
	t.Parallel()
	env := maps.Clone(local)
	maps.Copy(env, map[string]string{"FUNCTION_TIMEOUT_S": "600", "VISIBILITY_TIMEOUT_S": "3600"}) // of a busy machine
	p := lambdatest.Run(t, obedient.Path(t), env)                                                  // 512 MB
	var records []events.SQSMessage
	for n := range 5 {
		id := fmt.Sprint("evt_", n)
		head := `{"id":"` + id + `","type":"imessage.incoming","timestamp":1790000000,"data":{"from":"` + phone +
			`","to":"` + phone + `","body":"ok","timestamp":1790000000,"attachments":[`
		body := head + strings.Repeat("{},", (6<<20-len(head))/3-1) + "{}]}}"
		records = append(records, record(queue.Message{Event: webhook.Event{
			Source: "contiguity", Provider: "contiguity", ID: id, Type: "imessage.incoming",
			Received: time.Now().Truncate(time.Millisecond), Raw: []byte(body),
		}}))
		if n := len(records[0].Body); n > 64<<10 {
			t.Fatalf("the message has %d bytes", n)
		}
	}
	again, log := invoke(t, p, 10*time.Minute, records...)
	if n := strings.Count(log, `"handlers":"send-once, witness"`); len(again) > 0 || n != 5 {
		t.Fatalf("%d of 5 handled, %d come again:\n%s", n, len(again), log)
	}
	used := p.Memory()
	if t.Logf("used %d MB", used>>20); used > 512<<20 {
		t.Errorf("used %d MB, want under 512", used>>20)
	}
}
