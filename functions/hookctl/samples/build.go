package samples

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"webhookintake/functions/hookctl/dialect"
	"webhookintake/shared/queue"
)

// redelivery is the time between the first delivery and the duplicate.
const redelivery = time.Minute

// Build returns all files by their path within the folder, with slashes. Settings are the
// sample settings of handlers, by name.
func Build(ctx context.Context, settings map[string]string) (map[string][]byte, error) {
	b := builder{files: map[string][]byte{}}
	b.add("env.json", environment(settings))
	wires := map[string]queue.Wire{}
	for i, s := range dialect.Samples() {
		request := samplePost(s, dialect.Time(), i+1).event()
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

// The samples that the special cases are made from.
const (
	text    = "contiguity.text.incoming.sms"
	session = "kyc.kyc.session.approved"
)

// addCases adds the special cases. Their numbers follow those of the samples.
func (b *builder) addCases(wires map[string]queue.Wire) error {
	s, err := dialect.Find(text)
	if err != nil {
		return err
	}
	number := len(wires) + 1

	wrong := samplePost(s, dialect.Time(), number)
	src := dialect.Sources()[s.Provider.Name()]
	wrong.request = dialect.SignWrong(src.Provider, src.Settings, s.Body, dialect.Time())
	b.add("http/wrong-signature.json", wrong.event())

	unknown := samplePost(s, dialect.Time(), number+1)
	unknown.source = "nobody"
	b.add("http/unknown-source.json", unknown.event())

	b.add("http/duplicate.json", samplePost(s, dialect.Time().Add(redelivery), number+2).event())
	b.add("sqs/duplicate.json", batch(record(wires[text], number), record(wires[text], number+1)))
	b.add("sqs/bad-record.json", batch(
		record(wires[text], number+2),
		record(queue.Wire{Body: "sent by hand, without attributes"}, number+3),
		record(wires[session], number+4),
	))
	return nil
}

// environment returns what sam local gives the functions instead of the template's values.
// The variables that name secrets are empty, because the sample values are in it.
func environment(settings map[string]string) map[string]map[string]string {
	const memory = "memory:"
	var sources bytes.Buffer
	_ = json.Compact(&sources, []byte(dialect.SourcesDocument())) // dialect.Sources would panic first
	handlers, _ := json.Marshal(settings)                         // of strings, so it cannot fail
	return map[string]map[string]string{
		"Ingest": {
			"SOURCES":            sources.String(),
			"SOURCES_SECRET_ARN": "",
			"QUEUE_URL":          memory,
			"VAULT_BUCKET":       "",
			"SPILL":              "", // both need the bucket
			"QUARANTINE":         "",
		},
		"Process": {
			"QUEUE_URL":           memory,
			"DLQ_URL":             memory,
			"TABLE_NAME":          memory,
			"HANDLERS_SECRET_ARN": "",
			"VAULT_BUCKET":        "",
			"HANDLERS":            string(handlers),
		},
		"UpkeepFunction": {
			"QUEUE_URL":           memory,
			"TABLE_NAME":          memory,
			"SOURCES_SECRET_ARN":  "",
			"HANDLERS_SECRET_ARN": "",
			"VAULT_BUCKET":        "",
			"PROBE_URL":           "", // of the stack
			"DIGEST_TOPIC_ARN":    "",
			"HANDLERS":            string(handlers),
		},
	}
}

type builder struct {
	files map[string][]byte
	err   error // the first
}

// add adds a file with v.
func (b *builder) add(name string, v any) {
	text, err := encode(v)
	if err != nil && b.err == nil {
		b.err = fmt.Errorf("write %s: %w", name, err)
	}
	b.files[name] = text
}

// encode returns v as indented JSON, without the escapes that only HTML needs.
func encode(v any) ([]byte, error) {
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(v)
	return text.Bytes(), err
}
