package source_test

import (
	"strings"
	"testing"

	"webhookintake/shared/source"
)

// Every provider finds its faults and accepts its fields.
func TestProviders(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		fields string // besides the secrets
		want   []string
	}{
		{"contiguity", `"tolerance_s": 600`, nil},
		{"contiguity", `"signed": "body"`, []string{"signed"}},
		{"contiguity-v1", `"provider": "contiguity-v1"`, nil},
		{"contiguity-v1", `"tolerance_s": 600`, []string{"tolerance_s"}},
		{"kyc", `"signed": "either"`, nil},
		{"kyc", `"signed": "s3cr3t", "tolerance_s": 1`, []string{"tolerance_s", "signed"}},
		{"compliancely", `"product": "tin_match", "header": "X-Signature", "key": ["/id"]`, nil},
		{"compliancely", `"key": ["s3cr3t"], "signed": "body"`, []string{"signed", "key"}},
		{"standard", `"tolerance_s": 600`, nil},
		{"standard", `"header": "s3cr3t", "tolerance_s": -1`, []string{"tolerance_s", "header"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			doc := `{"` + tt.name + `": {"secrets": ["YWFh"], ` + tt.fields + `}}`
			_, err := source.Parse([]byte(doc), source.ParseOptions{})
			if (err != nil) != (len(tt.want) > 0) {
				t.Fatalf("Parse = %v, want faults in %v", err, tt.want)
			}
			for _, field := range tt.want {
				if path := "sources." + tt.name + "." + field; !strings.Contains(err.Error(), path) {
					t.Errorf("Parse = %v, want %s named", err, path)
				}
			}
			if strings.Contains(errorText(err), "s3cr3t") {
				t.Errorf("a value shows: %v", err)
			}
		})
	}
}
