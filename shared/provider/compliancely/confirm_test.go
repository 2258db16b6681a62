package compliancely_test

import (
	"testing"

	"webhookintake/shared/provider/compliancely"
)

// TestConfirm asks again for what an event said: the answer counts, if it is about the same
// request.
func TestConfirm(t *testing.T) {
	t.Parallel()
	f := newFake(t, map[string][]answer{
		"GET /api/v1/submissions/7": {{body: `{"id":7,"tin":"000000000","status":"TIN Matched","irs_code":0}`}},
		"GET /api/v1/submissions/8": {{body: `{"id":7,"tin":"000000000","status":"TIN Matched","irs_code":0}`}},
		"GET /api/v1/submissions/9": {{status: 404}},
		"GET /api/v1/transcript/t7": {{body: `{"id":"t7","status":"Completed"}`}},
	})
	c := f.client(t)
	got, err := compliancely.Confirm(t.Context(), c, compliancely.TINResult{ID: 7, Status: compliancely.TINDidNotMatch})
	if err != nil || got.Status != compliancely.TINMatched {
		t.Errorf("Confirm = %v, %v, want what the provider has now", got.Status, err)
	}
	transcript, err := compliancely.Confirm(t.Context(), c, compliancely.TranscriptResult{ID: "t7"})
	if err != nil || transcript.ID != "t7" {
		t.Errorf("Confirm of a transcript = %v, %v", transcript.ID, err)
	}
	for _, id := range []int64{8, 9} {
		if _, err := compliancely.Confirm(t.Context(), c, compliancely.TINResult{ID: id}); err == nil {
			t.Errorf("Confirm of %d: no error", id)
		}
	}
}
