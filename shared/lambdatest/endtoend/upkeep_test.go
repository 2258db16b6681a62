package endtoend

import (
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"webhookintake/shared/lambdatest"
	"webhookintake/shared/vault"
	"webhookintake/shared/vault/s3"
)

// spilling returns the environment of ingest where upkeep runs.
func (e *engines) spilling() map[string]string {
	env := e.environment()
	env["SPILL"] = "true"
	return env
}

// upkeep starts the upkeep function, which has its lease in the given table.
func upkeep(t *testing.T, e *engines, table string) *lambdatest.Process {
	t.Helper()
	secrets := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		_ = json.NewEncoder(w).Encode(map[string]string{"SecretString": sources, "Name": "sources"})
	}))
	t.Cleanup(secrets.Close)
	env := e.environment()
	maps.Copy(env, map[string]string{
		"SOURCES": "", "SOURCES_SECRET_ARN": "arn:aws:secretsmanager:" + region + ":123456789012:secret:sources",
		"AWS_ENDPOINT_URL_SECRETS_MANAGER": secrets.URL, "TABLE_NAME": table,
	})
	return lambdatest.Run(t, upkeepProgram.Path(t), env)
}

// schedule runs upkeep as its schedule does, until the test ends, and counts the runs in which
// it died. A run that fails is no fault of the test: an engine may be away.
func schedule(t *testing.T, p *lambdatest.Process, every, timeout time.Duration) (died *atomic.Int64) {
	t.Helper()
	died = &atomic.Int64{}
	done := make(chan struct{})
	t.Cleanup(func() { <-done }) // before the program is closed
	go func() {
		defer close(done)
		tick := time.NewTicker(every)
		defer tick.Stop()
		for {
			_, err := p.Invoke(t.Context(), []byte("{}"), timeout)
			if _, ok := errors.AsType[*lambdatest.ExitError](err); ok {
				died.Add(1)
			}
			select {
			case <-tick.C:
			case <-t.Context().Done():
				return
			}
		}
	}()
	return died
}

// endLease ends the lease of a run that died, as time would.
func (e *engines) endLease(t *testing.T, table string) {
	t.Helper()
	_, err := e.dynamo.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{
		TableName: &table, Key: map[string]types.AttributeValue{"pk": &types.AttributeValueMemberS{Value: ":upkeep"}},
	})
	if err != nil {
		t.Fatal(err)
	}
}

// vault returns the bucket as the functions see it.
func (e *engines) vault(t *testing.T) vault.Vault {
	t.Helper()
	v, err := s3.New(s3.Options{Bucket: e.bucket, Region: region, Endpoint: e.s3URL, Credentials: sample})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// spilled returns the number of events that wait in the vault, at most limit.
func (e *engines) spilled(t *testing.T, limit int) int {
	t.Helper()
	v := e.vault(t)
	n, after := 0, ""
	for n < limit {
		found, err := v.List(t.Context(), vault.Spill, after, min(vault.MaxList, limit-n))
		if err != nil {
			t.Fatal(err)
		}
		n += len(found)
		if len(found) < vault.MaxList {
			break
		}
		after = found[len(found)-1].Key
	}
	return n
}
