package deploy

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const (
	region  = "us-east-1"
	account = "111122223333"
	// noBuckets is a region where the emulator refuses to make buckets.
	noBuckets = "eu-west-3"
)

// A world is the network namespace that this test runs in: a DNS server that answers
// every name with the loopback address, and the emulator there, with a certificate that
// the commands trust.
type world struct {
	dir      string // of this run: logs, certificate, copies of the checkout
	checkout string
	path     string // PATH of the commands
}

// start makes the world. The variables are set by .ci/layers/deploy.sh, which makes the
// namespace and ends what is left in it.
func start(t *testing.T) *world {
	w := &world{dir: os.Getenv("DEPLOY_WORLD"), checkout: os.Getenv("DEPLOY_CHECKOUT"), path: os.Getenv("PATH")}
	if w.dir == "" {
		t.Skip("DEPLOY_WORLD is unset; make test LAYERS=deploy sets it")
	}
	w.serveNames(t)
	w.certify(t)
	for name, value := range map[string]string{
		"AWS_ACCESS_KEY_ID": "emulator-root", "AWS_SECRET_ACCESS_KEY": "root",
		"AWS_REGION": region, "AWS_DEFAULT_REGION": region, "AWS_EC2_METADATA_DISABLED": "true",
		"AWS_CA_BUNDLE": w.dir + "/trusted.pem", "REQUESTS_CA_BUNDLE": w.dir + "/trusted.pem",
		"SSL_CERT_FILE": w.dir + "/trusted.pem", "CURL_CA_BUNDLE": w.dir + "/trusted.pem",
		"SAM_CLI_TELEMETRY": "0", "SHELL": "/bin/bash", "GOPROXY": "off",
		// Packages compiled in one copy of the checkout serve the others.
		"GOFLAGS": "-trimpath",
	} {
		t.Setenv(name, value)
	}
	w.emulate(t)
	return w
}

// serveNames answers every query for an IPv4 address with 127.0.0.1, and all others with
// nothing.
func (w *world) serveNames(t *testing.T) {
	conn, err := net.ListenPacket("udp", "127.0.0.1:53")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	go func() {
		query := make([]byte, 1500)
		for {
			n, from, err := conn.ReadFrom(query)
			if err != nil {
				return // closed
			}
			if reply := resolve(query[:n]); reply != nil {
				conn.WriteTo(reply, from)
			}
		}
	}()
}

// resolve makes the reply to a DNS query of one question (RFC 1035).
func resolve(query []byte) []byte {
	end := 12
	for end < len(query) && query[end] != 0 {
		end += int(query[end]) + 1
	}
	if end += 5; end > len(query) { // the root label, type and class
		return nil
	}
	isA := query[end-4] == 0 && query[end-3] == 1
	reply := append([]byte{query[0], query[1], 0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0}, query[12:end]...)
	if isA {
		reply[7] = 1
		reply = append(reply, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 127, 0, 0, 1)
	}
	return reply
}

// certify makes the certificate of every name of AWS that the tests meet, and a file of
// it and the certificates that this machine trusts.
func (w *world) certify(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()),
		Subject:      pkix.Name{CommonName: "an emulator of AWS"},
		NotBefore:    time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		DNSNames: []string{"*.amazonaws.com", "*.s3.amazonaws.com"},
	}
	for _, r := range []string{region, noBuckets} {
		for _, name := range []string{"*.", "*.s3.", "*.execute-api.", "*.ddb."} {
			template.DNSNames = append(template.DNSNames, name+r+".amazonaws.com")
		}
	}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	certPEM := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert})
	keyPEM := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})
	trusted, err := os.ReadFile("/etc/ssl/certs/ca-certificates.crt")
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{"cert.pem": certPEM, "key.pem": keyPEM, "trusted.pem": append(trusted, certPEM...)} {
		if err := os.WriteFile(filepath.Join(w.dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// emulate starts the emulator and waits until it answers.
func (w *world) emulate(t *testing.T) {
	logFile, err := os.Create(filepath.Join(w.dir, "emulator.log"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { logFile.Close() })
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	cmd := exec.CommandContext(ctx, os.Getenv("DEPLOY_PYTHON"), "emulator.py")
	cmd.Env = append(os.Environ(),
		"GATEWAY_PORT=4566", "USE_SSL=1", "MINISTACK_SSL_CERT="+w.dir+"/cert.pem", "MINISTACK_SSL_KEY="+w.dir+"/key.pem",
		"MINISTACK_HOST="+region+".amazonaws.com", "MINISTACK_REGION="+region, "MINISTACK_ACCOUNT_ID="+account,
		"AUTH=true", "LAMBDA_ACCOUNT_CONCURRENCY=1000", "EMULATOR_NO_BUCKETS_IN="+noBuckets, "TMPDIR="+w.dir,
		// To emulator and functions alike, AWS is where its names say.
		"AWS_ENDPOINT_URL=", "LOCALSTACK_HOSTNAME=")
	cmd.Stdout, cmd.Stderr = logFile, logFile
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		_ = cmd.Wait() // it was killed
	})
	eventually(t, 5*time.Minute, "the emulator answers", func() (string, bool) {
		status, _, err := get(t, "https://sts."+region+".amazonaws.com/_ministack/health")
		return fmt.Sprint(status, err), status == http.StatusOK
	})
}

// eventually waits until ok returns true, and fails with its last message.
func eventually(t *testing.T, patience time.Duration, what string, ok func() (last string, ok bool)) {
	t.Helper()
	deadline := time.Now().Add(patience)
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		last, good := ok()
		if good {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("not within %v: %s\n%s", patience, what, strings.TrimSpace(last))
		}
		<-tick.C
	}
}
