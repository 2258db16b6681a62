package cli

import (
	"bytes"
	"testing"

	"github.com/aws/smithy-go/logging"
)

// TestSDKWarnings wants what the SDK warns of on Err, and escaped.
func TestSDKWarnings(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	e := NewEnv(nil, nil, &out, noEnv)
	settings, err := e.AWS(t.Context(), "us-east-1", "")
	if err != nil {
		t.Fatal(err)
	}
	settings.Logger.Logf(logging.Warn, "evil \x1b[2J")
	if got := out.Bytes(); !bytes.HasSuffix(got, []byte(`WARN evil \u001b[2J`+"\n")) {
		t.Errorf("logged %q", got)
	}
	out.Reset()
	settings.Logger.Logf(logging.Warn, "falling back to IMDSv1: %v", t.Context())
	if out.Len() > 0 {
		t.Errorf("logged %q of a machine that is no EC2 instance", out.Bytes())
	}
}
