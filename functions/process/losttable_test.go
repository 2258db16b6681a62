package main

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"webhookintake/shared/lambdatest"
)

// While the table is missing, nothing is acknowledged, so that the queue's oldest message grows
// older and its alarm goes off, and the log says what is missing.
func TestTableIsMissing(t *testing.T) {
	t.Parallel()
	queue := lambdatest.NewSQS()
	defer queue.Server.Close()
	table := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, `{"__type":"com.amazonaws.dynamodb.v20120810#ResourceNotFoundException","message":"Requested resource not found"}`, http.StatusBadRequest)
	}))
	defer table.Close()
	env := maps.Clone(deployed)
	maps.Copy(env, queue.Env())
	maps.Copy(env, map[string]string{"DLQ_URL": env["QUEUE_URL"], "AWS_ENDPOINT_URL_DYNAMODB": table.URL})
	p := lambdatest.Run(t, obedient.Path(t), env)
	again, log := invoke(t, p, time.Minute, text("text.incoming.sms", "evt_1", "ok"), text("text.incoming.sms", "evt_2", "ok"))
	if len(again) != 2 || len(queue.Sent()) != 0 {
		t.Errorf("come again: %v, %d letters; want both, none", again, len(queue.Sent()))
	}
	for _, want := range []string{`"level":"WARN"`, "evt_1 put off", "evt_2 put off", `"error":"ResourceNotFoundException"`} {
		if !strings.Contains(log, want) {
			t.Errorf("log:\n%s\nwant %s", log, want)
		}
	}
	if strings.Contains(log, `"Handled"`) {
		t.Errorf("counted as handled:\n%s", log)
	}
}
