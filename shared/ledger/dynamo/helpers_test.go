package dynamo

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"webhookintake/shared/ledger"
	"webhookintake/shared/webhook"
)

var now = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func request(key string) ledger.Request {
	return ledger.Request{
		Key: key, Owner: "6f2a1c0d9e8b7a695847362514039281", Type: "text.incoming.sms",
		Identity: webhook.KeyHash, Secret: new(1),
		Hash: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
		At:   now, Lease: now.Add(time.Minute), Received: now.Add(-time.Second), DedupUntil: now.Add(30 * 24 * time.Hour),
	}
}

func mustClaim(t *testing.T, s *Store, r ledger.Request) ledger.Claim {
	t.Helper()
	a := s.Claim(t.Context(), []ledger.Request{r})[0]
	if a.Status != ledger.Claimed || a.Err != nil {
		t.Fatalf("claim %s = %v, %v", r.Key, a.Status, a.Err)
	}
	return a.Claim
}

func compare(t *testing.T, what string, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}
