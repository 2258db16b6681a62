package sources_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"webhookintake/functions/hookctl/operate/sources"
	"webhookintake/shared/webhook"
)

func TestMask(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":             "••••",
		"elevenchars":  "••••",
		"twelve-chars": "••••hars",
		"äöüßéäöüßéäö": "••••ßéäö", // characters and not bytes
		"äöüßéäöü":     "••••",     // 16 bytes, 8 characters
	} {
		if got := sources.Mask(secret(text)); got != want {
			t.Errorf("Mask of %q = %q, want %q", text, got, want)
		}
	}
}

func TestRows(t *testing.T) {
	t.Parallel()
	d := read(t, `{
		"kyc": {"secrets": ["short"], "signed": "body"},
		"tins": {"provider": "compliancely", "secrets": ["compliancely-1111", "compliancely-2222"], "key": ["/id", "/status"], "product": "tin_match"},
		"contiguity": {"secrets": ["whsec_000000003333"], "tolerance_s": 600}
	}`)
	want := []sources.Row{
		{Name: "kyc", Provider: "kyc", Secrets: []string{"••••"}, Settings: map[string]json.RawMessage{"signed": json.RawMessage(`"body"`)}},
		{Name: "tins", Provider: "compliancely", Secrets: []string{"••••1111", "••••2222"},
			Settings: map[string]json.RawMessage{"key": json.RawMessage(`["/id", "/status"]`), "product": json.RawMessage(`"tin_match"`)}},
		{Name: "contiguity", Provider: "contiguity", Secrets: []string{"••••3333"}, Settings: map[string]json.RawMessage{"tolerance_s": json.RawMessage("600")}},
	}
	got := d.Rows()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	var settings []string
	for _, r := range got {
		settings = append(settings, r.SettingsText())
	}
	if diff := cmp.Diff([]string{"signed=body", `product=tin_match key=["/id","/status"]`, "tolerance_s=600"}, settings); diff != "" {
		t.Errorf("settings (-want +got):\n%s", diff)
	}
}

func TestChangesShown(t *testing.T) {
	t.Parallel()
	const before = `{
		"kyc": {"secrets": ["kyc-secret-00001111"]},
		"contiguity": {"secrets": ["whsec_000000003333", "whsec_000000004444", "tiny-one"], "tolerance_s": 600}
	}`
	must := func(d sources.Document, err error) sources.Document {
		if err != nil {
			t.Error(err)
		}
		return d
	}
	for _, tt := range []struct {
		name, before, source string
		change               func(sources.Document) sources.Document
		want                 []string
	}{
		{"rotated", before, "contiguity", func(d sources.Document) sources.Document {
			return must(d.Rotate("contiguity", secret("whsec_000000005555")))
		}, []string{
			"contiguity is changed",
			"  secrets[0]   ••••5555  new", "  secrets[1]   ••••3333  was secrets[0]",
			"  dropped      ••••4444  was secrets[1]", "  dropped      ••••  was secrets[2]",
		}},
		{"finished", before, "contiguity", func(d sources.Document) sources.Document { return must(d.Finish("contiguity")) }, []string{
			"contiguity is changed",
			"  secrets[0]   ••••3333  stays", "  dropped      ••••4444  was secrets[1]", "  dropped      ••••  was secrets[2]",
		}},
		{"new", before, "eu", func(d sources.Document) sources.Document {
			return must(d.Set("eu", sources.Edit{Secret: secret("tiny-one"), Provider: new("kyc"), Settings: set(webhook.FieldSigned, `"body"`)}))
		}, []string{"eu is new, of provider kyc", "  secrets[0]   ••••  new", "  signed       not set -> body"}},
		{"settings", before, "contiguity", func(d sources.Document) sources.Document {
			return must(d.Set("contiguity", sources.Edit{Provider: new("standard"), Settings: []sources.Setting{{Field: webhook.FieldTolerance}}}))
		}, []string{
			"contiguity is changed", "  provider     contiguity -> standard",
			"  secrets[0]   ••••3333  stays", "  secrets[1]   ••••4444  stays", "  secrets[2]   ••••  stays",
			"  tolerance_s  600 -> not set",
		}},
		{"removed", before, "kyc", func(d sources.Document) sources.Document { return must(d.Remove("kyc")) }, []string{
			"kyc is removed: its webhooks are then answered with 404 (unknown_source)", "  dropped      ••••1111  was secrets[0]",
		}},
		{"nothing", before, "kyc", func(d sources.Document) sources.Document { return must(d.Finish("kyc")) }, nil},
		// A secret in another field is not shown.
		{"corrected", `{"kyc": {"secrets": [], "signed": "hunter2", "provider": "hunter2"}}`, "kyc", func(d sources.Document) sources.Document {
			return must(d.Set("kyc", sources.Edit{Secret: secret("tiny-one"), Provider: new(""), Settings: set(webhook.FieldSigned, `"body"`)}))
		}, []string{"kyc is changed", "  provider     ? -> kyc", "  secrets[0]   ••••  new", "  signed       ? -> body"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d := read(t, tt.before)
			got := sources.Changes(d, tt.change(d), tt.source)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("changes (-want +got):\n%s", diff)
			}
			if strings.Contains(strings.Join(got, ""), "tiny-one") {
				t.Error("a secret shows")
			}
		})
	}
}
