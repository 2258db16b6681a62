package lambdatest_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/credentials"

	"webhookintake/shared/lambdatest"
	"webhookintake/shared/vault"
	"webhookintake/shared/vault/memory"
	"webhookintake/shared/vault/s3"
	"webhookintake/shared/vault/vaulttest"
)

func TestS3(t *testing.T) {
	t.Parallel()
	vaulttest.Run(t, func(t *testing.T) vault.Vault {
		server := lambdatest.NewS3(memory.New(memory.Options{}))
		t.Cleanup(server.Server.Close)
		v, err := s3.New(s3.Options{
			Bucket: server.Env()["VAULT_BUCKET"], Region: "us-east-1", Endpoint: server.Server.URL,
			Credentials: credentials.NewStaticCredentialsProvider("key", "secret", ""),
		})
		if err != nil {
			t.Fatal(err)
		}
		return v
	})
}
