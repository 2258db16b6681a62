package doctor_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"webhookintake/functions/hookctl/cli/clitest"
	"webhookintake/functions/hookctl/doctor"
)

var someSteps = []doctor.Step{
	{Name: "health", Status: doctor.Passed, Found: "it answers", Millis: 12.34},
	{Name: "handlers", Status: doctor.Warned, Found: "two lines,\nas here", Next: "look at it", Millis: 0.04},
	{Name: "ledger", Status: doctor.Failed, Found: "no record", Next: "first this,\nthen that", Millis: 60000},
	{Name: "copy", Status: doctor.NotTried},
}

func TestPrint(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		signs bool
		want  string
	}{
		{"words", false, `ok       health        12.3 ms  it answers
warning  handlers       0.0 ms  two lines,
                                as here
                                next: look at it
FAILED   ledger     60000.0 ms  no record
                                next: first this,
                                then that
-        copy                   not tried
`},
		{"signs", true, `✓  health        12.3 ms  it answers
!  handlers       0.0 ms  two lines,
                          as here
                          next: look at it
✗  ledger     60000.0 ms  no record
                          next: first this,
                          then that
-  copy                   not tried
`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			s := clitest.NewWriter(&out)
			for _, step := range someSteps {
				doctor.Print(s, tt.signs, step)
			}
			if diff := cmp.Diff(tt.want, out.String()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestReport(t *testing.T) {
	t.Parallel()
	r := doctor.Report{Source: "kyc", Steps: someSteps}
	if got := r.Warnings(); got != 1 {
		t.Errorf("%d warnings, want 1", got)
	}
	if err := r.Err(); err == nil || err.Error() != "step ledger failed" {
		t.Errorf("Err = %v", err)
	}
	if err := (doctor.Report{Steps: someSteps[:2]}).Err(); err != nil {
		t.Errorf("Err of what passed with a warning = %v", err)
	}
	got, err := json.Marshal(r)
	want := `{"ok":false,"source":"kyc","steps":[` +
		`{"step":"health","status":"ok","found":"it answers","ms":12.34},` +
		`{"step":"handlers","status":"warning","found":"two lines,\nas here","next":"look at it","ms":0.04},` +
		`{"step":"ledger","status":"failed","found":"no record","next":"first this,\nthen that","ms":60000},` +
		`{"step":"copy","status":"not tried","ms":0}]}`
	if diff := cmp.Diff(want, string(got)); diff != "" || err != nil {
		t.Errorf("%v; JSON (-want +got):\n%s", err, diff)
	}
}
