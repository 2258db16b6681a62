package providertest

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"

	"webhookintake/shared/webhook"
)

func toyCase(fault string) Case {
	return Case{
		Provider: toy{fault}, Name: "toy", Header: "Toy-Signature", Uses: []string{webhook.FieldTolerance},
		Body:    []byte(`{"id":"evt_1","type":"t.a","data":{"text":"private"}}`),
		Want:    webhook.Envelope{ID: "evt_1", Type: "t.a", Data: json.RawMessage(`{"text":"private"}`)},
		IDField: "id", TypeField: "type",
	}
}

func TestSoundProviderPasses(t *testing.T) {
	t.Parallel()
	Run(t, toyCase(""))
}

// faults are those of toy, each with the name of the check that must find it.
func faults() map[string]string {
	return map[string]string{
		"names no header":            "HeaderNames",
		"names another case":         "HeaderNames",
		"gives its own time":         "Right",
		"forgives a space":           "ChangedByte",
		"wears out":                  "Concurrent",
		"any signature":              "OtherSecret",
		"first secret only":          "PreviousSecret",
		"forgets which secret":       "PreviousSecret",
		"forgives a lost space":      "SignatureOfAnotherBody",
		"trims the body":             "ChangedByte",
		"repairs the body":           "Base64Transport",
		"limits the body":            "Large",
		"changes the request":        "RequestUnchanged",
		"quotes the body":            "OtherSecret",
		"absent is malformed":        "Absent",
		"malformed is mismatch":      "Malformed",
		"compares a prefix":          "Truncated",
		"first signature only":       "TwoLines",
		"nine signatures only":       "TenSignatures",
		"tries all signatures":       "TenSignatures",
		"any JSON is an object":      "NotAnObject",
		"returns half an envelope":   "NotAnObject",
		"parses first":               "VerifiedFirst",
		"opens other data":           "Open",
		"takes any id":               "ID",
		"takes any type":             "Type",
		"reads names in any case":    "ID",
		"has another name":           "Name",
		"takes a negative tolerance": "NegativeTolerance",
		"takes no secret":            "NoSecret",
		"takes any field":            "UnusedFields",
		"tells the first fault only": "AllFaults",
		"settings not copied":        "Bound",
		"prints its secret":          "Printing",
		"takes no signing secret":    "SignWithoutSecret",
	}
}

func TestFaultsAreFound(t *testing.T) {
	t.Parallel()
	for fault, finder := range faults() {
		t.Run(fault, func(t *testing.T) {
			t.Parallel()
			c := toyCase(fault)
			for _, check := range checks(c) {
				if check.name == finder && check.holds(c) != nil {
					return
				}
			}
			t.Errorf("%s does not find it", finder)
		})
	}
}

// A check that finds no fault checks nothing.
func TestEveryCheckFindsAFault(t *testing.T) {
	t.Parallel()
	finders := slices.Collect(maps.Values(faults()))
	for _, check := range checks(toyCase("")) {
		if !slices.Contains(finders, check.name) || check.promise == "" {
			t.Errorf("check %s has no fault to find, or no promise", check.name)
		}
	}
}
