package s3_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/google/go-cmp/cmp"

	"webhookintake/shared/vault"
	"webhookintake/shared/vault/s3"
)

var anyone = credentials.NewStaticCredentialsProvider("key", "secret", "token")

// open returns a vault in the bucket at an endpoint.
func open(t *testing.T, endpoint, bucket string) *s3.Vault {
	t.Helper()
	v, err := s3.New(s3.Options{Bucket: bucket, Region: "eu-central-1", Endpoint: endpoint, Credentials: anyone})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// serve returns a vault whose requests are answered by the handler.
func serve(t *testing.T, handler http.HandlerFunc) *s3.Vault {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return open(t, server.URL, "vault")
}

func TestOptions(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		o    s3.Options
		want string // that the error contains; empty for none
	}{
		{"whole", s3.Options{Bucket: "my-bucket.1", Region: "r", Credentials: anyone}, ""},
		{"no bucket", s3.Options{Region: "r", Credentials: anyone}, "bucket: "},
		{"short bucket", s3.Options{Bucket: "ab", Region: "r", Credentials: anyone}, "bucket: "},
		{"long bucket", s3.Options{Bucket: strings.Repeat("a", 64), Region: "r", Credentials: anyone}, "bucket: "},
		{"upper case", s3.Options{Bucket: "Bucket", Region: "r", Credentials: anyone}, "bucket: "},
		{"hyphen first", s3.Options{Bucket: "-bucket", Region: "r", Credentials: anyone}, "bucket: "},
		{"dot last", s3.Options{Bucket: "bucket.", Region: "r", Credentials: anyone}, "bucket: "},
		{"two dots", s3.Options{Bucket: "buc..ket", Region: "r", Credentials: anyone}, "bucket: "},
		{"an address", s3.Options{Bucket: "192.168.0.1", Region: "r", Credentials: anyone}, "bucket: "},
		{"a path", s3.Options{Bucket: "bucket/spill", Region: "r", Credentials: anyone}, "bucket: "},
		{"no region", s3.Options{Bucket: "bucket", Credentials: anyone}, "region: "},
		{"no credentials", s3.Options{Bucket: "bucket", Region: "r"}, "credentials: "},
		{"no URL", s3.Options{Bucket: "bucket", Region: "r", Credentials: anyone, Endpoint: "localhost"}, "endpoint: "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := s3.New(tt.o)
			if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
				t.Errorf("New = %v, want %q", err, tt.want)
			}
		})
	}
}

// TestAddress: the bucket is a host of AWS's where a certificate covers it.
func TestAddress(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ bucket, region, want string }{
		{"vault", "eu-central-1", "https://vault.s3.eu-central-1.amazonaws.com/spill/a"},
		{"my.vault", "us-east-1", "https://s3.us-east-1.amazonaws.com/my.vault/spill/a"},
		{"vault", "cn-north-1", "https://vault.s3.cn-north-1.amazonaws.com.cn/spill/a"},
	} {
		var got string
		v, err := s3.New(s3.Options{Bucket: tt.bucket, Region: tt.region, Credentials: anyone, HTTPClient: client(func(r *http.Request) (*http.Response, error) {
			got = r.URL.String()
			return nil, errors.New("not sent")
		})})
		if err != nil {
			t.Fatal(err)
		}
		if err := v.Put(t.Context(), "spill/a", nil); err == nil {
			t.Error("a request that was not sent succeeded")
		}
		if got != tt.want {
			t.Errorf("request to %s, want %s", got, tt.want)
		}
	}
}

type client func(*http.Request) (*http.Response, error)

func (c client) Do(r *http.Request) (*http.Response, error) { return c(r) }

// TestSigned: what S3 compares is signed: the body's hash, the token and the time.
func TestSigned(t *testing.T) {
	t.Parallel()
	v := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		const hello = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824" // sha256sum of "hello"
		if got := r.Header.Get("X-Amz-Content-Sha256"); got != hello {
			t.Errorf("hash of the body = %s, want %s", got, hello)
		}
		authorization := r.Header.Get("Authorization")
		for _, part := range []string{"AWS4-HMAC-SHA256 Credential=key/", "/eu-central-1/s3/aws4_request", "content-length;host;x-amz-content-sha256;x-amz-date;x-amz-security-token"} {
			if !strings.Contains(authorization, part) {
				t.Errorf("Authorization = %s, without %s", authorization, part)
			}
		}
		if body, err := io.ReadAll(r.Body); string(body) != "hello" || err != nil {
			t.Errorf("body = %q, %v", body, err)
		}
	})
	if err := v.Put(t.Context(), "bodies/a", []byte("hello")); err != nil {
		t.Error(err)
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	refusal := func(code string) string {
		return "<?xml version=\"1.0\"?>\n<Error><Code>" + code + "</Code><Message>spill/secret</Message></Error>"
	}
	for _, tt := range []struct {
		name   string
		status int
		body   string
		want   error // nil: another error, whose outcome is unknown
	}{
		{"no key", 404, refusal("NoSuchKey"), vault.ErrNotFound},
		{"no key, without a text", 404, "", vault.ErrNotFound},
		{"no bucket", 404, refusal("NoSuchBucket"), vault.ErrNoBucket},
		{"another 404", 404, refusal("NoSuchUpload"), nil},
		{"denied", 403, refusal("AccessDenied"), vault.ErrDenied},
		{"denied, without a text", 403, "", vault.ErrDenied},
		{"slow down", 503, refusal("SlowDown"), nil},
		{"a page of something else", 502, "<html>spill/secret", nil},
		{"redirect", 301, refusal("PermanentRedirect"), nil},
		{"a code that is not one", 500, refusal("spill/secret"), nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			v := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(tt.status)
				_, _ = io.WriteString(w, tt.body)
			})
			_, err := v.Get(t.Context(), "spill/secret")
			if err == nil || tt.want != nil && !errors.Is(err, tt.want) {
				t.Fatalf("Get = %v, want %v", err, tt.want)
			}
			if tt.want == nil && (errors.Is(err, vault.ErrNotFound) || errors.Is(err, vault.ErrDenied) || errors.Is(err, vault.ErrNoBucket)) {
				t.Errorf("Get = %v, which says that the outcome is known", err)
			}
			if strings.Contains(err.Error(), "secret") {
				t.Errorf("Get = %v quotes the key or S3's text", err)
			}
		})
	}
}

// TestUnreachable: an error of the network does not quote the key either.
func TestUnreachable(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(nil)
	server.Close()
	err := open(t, server.URL, "vault").Put(t.Context(), "spill/secret", nil)
	if err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("Put = %v", err)
	}
}

// TestDamagedAnswers: a body that ends early or has no end is an error.
func TestDamagedAnswers(t *testing.T) {
	t.Parallel()
	for name, handler := range map[string]http.HandlerFunc{
		"ends early": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "10")
			_, _ = io.WriteString(w, "half")
		},
		"too large": func(w http.ResponseWriter, _ *http.Request) {
			for range vault.MaxSize/1024 + 1 {
				_, _ = io.WriteString(w, strings.Repeat("a", 1024))
			}
		},
		"not a list": func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<html>") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := serve(t, handler)
			if _, err := v.Get(t.Context(), "bodies/a"); err == nil && name != "not a list" {
				t.Error("Get succeeded")
			}
			if _, err := v.List(t.Context(), vault.Bodies, "", 1); err == nil {
				t.Error("List succeeded")
			}
		})
	}
}

// TestListInParts: S3 may answer with fewer objects than there are, even with none.
func TestListInParts(t *testing.T) {
	t.Parallel()
	parts := map[string]string{ // by the continuation token
		"":     "<IsTruncated>true</IsTruncated><NextContinuationToken>2 +/</NextContinuationToken>",
		"2 +/": "<IsTruncated>true</IsTruncated><NextContinuationToken>3</NextContinuationToken><Contents><Key>spill/a</Key></Contents>",
		"3":    "<IsTruncated>true</IsTruncated><NextContinuationToken>4</NextContinuationToken><Contents><Key>spill/b</Key></Contents>",
		"4":    "<IsTruncated>true</IsTruncated>",
	}
	var asked []string
	v := serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.RawQuery)
		_, _ = io.WriteString(w, "<ListBucketResult>"+parts[r.URL.Query().Get("continuation-token")]+"</ListBucketResult>")
	})
	found, err := v.List(t.Context(), vault.Spill, "spill/0", 2)
	if err != nil || len(found) != 2 || found[0].Key != "spill/a" || found[1].Key != "spill/b" {
		t.Errorf("List = %v, %v", found, err)
	}
	want := []string{
		"list-type=2&max-keys=2&prefix=spill%2F&start-after=spill%2F0",
		"continuation-token=2%20%2B%2F&list-type=2&max-keys=2&prefix=spill%2F&start-after=spill%2F0",
		"continuation-token=3&list-type=2&max-keys=1&prefix=spill%2F&start-after=spill%2F0",
	}
	if diff := cmp.Diff(want, asked); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}
	if found, err := v.List(t.Context(), vault.Spill, "spill/0", 3); err == nil {
		t.Errorf("List = %v, though S3 says that there are more", found)
	}
}
