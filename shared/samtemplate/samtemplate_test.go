package samtemplate_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"webhookintake/shared/samtemplate"
)

const text = `
Parameters:
  Days: {Type: Number, Default: 30}
  Stage: {Type: String}
Mappings:
  Queue: {Times: {Visibility: 360}}
Resources:
  One: {Type: "AWS::SQS::Queue", Properties: {Days: !Ref Days, Visibility: !FindInMap [Queue, Times, Visibility]}}
  Other: {Type: "AWS::SNS::Topic", Properties: {Stage: !Ref Stage, Tags: [a, b]}}
  Two: {Type: "AWS::SQS::Queue"}
`

func read(t *testing.T, text string) (samtemplate.Template, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "template.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return samtemplate.Read(path)
}

func TestValue(t *testing.T) {
	t.Parallel()
	x, err := read(t, text)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ name, path, want, err string }{
		{"scalar", "Resources.One.Type", "AWS::SQS::Queue", ""},
		{"default of a parameter", "Resources.One.Properties.Days", "30", ""},
		{"of a mapping", "Resources.One.Properties.Visibility", "360", ""},
		{"in a list", "Resources.Other.Properties.Tags.1", "b", ""},
		{"behind the end of a list", "Resources.Other.Properties.Tags.2", "", ""},
		{"absent", "Resources.Three.Type", "", ""},
		{"below a scalar", "Resources.One.Type.More", "", ""},
		{"list", "Resources.Other.Properties.Tags", "", "not a single value"},
		{"parameter without a default", "Resources.Other.Properties.Stage", "", "no Parameters.Stage.Default"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := x.Value(x.At(strings.Split(tt.path, ".")...))
			if got != tt.want || (err != nil) != (tt.err != "") || err != nil && !strings.Contains(err.Error(), tt.err) {
				t.Errorf("%s = %q, %v; want %q, %q", tt.path, got, err, tt.want, tt.err)
			}
		})
	}
}

func TestResources(t *testing.T) {
	t.Parallel()
	x, err := read(t, text)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for name := range x.Resources("AWS::SQS::Queue") {
		names = append(names, name)
	}
	if got := strings.Join(names, " "); got != "One Two" {
		t.Errorf("queues: %s", got)
	}
}

func TestReadRefuses(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{"empty": "", "no YAML": "a: [b"} {
		if _, err := read(t, text); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := samtemplate.Read(filepath.Join(t.TempDir(), "none.yaml")); err == nil {
		t.Error("no file: no error")
	}
}
