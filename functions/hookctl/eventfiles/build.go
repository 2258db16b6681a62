package eventfiles

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"webhookintake/functions/hookctl/sample"
	"webhookintake/shared/queue"
)

// redelivery is how long after the first delivery the duplicate comes.
const redelivery = time.Minute

// Build makes all files, by their path within the folder, with slashes.
func Build(ctx context.Context) (map[string][]byte, error) {
	b := builder{files: map[string][]byte{}}
	b.add("env.json", environment())
	wires := map[string]queue.Wire{}
	for i, s := range sample.All() {
		request := samplePost(s, sample.Time(), i+1).event()
		b.add("http/"+s.Name+".json", request)
		wire, err := ingested(ctx, request)
		if err != nil {
			return nil, fmt.Errorf("sample %s: %w", s.Name, err)
		}
		wires[s.Name] = wire
		b.add("sqs/"+s.Name+".json", batch(record(wire, i+1)))
	}
	if err := b.addCases(wires); err != nil {
		return nil, err
	}
	return b.files, b.err
}

// The samples that the cases are made of.
const (
	text    = "contiguity.text.incoming.sms"
	session = "kyc.kyc.session.approved"
)

// addCases adds what is not simply a sample. Their numbers follow those of the samples.
func (b *builder) addCases(wires map[string]queue.Wire) error {
	s, err := sample.Find(text)
	if err != nil {
		return err
	}
	number := len(wires) + 1

	wrong := samplePost(s, sample.Time(), number)
	src := sample.Sources()[s.Provider.Name()]
	wrong.request = sample.SignWrong(src.Provider, src.Settings, s.Body, sample.Time())
	b.add("http/wrong-signature.json", wrong.event())

	unknown := samplePost(s, sample.Time(), number+1)
	unknown.source = "nobody"
	b.add("http/unknown-source.json", unknown.event())

	b.add("http/duplicate.json", samplePost(s, sample.Time().Add(redelivery), number+2).event())
	b.add("sqs/duplicate.json", batch(record(wires[text], number), record(wires[text], number+1)))
	b.add("sqs/bad-record.json", batch(
		record(wires[text], number+2),
		record(queue.Wire{Body: "sent by hand, without attributes"}, number+3),
		record(wires[session], number+4),
	))
	return nil
}

// environment is what sam local gives the functions in place of the template's values.
// Variables of the secrets are emptied: the sample values stand here instead.
func environment() map[string]map[string]string {
	const memory = "memory:"
	var sources bytes.Buffer
	_ = json.Compact(&sources, []byte(sample.SourcesDocument())) // sample.Sources would panic first
	settings, _ := json.Marshal(sample.Settings())               // of strings, so it cannot fail
	return map[string]map[string]string{
		"Ingest": {
			"SOURCES":            sources.String(),
			"SOURCES_SECRET_ARN": "",
			"QUEUE_URL":          memory,
		},
		"Process": {
			"QUEUE_URL":           memory,
			"DLQ_URL":             memory,
			"TABLE_NAME":          memory,
			"HANDLERS_SECRET_ARN": "",
			"HANDLERS":            string(settings),
		},
	}
}

type builder struct {
	files map[string][]byte
	err   error // the first
}

// add writes v as JSON for readers: indented, and without escapes that only HTML needs.
func (b *builder) add(name string, v any) {
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil && b.err == nil {
		b.err = fmt.Errorf("write %s: %w", name, err)
	}
	b.files[name] = text.Bytes()
}
