package kyc_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"webhookintake/shared/provider/kyc"
	"webhookintake/shared/webhook"
)

func event(data string) []byte {
	return []byte(`{"id":"evt_1","type":"kyc.session.approved","created":1790000000,"data":` + data + `}`)
}

func TestSession(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, data string
		want       kyc.Session
	}{
		{"documented fields", `{"status":"APPROVED","final_decision":"flagged"}`,
			kyc.Session{Status: kyc.StatusApproved, FinalDecision: kyc.DecisionFlagged}},
		{"names of the REST API", `{"session_id":"s","workflow_id":"w","customer_id":"c","client_id":"k","metadata":{"a":[1]},"new":{}}`,
			kyc.Session{SessionID: "s", WorkflowID: "w", CustomerID: "c", ClientID: "k", Metadata: json.RawMessage(`{"a":[1]}`)}},
		{"nested", `{"session":{"session_id":"s","status":"active"}}`,
			kyc.Session{SessionID: "s", Status: kyc.StatusActive}},
		{"outer before nested", `{"status":"outer","session":{"session_id":"s","status":"inner"}}`,
			kyc.Session{SessionID: "s", Status: "outer"}},
		{"id", `{"id":"s"}`, kyc.Session{SessionID: "s"}},
		{"nested id", `{"id":"event","session":{"id":"s"}}`, kyc.Session{SessionID: "s"}},
		{"session_id before id", `{"id":"no","session_id":"s"}`, kyc.Session{SessionID: "s"}},
		{"guessed fields of another shape", `{"session_id":7,"client_id":{},"session":"s","metadata":"m"}`,
			kyc.Session{Metadata: json.RawMessage(`"m"`)}},
		{"nulls", `{"session_id":null,"status":null,"metadata":null,"session":null}`, kyc.Session{}},
		{"empty", `{}`, kyc.Session{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, _, err := kyc.SessionApproved.Decode(event(tt.data))
			if err != nil {
				t.Fatal(err)
			}
			tt.want.Raw = json.RawMessage(tt.data)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("Decode (-want +got):\n%s", diff)
			}
			if got.Entity() != tt.want.SessionID {
				t.Errorf("Entity = %q", got.Entity())
			}
		})
	}
}

// A handler reads what a test or a sample encodes as a Session.
func TestSessionEncodes(t *testing.T) {
	t.Parallel()
	want := kyc.Session{SessionID: "s", ClientID: "c", Status: "x", FinalDecision: "y", Metadata: json.RawMessage(`{"a":1}`)}
	data, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	got, _, err := kyc.SessionCreated.Decode(event(string(data)))
	if err != nil {
		t.Fatal(err)
	}
	want.Raw = data
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestSessionDoesNotFit(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ data, field string }{
		{`{"status":7331}`, "status"},
		{`{"final_decision":{"private":1}}`, "final_decision"},
		{`{"session":{"status":["private"]}}`, "status"},
		{`"private"`, "data"},
		{`[7331]`, "data"},
		{`null`, "no data"},
	} {
		t.Run(tt.data, func(t *testing.T) {
			t.Parallel()
			_, _, err := kyc.SessionApproved.Decode(event(tt.data))
			if !errors.Is(err, webhook.ErrPayload) || !strings.Contains(err.Error(), tt.field) {
				t.Fatalf("Decode = %v, want ErrPayload that names %s", err, tt.field)
			}
			if strings.Contains(err.Error(), "7331") || strings.Contains(err.Error(), "private") {
				t.Errorf("the error quotes the payload: %v", err)
			}
		})
	}
}

func TestIsIgnoresCase(t *testing.T) {
	t.Parallel()
	if !kyc.Status("approved").Is(kyc.StatusApproved) || !kyc.StatusActive.Is("Active") || kyc.StatusActive.Is(kyc.StatusApproved) {
		t.Error("Status.Is must ignore case and nothing else")
	}
	if !kyc.Decision("FLAGGED").Is(kyc.DecisionFlagged) || kyc.Decision("").Is(kyc.DecisionFlagged) {
		t.Error("Decision.Is must ignore case and nothing else")
	}
}

func TestTypes(t *testing.T) {
	t.Parallel()
	var got []string
	for _, info := range kyc.Types() {
		got = append(got, info.Name+" "+info.Key)
		if info.Payload != "kyc.Session" || info.Provider != "kyc" {
			t.Errorf("%+v: want payload kyc.Session", info)
		}
	}
	want := []string{
		"kyc.session.created kyc.SessionCreated",
		"kyc.session.completed kyc.SessionCompleted",
		"kyc.session.processed kyc.SessionProcessed",
		"kyc.session.approved kyc.SessionApproved",
		"kyc.session.rejected kyc.SessionRejected",
		"kyc.session.manual_review kyc.SessionManualReview",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Types (-want +got):\n%s", diff)
	}
}
