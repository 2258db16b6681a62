package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"webhookintake/shared/ingest"
	"webhookintake/shared/source"
	"webhookintake/shared/telemetry"
	"webhookintake/shared/webhook"
)

// In a lean stack ingest counts what its two alarms watch, and nothing of a webhook that it
// accepts.
func TestLeanMetrics(t *testing.T) {
	t.Parallel()
	refused := func(status int, code webhook.Code) func(*telemetry.Metrics) {
		return func(m *telemetry.Metrics) {
			count(m, ingest.Report{Source: "kyc", Status: status, Code: code, Err: code})
		}
	}
	read := func(s source.Status) func(*telemetry.Metrics) {
		return func(m *telemetry.Metrics) { countRead(m, s) }
	}
	fault, signature := map[string]any{"Faults": 1.0}, map[string]any{"BadSignatures": 1.0}
	errRead := errors.New("read")
	for _, tt := range []struct {
		name string
		do   func(*telemetry.Metrics)
		want map[string]any
	}{
		{"accepted", func(m *telemetry.Metrics) {
			count(m, ingest.Report{Source: "kyc", Status: http.StatusOK, Took: time.Second})
		}, nil},
		{"spilled", func(m *telemetry.Metrics) {
			count(m, ingest.Report{Source: "kyc", Status: http.StatusOK, Spilled: true})
		}, fault},
		{"the queue is away", refused(503, webhook.ErrQueueUnavailable), fault},
		{"the sources are away", refused(503, webhook.ErrSourcesUnavailable), fault},
		{"a panic", refused(500, ""), fault},
		{"too large", refused(413, webhook.ErrTooLarge), fault},
		{"no signature", refused(401, webhook.ErrSignatureMissing), signature},
		{"a malformed signature", refused(401, webhook.ErrSignatureMalformed), signature},
		{"a wrong signature", refused(401, webhook.ErrSignatureMismatch), signature},
		{"a late signature", refused(401, webhook.ErrTimestampOutsideWindow), signature},
		{"a stranger's path", refused(404, webhook.ErrUnknownSource), nil},
		{"a body without an id", refused(400, webhook.ErrMissingID), nil},
		{"the secret was read", read(source.Status{}), nil},
		{"an invalid version", read(source.Status{Invalid: true, Err: errRead}), fault},
		{"no copy of the secret", read(source.Status{Unavailable: true, Err: errRead}), fault},
		{"a read failed once", read(source.Status{Age: 6 * time.Minute, Err: errRead}), nil},
		{"reads keep failing", read(source.Status{Age: 11 * time.Minute, Err: errRead}), fault},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var printed bytes.Buffer
			m := telemetry.NewMetrics(&printed, true)
			tt.do(m)
			if err := m.Flush(); err != nil {
				t.Fatal(err)
			}
			var got map[string]any
			if printed.Len() > 0 {
				if err := json.Unmarshal(printed.Bytes(), &got); err != nil {
					t.Fatal(err)
				}
				delete(got, "_aws")
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("metrics (-want +got):\n%s", diff)
			}
		})
	}
}
