package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"webhookintake/shared/hook"
)

// documented returns the fields of README.md's table of an object's JSON, with their types.
func documented(t *testing.T, object string) map[string]string {
	t.Helper()
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(text), "| field of "+object+" ")
	table, _, _ = strings.Cut(table, "\n\n")
	fields := map[string]string{}
	for _, row := range regexp.MustCompile("(?m)^\\| (`.+`) \\| (\\w+)").FindAllStringSubmatch(table, -1) {
		for name := range strings.SplitSeq(row[1], ", ") {
			fields[strings.Trim(name, "`")] = row[2]
		}
	}
	if len(fields) == 0 {
		t.Fatalf("README.md has no table of the fields of %s", object)
	}
	return fields
}

// typeOf returns the type of a JSON value, as README.md calls it.
func typeOf(value any) string {
	switch value := value.(type) {
	case string:
		if _, err := time.Parse(time.RFC3339, value); err == nil {
			return "time"
		}
		return "text"
	case json.Number:
		return "number"
	case bool:
		return "bool"
	case []any:
		return "list"
	}
	return "object"
}

// TestJSONFields runs every command that prints events or letters as JSON, and compares the
// fields of each line with those that README.md lists: no other, of that type, and each of
// them in some line.
func TestJSONFields(t *testing.T) {
	t.Parallel()
	l := startLocal(t)
	there := startLocal(t)
	fields := map[string]map[string]string{"an event": documented(t, "an event"), "a letter": documented(t, "a letter")}
	seen := map[string]map[string]bool{"an event": {}, "a letter": {}}
	compare := func(object, args string) {
		l.Helper()
		out, err := l.do(strings.Fields(args)...)
		lines := 0
		for line := range strings.Lines(out) {
			if !strings.HasPrefix(line, "{") {
				continue // of standard error
			}
			lines++
			var got map[string]any
			d := json.NewDecoder(strings.NewReader(line))
			d.UseNumber()
			if err := d.Decode(&got); err != nil {
				t.Errorf("%s: %v in %s", args, err, line)
			}
			for name, value := range got {
				want, is := fields[object][name], typeOf(value)
				if want != is && (want != "text" || is != "time") { // a text may look like a time
					t.Errorf("%s: %s of %s is a %s, and README.md says %q", args, name, object, is, want)
				}
				seen[object][name] = true
			}
			for name, other := range map[string]string{"record": "an event", "letters": "a letter"} {
				for _, one := range objects(got[name]) {
					for name := range one {
						if fields[other][name] == "" {
							t.Errorf("%s: README.md does not list %s of %s", args, name, other)
						}
					}
				}
			}
		}
		if lines == 0 {
			t.Errorf("%s: %v, and no line of JSON:\n%s", args, err, out)
		}
	}
	l.setBroken(hook.RetryAfter(time.Hour, errors.New("closed")))
	for n := range 3 {
		l.wants(fmt.Sprintf("send text.incoming.sms --id evt_%d --to %s", n, l.url), "200")
	}
	l.until("all wait", func() bool {
		out, _ := l.do("events", "list")
		return strings.Contains(out, "3 open events")
	})
	for _, args := range []string{
		"events list --state open", "events list --all", "events find --contains text.incoming", "events show contiguity evt_1 --payload",
		"events retry contiguity evt_1 --dry-run", "events replay contiguity evt_1 --dry-run", "events cancel contiguity evt_2 --yes",
		"events pull contiguity evt_1 --dry-run --to " + there.url, "events erase contiguity evt_2 --dry-run",
	} {
		compare("an event", args+" --json")
	}
	compare("an event", "events export --bodies")
	l.setBroken(hook.Permanent(errors.New("no such number")))
	compare("an event", "events retry contiguity evt_0 evt_1 --yes --json")
	l.until("both are dead", func() bool { out, _ := l.do("dead", "list"); return strings.Contains(out, "2 dead letters") })
	compare("an event", "events show contiguity evt_1 --json")
	for _, args := range []string{"dead list", "dead show evt_1 --payload", "dead redrive --all --dry-run", "dead drop --all --dry-run", "dead drop evt_0 --yes", "dead redrive evt_1 --yes"} {
		compare("a letter", args+" --json")
	}
	compare("an event", "events erase contiguity evt_0 --yes --json")

	// What no event of this test has: an at-most-once handler that began, a second letter, a
	// body that is not text, a lease.
	rare := []string{"warning", "folded", "unreadable", "payload_base64", "kept_payload", "kept_payload_base64", "lease", "problem"}
	for object, names := range fields {
		for _, name := range slices.Sorted(maps.Keys(names)) {
			if !seen[object][name] && !slices.Contains(rare, name) {
				t.Errorf("no command showed %s of %s, which README.md lists", name, object)
			}
		}
	}
}

// objects returns the objects that a value is or holds.
func objects(value any) (all []map[string]any) {
	switch value := value.(type) {
	case map[string]any:
		return []map[string]any{value}
	case []any:
		for _, one := range value {
			all = append(all, objects(one)...)
		}
	}
	return all
}
