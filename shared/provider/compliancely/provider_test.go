package compliancely_test

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"webhookintake/shared/provider/compliancely"
	"webhookintake/shared/provider/providertest"
	"webhookintake/shared/webhook"
)

const tin = `{"id":70001,"name":"Demo Bakery","tin":"000000000","status":"TIN Matched","irs_code":0}`

func hash(text string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(text))) }

func suite() providertest.Case {
	return providertest.Case{
		Provider: compliancely.Provider{},
		Name:     "compliancely",
		Uses:     []string{webhook.FieldProduct, webhook.FieldHeader, webhook.FieldKey, webhook.FieldWindow, webhook.FieldURLs},
		Header:   "Compliancely-Signature",
		Body:     []byte(tin),
		Want:     webhook.Envelope{ID: "sha256:" + hash(tin), Identity: webhook.BodyHash, Type: "tin_match", Data: json.RawMessage(tin)},
	}
}

func TestProvider(t *testing.T) {
	t.Parallel()
	set := suite()
	set.Header = "X-Compliancely-Signature"
	set.Settings = webhook.Settings{Product: "transcript", Header: "x-compliancely-signature", Key: []string{"/id", "/status"},
		DedupWindowS: new(int64(86400)), URLSecrets: []webhook.Secret{webhook.NewSecret("url-secret-0123")}}
	set.Want.Type = "transcript"
	set.Want.Identity = webhook.KeyHash
	set.Want.ID = "key:" + hash(`["transcript",70001,"TIN Matched"]`)
	wrapped := suite()
	wrapped.Body = []byte(`{"success_message":"ok","data":` + tin + `,"success":true}`)
	wrapped.Want.ID = "sha256:" + hash(string(wrapped.Body))
	for name, c := range map[string]providertest.Case{"default": suite(), "all set": set, "wrapped": wrapped} {
		t.Run(name, func(t *testing.T) { t.Parallel(); providertest.Run(t, c) })
	}
}

func TestConfigureFaults(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name     string
		settings webhook.Settings
		want     []string
	}{
		{"unknown product", webhook.Settings{Product: "tin"}, []string{"product"}},
		{"product in other case", webhook.Settings{Product: "TIN_MATCH"}, []string{"product"}},
		{"unknown is no product", webhook.Settings{Product: "unknown"}, []string{"product"}},
		{"header with space", webhook.Settings{Header: "X Signature"}, []string{"header"}},
		{"header with colon", webhook.Settings{Header: "X-Signature:"}, []string{"header"}},
		{"header with line break", webhook.Settings{Header: "X\r\nY"}, []string{"header"}},
		{"header not ASCII", webhook.Settings{Header: "X-é"}, []string{"header"}},
		{"key without pointers", webhook.Settings{Key: []string{}}, []string{"key"}},
		{"pointers at fault", webhook.Settings{Key: []string{"/id", "status", "/a~", "/a~2b", "/~~01"}},
			[]string{"key[1]", "key[2]", "key[3]", "key[4]"}},
		{"all at once", webhook.Settings{Product: "x", Header: "y z", Key: []string{"z"}, Signed: "body"},
			[]string{"signed", "product", "header", "key[0]"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.settings.Secrets = []webhook.Secret{webhook.NewSecret("s")}
			v, err := compliancely.Provider{}.Configure(tt.settings)
			if v != nil || err == nil {
				t.Fatal("configured")
			}
			for i, line := range strings.Split(err.Error(), "\n") {
				if i >= len(tt.want) || !strings.HasPrefix(line, tt.want[i]+": ") {
					t.Errorf("fault %d is %q, want them in %v", i, line, tt.want)
				}
			}
			if got := strings.Count(err.Error(), "\n") + 1; got != len(tt.want) {
				t.Errorf("%d faults, want %d", got, len(tt.want))
			}
			if _, ok := errors.AsType[*webhook.FieldError](err); !ok {
				t.Errorf("no FieldError: %v", err)
			}
		})
	}
}

func TestOpenTellsTypeAndUnwraps(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, body, wantType, wantData string }{
		{"TIN match", `{"id":1,"irs_code":3,"tin":"x"}`, "tin_match", ""},
		{"TIN match, pending", `{"id":1,"irs_code":null,"tin":"x"}`, "tin_match", ""},
		{"transcript", `{"id":1,"consent":{},"tin":"x"}`, "transcript", ""},
		{"Secretary of State", `{"id":1,"states":"DE"}`, "sos", ""},
		{"bulk", `{"id":1,"input_file_url":"u"}`, "bulk_tin", ""},
		{"tax exempt", `{"id":1,"tin":"x"}`, "tax_exempt", ""},
		{"no known shape", `{"id":1}`, "unknown", ""},
		{"empty", `{}`, "unknown", ""},
		{"names are exact", `{"id":1,"IRS_CODE":3}`, "unknown", ""},
		{"wrapped", `{"success_message":"m","data":{"id":1,"tin":"x"},"success":true}`, "tax_exempt", `{"id":1,"tin":"x"}`},
		{"wrapped without id", `{"data":{"states":"DE"}}`, "sos", `{"states":"DE"}`},
		{"bare with a data field", `{"id":1,"tin":"x","data":{"id":2,"irs_code":1}}`, "tax_exempt", ""},
		{"error with null data", `{"errors":[],"data":null,"success":false}`, "unknown", ""},
		{"data of another shape", `{"data":[1]}`, "unknown", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := compliancely.Provider{}.Open([]byte(tt.body))
			if err != nil {
				t.Fatal(err)
			}
			if tt.wantData == "" {
				tt.wantData = tt.body
			}
			if got.Type != tt.wantType || string(got.Data) != tt.wantData || got.ID != "sha256:"+hash(tt.body) {
				t.Errorf("Open = %s %s %s, want type %s, data %s and the hash of the body",
					got.ID, got.Type, got.Data, tt.wantType, tt.wantData)
			}
		})
	}
}
