package lambdatest

import (
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"

	"webhookintake/shared/vault"
	"webhookintake/shared/vault/memory"
)

// An S3 is a server of one bucket, for programs that keep bodies in a vault. [NewS3] makes
// one.
type S3 struct {
	Server *httptest.Server
	// Vault has the objects, and a fault hook.
	Vault *memory.Vault
}

// bucket is the bucket's name.
const bucket = "vault"

// NewS3 starts a server over the vault. The caller closes its Server.
func NewS3(v *memory.Vault) *S3 {
	s := &S3{Vault: v}
	s.Server = httptest.NewServer(s)
	return s
}

// Env returns the environment of a program that uses the bucket.
func (s *S3) Env() map[string]string {
	return map[string]string{
		"VAULT_BUCKET":          bucket,
		"AWS_ENDPOINT_URL_S3":   s.Server.URL,
		"AWS_REGION":            "us-east-1",
		"AWS_ACCESS_KEY_ID":     "AKIDTEST",
		"AWS_SECRET_ACCESS_KEY": "aws-secret-key",
		"AWS_SESSION_TOKEN":     "aws-session-token",
	}
}

// ServeHTTP serves PutObject, GetObject, ListObjectsV2 and DeleteObject.
// Protocol: https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html
func (s *S3) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	key, ok := strings.CutPrefix(r.URL.Path, "/"+bucket+"/")
	if !ok {
		refuse(w, http.StatusNotFound, "NoSuchBucket")
		return
	}
	var answer []byte
	var err error
	switch {
	case r.Method == http.MethodPut:
		var body []byte
		if body, err = io.ReadAll(r.Body); err == nil {
			err = s.Vault.Put(r.Context(), key, body)
		}
	case r.Method == http.MethodDelete:
		err = s.Vault.Delete(r.Context(), key)
	case key == "":
		answer, err = s.list(r)
	default:
		answer, err = s.Vault.Get(r.Context(), key)
	}
	switch {
	case errors.Is(err, vault.ErrNotFound):
		refuse(w, http.StatusNotFound, "NoSuchKey")
	case errors.Is(err, vault.ErrDenied):
		refuse(w, http.StatusForbidden, "AccessDenied")
	case err != nil:
		refuse(w, http.StatusServiceUnavailable, "SlowDown")
	default:
		_, _ = w.Write(answer) // it fails only if the client is gone
	}
}

func refuse(w http.ResponseWriter, status int, code string) {
	http.Error(w, "<Error><Code>"+code+"</Code></Error>", status)
}

func (s *S3) list(r *http.Request) ([]byte, error) {
	limit, err := strconv.Atoi(r.FormValue("max-keys"))
	if err != nil {
		return nil, err
	}
	found, err := s.Vault.List(r.Context(), r.FormValue("prefix"), r.FormValue("start-after"), limit)
	if err != nil {
		return nil, err
	}
	type object struct {
		Key          string
		Size         int64
		LastModified string
	}
	answer := struct {
		XMLName  xml.Name `xml:"ListBucketResult"`
		Contents []object
	}{}
	for _, o := range found {
		answer.Contents = append(answer.Contents, object{o.Key, o.Size, o.Put.Format("2006-01-02T15:04:05.000Z")})
	}
	return xml.Marshal(answer)
}
