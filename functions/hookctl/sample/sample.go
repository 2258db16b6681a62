package sample

import (
	"bytes"
	"cmp"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"webhookintake/shared/source"
	"webhookintake/shared/webhook"
)

// bodies are what the providers would post, laid out for readers: <provider>.<type>.json.
//
//go:embed bodies
var bodies embed.FS

// Time is when the events of all samples happened: 2026-09-21, 14:13:20 UTC.
func Time() time.Time { return time.Unix(1790000000, 0).UTC() }

// A Sample is one webhook of one type.
type Sample struct {
	Name     string // <provider>.<type>, as "contiguity.text.incoming.sms"
	Provider webhook.Provider
	Type     string
	Body     []byte // as it is posted: JSON without spaces
}

// Names lists all samples by name, in alphabetical order.
func Names() []string {
	files, err := fs.Glob(bodies, "bodies/*.json")
	if err != nil {
		panic(err) // only for a malformed pattern
	}
	for i, file := range files {
		files[i] = strings.TrimSuffix(path.Base(file), ".json")
	}
	return files
}

// All gives the samples in the order of [Types]. Those of events without a Go type come
// after the others of their provider.
func All() []Sample {
	var typed, providers []string
	for _, t := range Types() {
		typed = append(typed, NameOf(t))
		providers = append(providers, t.Provider)
	}
	var all []Sample
	for _, name := range Names() {
		all = append(all, read(name))
	}
	place := func(list []string, name string) int {
		if i := slices.Index(list, name); i >= 0 {
			return i
		}
		return len(list)
	}
	slices.SortStableFunc(all, func(a, b Sample) int {
		return cmp.Or(
			cmp.Compare(place(providers, a.Provider.Name()), place(providers, b.Provider.Name())),
			cmp.Compare(place(typed, a.Name), place(typed, b.Name)),
		)
	})
	return all
}

// Find gives the sample of that name, or of the event type of that name. Its error
// lists names that are like it, one a line.
func Find(name string) (Sample, error) {
	all := All()
	i := slices.IndexFunc(all, func(s Sample) bool { return s.Name == name })
	if i < 0 {
		i = slices.IndexFunc(all, func(s Sample) bool { return s.Type == name })
	}
	if i < 0 {
		return Sample{}, fmt.Errorf("no sample %q; there is:\n  %s", name, strings.Join(like(name), "\n  "))
	}
	return all[i], nil
}

// like lists the names that have name in them, or else all.
func like(name string) []string {
	names := Names()
	some := slices.DeleteFunc(slices.Clone(names), func(n string) bool {
		return name == "" || !strings.Contains(n, strings.ToLower(name))
	})
	if len(some) == 0 {
		return names
	}
	return some
}

// read gives an embedded sample. It panics where the file is no JSON or names no
// provider, which the tests would have found.
func read(name string) Sample {
	text, err := bodies.ReadFile("bodies/" + name + ".json")
	if err != nil {
		panic(err)
	}
	var body bytes.Buffer
	if err := json.Compact(&body, text); err != nil {
		panic(fmt.Sprintf("sample %s: %v", name, err))
	}
	providerName, eventType, _ := strings.Cut(name, ".")
	p, err := Provider(providerName)
	if err != nil {
		panic(fmt.Sprintf("sample %s: %v", name, err))
	}
	return Sample{Name: name, Provider: p, Type: eventType, Body: body.Bytes()}
}

// Provider gives the provider of that name. Its error lists the names that there are.
func Provider(name string) (webhook.Provider, error) {
	var names []string
	for _, p := range source.Providers() {
		if p.Name() == name {
			return p, nil
		}
		names = append(names, p.Name())
	}
	return nil, fmt.Errorf("no provider %q; there is %s", name, strings.Join(names, ", "))
}
