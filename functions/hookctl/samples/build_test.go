package samples_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"webhookintake/functions/hookctl/dialect"
	"webhookintake/functions/hookctl/samples"
	"webhookintake/shared/lambdasqs"
	"webhookintake/shared/source"
)

// sampleSettings are those of handlers.
var sampleSettings = map[string]string{"SHOP_URL": "https://sample-only.example"}

func build(t *testing.T) map[string][]byte {
	t.Helper()
	files, err := samples.Build(t.Context(), sampleSettings)
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// parse reads a file, and refuses fields that the types of package events do not have.
func parse(t *testing.T, file []byte, into any) {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(file))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		t.Fatal(err)
	}
}

func TestEverySampleHasItsFiles(t *testing.T) {
	t.Parallel()
	want := []string{
		"env.json", "http/wrong-signature.json", "http/unknown-source.json", "http/duplicate.json",
		"sqs/duplicate.json", "sqs/bad-record.json",
	}
	for _, s := range dialect.Samples() {
		want = append(want, "http/"+s.Name+".json", "sqs/"+s.Name+".json")
	}
	slices.Sort(want)
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(build(t)))); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}

// TestRecordsCarryTheWholeMessage compares each record with the body of its HTTP event.
func TestRecordsCarryTheWholeMessage(t *testing.T) {
	t.Parallel()
	files := build(t)
	for _, s := range dialect.Samples() {
		var e events.SQSEvent
		parse(t, files["sqs/"+s.Name+".json"], &e)
		m := lambdasqs.Messages(e)[0]
		if m.Unreadable != nil {
			t.Errorf("%s: unreadable: %v", s.Name, m.Unreadable)
		}
		if string(m.Raw) != string(s.Body) || m.Type != s.Type || m.Source != s.Provider.Name() {
			t.Errorf("%s: message is %v, want the sample's", s.Name, m.Event)
		}
		if m.Wire.Receives != 1 || !m.Wire.Sent.IsZero() {
			t.Errorf("%s: receives %d, sent %v; want the first receive, and no sent time, which would make it too old one day", s.Name, m.Wire.Receives, m.Wire.Sent)
		}
	}
}

// TestDuplicateIsSignedAgain compares the duplicate with the first delivery: it has the same
// body, and another signature.
func TestDuplicateIsSignedAgain(t *testing.T) {
	t.Parallel()
	files := build(t)
	var first, again events.APIGatewayV2HTTPRequest
	parse(t, files["http/contiguity.text.incoming.sms.json"], &first)
	parse(t, files["http/duplicate.json"], &again)
	if first.Body != again.Body {
		t.Error("the bodies differ, so they are two events")
	}
	if name := "contiguity-signature"; first.Headers[name] == again.Headers[name] {
		t.Error("the signatures are the same")
	}
	if first.RequestContext.RequestID == again.RequestContext.RequestID {
		t.Error("it is the same request")
	}
}

func TestEnvironment(t *testing.T) {
	t.Parallel()
	var env map[string]map[string]string
	parse(t, build(t)["env.json"], &env)
	set, err := source.Parse([]byte(env["Ingest"]["SOURCES"]), source.ParseOptions{AllowSample: true})
	if err != nil {
		t.Fatal(err)
	}
	if tolerance := set["contiguity"].Settings.ToleranceS; tolerance == nil || *tolerance != 0 {
		t.Error("the contiguity source checks the signed time, so the samples would be refused")
	}
	for function, names := range map[string][]string{
		"Ingest":  {"QUEUE_URL"},
		"Process": {"QUEUE_URL", "DLQ_URL", "TABLE_NAME"},
	} {
		for _, name := range names {
			if got := env[function][name]; got != "memory:" {
				t.Errorf("%s of %s is %q, want the embedded one", name, function, got)
			}
		}
	}
	for function, name := range map[string]string{"Ingest": "SOURCES_SECRET_ARN", "Process": "HANDLERS_SECRET_ARN"} {
		if got, ok := env[function][name]; !ok || got != "" {
			t.Errorf("%s of %s is %q, %v; want it empty, or the function would ask AWS", name, function, got, ok)
		}
	}
	var settings map[string]string
	parse(t, []byte(env["Process"]["HANDLERS"]), &settings)
	if diff := cmp.Diff(sampleSettings, settings); diff != "" {
		t.Errorf("HANDLERS (-want +got):\n%s", diff)
	}
}
