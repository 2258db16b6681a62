package endtoend

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
	"time"

	"webhookintake/shared/provider/compliancely"
	"webhookintake/shared/provider/contiguity"
	"webhookintake/shared/provider/kyc"
	"webhookintake/shared/webhook"
)

// sources is the sources document of the ingest function.
const sources = `{
	"contiguity":   {"secrets": ["whsec_end_to_end"]},
	"kyc":          {"secrets": ["kyc_end_to_end"]},
	"compliancely": {"secrets": ["cpl_end_to_end"]}
}`

// A delivery is a webhook that can be sent repeatedly.
type delivery struct {
	source  string
	request webhook.Request
}

// contiguityEvent returns an event of Contiguity with that type and text.
func contiguityEvent(typ, id, text string) delivery {
	return signed(contiguity.Provider{}, "whsec_end_to_end", id, map[string]any{
		"id": id, "type": typ, "timestamp": time.Now().Unix(), "api_version": "v2025.9.7",
		"data": map[string]any{"from": "+15005550001", "to": "+15005550002", "body": text, "timestamp": time.Now().Unix()},
	})
}

// kycEvent returns the event of an approved session.
func kycEvent(id string) delivery {
	return signed(kyc.Provider{}, "kyc_end_to_end", id, map[string]any{
		"id": id, "type": "kyc.session.approved", "created": time.Now().Unix(),
		"data": map[string]any{"session_id": "s-" + id, "status": "APPROVED"},
	})
}

// compliancelyEvent returns the event of a TIN match.
func compliancelyEvent(n int) delivery {
	return signed(compliancely.Provider{}, "cpl_end_to_end", "", map[string]any{
		"id": n, "name": "Demo Bakery", "tin": "000000000", "status": "TIN Matched", "irs_code": 0,
	})
}

func signed(p webhook.Provider, secret, id string, body map[string]any) delivery {
	raw, err := json.Marshal(body)
	if err != nil {
		panic(err)
	}
	s := webhook.Settings{Secrets: []webhook.Secret{webhook.NewSecret(secret)}}
	return delivery{p.Name(), p.Sign(s, id, raw, time.Now())}
}

// mixed returns n events of all three providers, each with an effect.
func mixed(n int) []delivery {
	ds := make([]delivery, n)
	for i := range ds {
		switch i % 3 {
		case 0:
			ds[i] = contiguityEvent("text.incoming.mms", fmt.Sprintf("evt_c%05d", i), "hello")
		case 1:
			ds[i] = kycEvent(fmt.Sprintf("evt_k%05d", i))
		case 2:
			ds[i] = compliancelyEvent(i)
		}
	}
	return ds
}

// post sends the delivery as its provider does, and returns the status.
func (d delivery) post(t *testing.T, api string) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, api+"/hooks/"+d.source, bytes.NewReader(d.request.Body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header = d.request.Header.Clone()
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Error(err)
		return 0
	}
	_ = res.Body.Close() // it is not needed
	return res.StatusCode
}
