package s3

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"webhookintake/shared/vault"
)

// Options configure a [Vault].
type Options struct {
	Bucket      string                  // required
	Region      string                  // required
	Endpoint    string                  // of another service with S3's protocol; empty means AWS's
	Credentials aws.CredentialsProvider // required
	HTTPClient  HTTPClient              // nil means http.DefaultClient
}

// An HTTPClient sends requests, as [http.Client] does.
type HTTPClient interface {
	Do(*http.Request) (*http.Response, error)
}

// A Vault is one bucket. [New] makes one.
type Vault struct {
	base        *url.URL // of the bucket; its path ends with a slash
	region      string
	credentials aws.CredentialsProvider
	client      HTTPClient
	signer      *v4.Signer
}

var _ vault.Vault = (*Vault)(nil)

// New returns a vault. It sends nothing. The error joins the faults of the options.
func New(o Options) (*Vault, error) {
	var faults []error
	if !vault.ValidBucket(o.Bucket) {
		faults = append(faults, errors.New("bucket: give the name of a bucket, 3 to 63 of a-z, 0-9, hyphens and dots"))
	}
	if o.Region == "" {
		faults = append(faults, errors.New("region: give the bucket's region"))
	}
	if o.Credentials == nil {
		faults = append(faults, errors.New("credentials: give a provider"))
	}
	base, err := bucketURL(o)
	if err != nil || base.Host == "" {
		faults = append(faults, errors.New("endpoint: give a URL, as http://localhost:9000"))
	}
	if len(faults) > 0 {
		return nil, fmt.Errorf("vault in S3: %w", errors.Join(faults...))
	}
	v := &Vault{base: base, region: o.Region, credentials: o.Credentials, client: o.HTTPClient}
	if v.client == nil {
		v.client = http.DefaultClient
	}
	v.signer = v4.NewSigner(func(s *v4.SignerOptions) { s.DisableURIPathEscaping = true }) // as S3 requires
	return v, nil
}

// bucketURL returns the bucket as a host of AWS's, or as a path of another endpoint. A name
// with dots is a path too, because no certificate covers such a host.
func bucketURL(o Options) (*url.URL, error) {
	if o.Endpoint != "" {
		return url.Parse(strings.TrimSuffix(o.Endpoint, "/") + "/" + o.Bucket + "/")
	}
	host := "s3." + o.Region + ".amazonaws.com"
	if strings.HasPrefix(o.Region, "cn-") {
		host += ".cn"
	}
	if strings.Contains(o.Bucket, ".") {
		return url.Parse("https://" + host + "/" + o.Bucket + "/")
	}
	return url.Parse("https://" + o.Bucket + "." + host + "/")
}

// Put implements [vault.Vault].
func (v *Vault) Put(ctx context.Context, key string, body []byte) error {
	if err := vault.CheckPut(key, body); err != nil {
		return err
	}
	response, err := v.do(ctx, "put", http.MethodPut, key, nil, body)
	if err != nil {
		return err
	}
	return response.Body.Close()
}

// Get implements [vault.Vault].
func (v *Vault) Get(ctx context.Context, key string) ([]byte, error) {
	if err := vault.CheckKey(key); err != nil {
		return nil, err
	}
	response, err := v.do(ctx, "get", http.MethodGet, key, nil, nil)
	if err != nil {
		return nil, err
	}
	return read(response)
}

// read returns the whole body of an answer, or an error if it is too large or ends early.
func read(response *http.Response) ([]byte, error) {
	defer response.Body.Close() //nolint:errcheck // what was read is judged by its length
	body, err := io.ReadAll(io.LimitReader(response.Body, vault.MaxSize+1))
	if err != nil {
		return nil, fmt.Errorf("vault get: %w", err)
	}
	if len(body) > vault.MaxSize || response.ContentLength >= 0 && int64(len(body)) != response.ContentLength {
		return nil, fmt.Errorf("vault get: read %d bytes of %d, at most %d are allowed", len(body), response.ContentLength, vault.MaxSize)
	}
	return body, nil
}

// listed is the answer of ListObjectsV2:
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
type listed struct {
	Contents []struct {
		Key          string
		Size         int64
		LastModified time.Time
	}
	IsTruncated           bool
	NextContinuationToken string
}

// List implements [vault.Vault].
func (v *Vault) List(ctx context.Context, prefix, after string, limit int) ([]vault.Object, error) {
	if err := vault.CheckList(prefix, limit); err != nil {
		return nil, err
	}
	query := url.Values{"list-type": {"2"}, "prefix": {prefix}, "max-keys": {strconv.Itoa(limit)}}
	if after != "" {
		query.Set("start-after", after)
	}
	var objects []vault.Object
	for { // S3 may answer with fewer than there are, even with none
		answer, err := v.list(ctx, query)
		if err != nil {
			return nil, err
		}
		for _, o := range answer.Contents {
			objects = append(objects, vault.Object{Key: o.Key, Size: o.Size, Put: o.LastModified.UTC().Truncate(time.Second)})
		}
		if !answer.IsTruncated || len(objects) >= limit {
			return objects, nil
		}
		query.Set("continuation-token", answer.NextContinuationToken)
		query.Set("max-keys", strconv.Itoa(limit-len(objects)))
	}
}

// list reads one answer. One that does not say where the next one begins is an error.
func (v *Vault) list(ctx context.Context, query url.Values) (answer listed, err error) {
	response, err := v.do(ctx, "list", http.MethodGet, "", query, nil)
	if err != nil {
		return answer, err
	}
	body, err := read(response)
	if err != nil {
		return answer, err
	}
	if err := xml.Unmarshal(body, &answer); err != nil {
		return answer, fmt.Errorf("vault list: S3's answer: %w", err)
	}
	if answer.IsTruncated && answer.NextContinuationToken == "" {
		return answer, errors.New("vault list: S3's answer is a part, and does not say where the next begins")
	}
	return answer, nil
}

// Delete implements [vault.Vault].
func (v *Vault) Delete(ctx context.Context, key string) error {
	if err := vault.CheckKey(key); err != nil {
		return err
	}
	response, err := v.do(ctx, "delete", http.MethodDelete, key, nil, nil)
	if errors.Is(err, vault.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return response.Body.Close()
}

// do sends one signed request, and returns the answer if it is a success. Keys consist of
// characters that a URL does not escape.
func (v *Vault) do(ctx context.Context, op, method, key string, query url.Values, body []byte) (*http.Response, error) {
	target := *v.base
	target.Path += key
	target.RawQuery = strings.ReplaceAll(query.Encode(), "+", "%20") // as the signature has it
	request, err := http.NewRequestWithContext(ctx, method, target.String(), bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("vault %s: %w", op, err)
	}
	sum := sha256.Sum256(body)
	hash := hex.EncodeToString(sum[:])
	request.Header.Set("X-Amz-Content-Sha256", hash)
	credentials, err := v.credentials.Retrieve(ctx)
	if err != nil {
		return nil, fmt.Errorf("vault %s: credentials: %w", op, err)
	}
	if err := v.signer.SignHTTP(ctx, credentials, request, hash, "s3", v.region, time.Now()); err != nil {
		return nil, fmt.Errorf("vault %s: sign: %w", op, err)
	}
	response, err := v.client.Do(request)
	if err != nil {
		return nil, fmt.Errorf("vault %s: %w", op, withoutURL(err))
	}
	if response.StatusCode < 200 || response.StatusCode > 299 {
		defer response.Body.Close() //nolint:errcheck // the answer is an error already
		return nil, fmt.Errorf("vault %s: %w", op, refusal(response))
	}
	return response, nil
}

// withoutURL leaves out the request's URL, which contains the key.
func withoutURL(err error) error {
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		return wrapped.Err
	}
	return err
}
