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

// sources is the document that the ingest function has.
const sources = `{
	"contiguity":   {"secrets": ["whsec_end_to_end"]},
	"kyc":          {"secrets": ["kyc_end_to_end"]},
	"compliancely": {"secrets": ["cpl_end_to_end"]}
}`

// A delivery is a webhook that can be sent, again and again.
type delivery struct {
	source  string
	request webhook.Request
}

// contiguityEvent is an event of Contiguity's of the type, with the text.
func contiguityEvent(typ, id, text string) delivery {
	return signed(contiguity.Provider{}, "whsec_end_to_end", id, map[string]any{
		"id": id, "type": typ, "timestamp": time.Now().Unix(), "api_version": "v2025.9.7",
		"data": map[string]any{"from": "+15005550001", "to": "+15005550002", "body": text, "timestamp": time.Now().Unix()},
	})
}

// kycEvent is an approved session.
func kycEvent(id string) delivery {
	return signed(kyc.Provider{}, "kyc_end_to_end", id, map[string]any{
		"id": id, "type": "kyc.session.approved", "created": time.Now().Unix(),
		"data": map[string]any{"session_id": "s-" + id, "status": "APPROVED"},
	})
}

// compliancelyEvent is a TIN check's result.
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

// mixed are n events of all three providers, each with an effect.
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

// post sends the delivery, as its provider does, and gives the status.
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
	_ = res.Body.Close() // nothing of it is needed
	return res.StatusCode
}
