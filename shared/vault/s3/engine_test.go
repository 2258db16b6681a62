package s3_test

import (
	"crypto/rand"
	"errors"
	"net/http"
	"os"
	"strings"
	"testing"

	"webhookintake/shared/vault"
	"webhookintake/shared/vault/vaulttest"
)

// engine returns the address of the S3 at WEBHOOK_TEST_S3.
func engine(t *testing.T) string {
	t.Helper()
	endpoint := os.Getenv("WEBHOOK_TEST_S3")
	if endpoint == "" {
		t.Skip("needs WEBHOOK_TEST_S3, the URL of a service that speaks S3's protocol")
	}
	return endpoint
}

func TestEngineContract(t *testing.T) {
	t.Parallel()
	endpoint := engine(t)
	vaulttest.Run(t, func(t *testing.T) vault.Vault {
		bucket := "vaulttest-" + strings.ToLower(rand.Text())
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPut, endpoint+"/"+bucket, nil)
		if err != nil {
			t.Fatal(err)
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		if err := response.Body.Close(); err != nil || response.StatusCode != http.StatusOK {
			t.Fatalf("create the bucket: %s, %v", response.Status, err)
		}
		return open(t, endpoint, bucket)
	})
}

func TestEngineWithoutBucket(t *testing.T) {
	t.Parallel()
	v := open(t, engine(t), "there-is-none")
	if err := v.Put(t.Context(), "spill/a", nil); !errors.Is(err, vault.ErrNoBucket) {
		t.Errorf("Put = %v, want ErrNoBucket", err)
	}
}
