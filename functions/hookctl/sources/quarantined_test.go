package sources

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"webhookintake/functions/hookctl/cli/clitest"
	"webhookintake/shared/lambdatest"
	"webhookintake/shared/provider/contiguity"
	"webhookintake/shared/vault/memory"
	kept "webhookintake/shared/vault/quarantine"
	"webhookintake/shared/webhook"
)

// TestCheckSaysWhatCanBeReleased: only if the secrets of now would accept it.
func TestCheckSaysWhatCanBeReleased(t *testing.T) {
	t.Parallel()
	for _, right := range []bool{true, false} {
		v := memory.New(memory.Options{Now: func() time.Time { return clitest.Noon }})
		s3 := lambdatest.NewS3(v)
		t.Cleanup(s3.Server.Close)
		secret := clitest.Secret
		if !right {
			secret += "-mistyped"
		}
		f := newFakeAWS(t, fmt.Sprintf(`{"contiguity":{"secrets":[%q]}}`, secret))
		f.bucket = s3.Env()["VAULT_BUCKET"]
		settings := webhook.Settings{Secrets: []webhook.Secret{webhook.NewSecret(clitest.Secret)}}
		r := kept.Request{Source: "contiguity", Code: webhook.ErrSignatureMismatch,
			Request: contiguity.Provider{}.Sign(settings, "", []byte(`{"id":"evt_1","type":"t","data":{}}`), clitest.Noon)}
		data, err := kept.Encode(r)
		if err != nil {
			t.Fatal(err)
		}
		if err := v.Put(t.Context(), kept.NewKey(kept.Entry{At: r.At, Source: r.Source, Code: r.Code}), data); err != nil {
			t.Fatal(err)
		}
		call := f.sources("check")
		call.Env["AWS_ENDPOINT_URL_S3"] = s3.Env()["AWS_ENDPOINT_URL_S3"]
		out, err := call.Run(t.Context())
		if err != nil || strings.Contains(out, "go tool hookctl quarantine release --source contiguity --stack intake") != right {
			t.Errorf("with the right secret %v: %v\n%s", right, err, out)
		}
	}
}
