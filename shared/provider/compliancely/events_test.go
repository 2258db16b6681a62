package compliancely_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"webhookintake/shared/provider/compliancely"
	"webhookintake/shared/webhook"
)

func date(day, hour, second int) compliancely.Time {
	return compliancely.Time{Time: time.Date(2026, 9, day, hour, 0, second, 0, time.UTC)}
}

func TestTINMatch(t *testing.T) {
	t.Parallel()
	want := compliancely.TINResult{
		ID: 70001, Name: "Demo Bakery", TIN: "000000000", Status: compliancely.TINMatched,
		CreatedBy: "demo", IRSCode: new(compliancely.IRSCodeMatch), IRSServiceStatus: "RUNNING",
		LastIRSCheckDate: date(20, 10, 0), CreatedDate: date(21, 8, 0), UpdatedDate: date(21, 8, 5),
	}
	for name, body := range map[string]string{
		"bare": vectorBody, "wrapped": `{"success":true,"data":` + vectorBody + `}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, _, err := compliancely.TINMatch.Decode([]byte(body))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("Decode (-want +got):\n%s", diff)
			}
		})
	}
	encoded, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	got, envelope, err := compliancely.TINMatch.Decode(encoded)
	if err != nil || envelope.Type != "tin_match" {
		t.Fatalf("encoded again: %s, %v", envelope.Type, err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("encoded again (-want +got):\n%s", diff)
	}
}

func TestPendingTINMatch(t *testing.T) {
	t.Parallel()
	got, _, err := compliancely.TINMatch.Decode([]byte(
		`{"id":5,"status":"Pending","irs_code":null,"last_irs_check_date":null,"created_date":"","updated_date":"2026-09-21T08:00:05.123456Z"}`))
	if err != nil {
		t.Fatal(err)
	}
	want := compliancely.TINResult{ID: 5, Status: compliancely.TINPending,
		UpdatedDate: compliancely.Time{Time: time.Date(2026, 9, 21, 8, 0, 5, 123456000, time.UTC)}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Decode (-want +got):\n%s", diff)
	}
}

func TestEntity(t *testing.T) {
	t.Parallel()
	if got := (compliancely.TINResult{ID: 70001}).Entity(); got != "70001" {
		t.Errorf("Entity = %q", got)
	}
	if got := (compliancely.TINResult{}).Entity(); got != "" {
		t.Errorf("Entity without id = %q", got)
	}
}

func TestTINMatchDoesNotFit(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, body, field string }{
		{"id as text", `{"id":"7331"}`, "id"},
		{"id too large", `{"id":73317331733173317331}`, "id"},
		{"tin as number", `{"id":1,"tin":733173317}`, "tin"},
		{"date as number", `{"id":1,"created_date":7331}`, "created_date"},
		{"date of another form", `{"id":1,"updated_date":"07/33/17331"}`, "updated_date"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, _, err := compliancely.TINMatch.Decode([]byte(tt.body))
			if !errors.Is(err, webhook.ErrPayload) || !strings.Contains(err.Error(), "field "+tt.field+":") {
				t.Fatalf("Decode = %v, want ErrPayload that names %s", err, tt.field)
			}
			if strings.Contains(err.Error(), "7331") {
				t.Errorf("the error quotes the payload: %v", err)
			}
		})
	}
}

func TestTypes(t *testing.T) {
	t.Parallel()
	var got []string
	for _, info := range compliancely.Types() {
		got = append(got, info.Name+" "+info.Payload+" "+info.Key)
		if info.Provider != "compliancely" {
			t.Errorf("%+v: want provider compliancely", info)
		}
	}
	want := []string{
		"tin_match compliancely.TINResult compliancely.TINMatch",
		"tax_exempt compliancely.TaxExemptResult compliancely.TaxExempt",
		"sos compliancely.SecretaryOfStateResult compliancely.SecretaryOfState",
		"bulk_tin compliancely.BulkTINResult compliancely.BulkTIN",
		"transcript compliancely.TranscriptResult compliancely.Transcript",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Types (-want +got):\n%s", diff)
	}
}
