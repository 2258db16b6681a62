package dialect

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

	"webhookintake/shared/webhook"
)

// bodies holds what the providers would post, indented: <provider>.<type>.json.
//
//go:embed bodies
var bodies embed.FS

// Time returns when the events of all samples occurred: 2026-09-21, 14:13:20 UTC.
func Time() time.Time { return time.Unix(1790000000, 0).UTC() }

// A Sample is one webhook of one type.
type Sample struct {
	Name     string // <provider>.<type>, as "contiguity.text.incoming.sms"
	Provider webhook.Provider
	Type     string
	Body     []byte // as it is posted: JSON without spaces

	dialect Dialect
}

// NameOf returns the name of a type's sample.
func NameOf(t webhook.TypeInfo) string { return t.Provider + "." + t.Name }

// Names lists the names of all samples in alphabetical order.
func Names() []string {
	files, err := fs.Glob(bodies, "bodies/*.json")
	if err != nil {
		panic(err) // only a malformed pattern is an error
	}
	for i, file := range files {
		files[i] = strings.TrimSuffix(path.Base(file), ".json")
	}
	return files
}

// Words lists all that [Find] takes: the types that can be sent, and the names of the samples.
func Words() []string {
	words := slices.Concat(Names(), TypeNames())
	slices.Sort(words)
	return slices.Compact(words)
}

// Samples returns the samples in the order of [All] and [Types]. Within a provider, events
// without a Go type come last.
func Samples() []Sample {
	var typed, providers []string
	for _, d := range All() {
		providers = append(providers, d.Provider.Name())
		for _, t := range d.Types {
			typed = append(typed, NameOf(t))
		}
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

// Find returns the sample with that name or that event type. The error lists names like
// it, one a line.
func Find(name string) (Sample, error) {
	all := Samples()
	i := slices.IndexFunc(all, func(s Sample) bool { return s.Name == name })
	if i < 0 {
		i = slices.IndexFunc(all, func(s Sample) bool { return s.Type == name })
	}
	if i < 0 {
		return Sample{}, fmt.Errorf("no sample %q; there are:\n  %s", name, strings.Join(like(name), "\n  "))
	}
	return all[i], nil
}

// like returns the names that contain name, or all if none does.
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

// read returns an embedded sample. It panics if the file is not JSON or names no provider,
// which the tests would have found.
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
	d, err := Of(providerName)
	if err != nil {
		panic(fmt.Sprintf("sample %s: %v", name, err))
	}
	return Sample{Name: name, Provider: d.Provider, Type: eventType, Body: body.Bytes(), dialect: d}
}
