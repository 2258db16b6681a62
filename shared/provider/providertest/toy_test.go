package providertest

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"webhookintake/shared/webhook"
)

// toy is a provider with one fault, which the suite must find.
type toy struct{ fault string }

func (p toy) Name() string {
	if p.fault == "has another name" {
		return "other"
	}
	return "toy"
}

func (p toy) Configure(s webhook.Settings) (webhook.Verifier, error) {
	used := []string{webhook.FieldTolerance}
	if p.fault == "takes any field" {
		used = []string{webhook.FieldTolerance, webhook.FieldSigned, webhook.FieldProduct, webhook.FieldHeader, webhook.FieldKey}
	}
	if p.fault == "takes a negative tolerance" {
		s.ToleranceS = nil
	}
	if p.fault == "takes no secret" {
		s.Secrets = append(s.Secrets, webhook.NewSecret("default"))
	}
	if err := s.Check(used...); err != nil {
		if p.fault == "tells the first fault only" {
			return nil, errors.Unwrap(fmt.Errorf("%w", &webhook.FieldError{Field: faultyFields(err)[0]}))
		}
		return nil, err
	}
	v := &toyVerifier{fault: p.fault, secrets: slices.Clone(s.Secrets)}
	switch p.fault {
	case "first secret only":
		v.secrets = v.secrets[:1]
	case "settings not copied":
		v.secrets = s.Secrets
	case "prints its secret":
		v.plain = s.Secrets[0].Reveal()
	case "takes no signing secret":
		v.secrets = append(v.secrets, webhook.Secret{})
	}
	return v, nil
}

func (toy) Sign(s webhook.Settings, _ string, body []byte, at time.Time) webhook.Request {
	header := http.Header{"Toy-Signature": {hex.EncodeToString(webhook.MAC(s.SigningSecret(), body))}}
	return webhook.Request{Header: header, Body: body, At: at}
}

func (p toy) Open(body []byte) (webhook.Envelope, error) {
	o, err := webhook.ParseObject(body)
	if p.fault == "any JSON is an object" && json.Valid(body) {
		o, err = webhook.ParseObject([]byte(`{"id":"x","type":"y"}`))
	}
	if err != nil {
		return webhook.Envelope{}, err
	}
	if p.fault == "reads names in any case" {
		fields := maps.Collect(o.All())
		for _, name := range []string{"id", "type"} {
			if upper := o.Get(strings.ToUpper(name)); upper != nil {
				fields[name] = upper
			}
		}
		lower, err := json.Marshal(fields)
		if err != nil {
			return webhook.Envelope{}, err
		}
		if o, err = webhook.ParseObject(lower); err != nil {
			return webhook.Envelope{}, err
		}
	}
	id, idErr := o.ID("id")
	typ, typeErr := o.Type("type")
	if p.fault == "takes any id" {
		idErr = nil
	}
	if p.fault == "takes any type" {
		typeErr = nil
	}
	envelope := webhook.Envelope{ID: id, Type: typ, Data: o.Get("data")}
	if p.fault == "opens other data" {
		envelope.Data = body
	}
	return envelope, errors.Join(idErr, typeErr)
}

type toyVerifier struct {
	fault   string
	plain   string
	secrets []webhook.Secret
	calls   atomic.Int64
}

func (v *toyVerifier) HeaderNames() []string {
	switch v.fault {
	case "names no header":
		return nil
	case "names another case":
		return []string{"toy-signature"}
	}
	return []string{"Toy-Signature"}
}

func (v *toyVerifier) Verify(r webhook.Request) (webhook.Verified, error) {
	if v.fault == "parses first" {
		if _, err := (toy{}).Open(r.Body); err != nil {
			return webhook.Verified{}, err
		}
	}
	signatures, err := v.signatures(strings.Join(r.Header["Toy-Signature"], ","), len(r.Header["Toy-Signature"]) > 0)
	if err != nil {
		return webhook.Verified{}, err
	}
	secret, ok := v.match(signatures, v.signed(r.Body))
	if !ok && v.fault == "forgives a lost space" {
		secret, ok = v.match(signatures, append(slices.Clone(r.Body), ' '))
	}
	if v.fault == "wears out" && v.calls.Add(1) > 500 {
		ok = false
	}
	if !ok {
		if v.fault == "quotes the body" {
			return webhook.Verified{}, fmt.Errorf("%.30s: %w", r.Body, webhook.ErrSignatureMismatch)
		}
		return webhook.Verified{}, webhook.ErrSignatureMismatch
	}
	envelope, err := toy{v.fault}.Open(r.Body)
	if err != nil {
		if v.fault == "returns half an envelope" {
			return webhook.Verified{Envelope: webhook.Envelope{ID: "x"}}, err
		}
		return webhook.Verified{}, err
	}
	switch v.fault {
	case "gives its own time":
		envelope.Time = r.At
	case "forgets which secret":
		secret = 0
	case "changes the request":
		r.Header.Del("Toy-Signature")
	}
	return webhook.Verified{Envelope: envelope, Secret: secret}, nil
}

// signed returns what the faulty verifier treats as the signed bytes.
func (v *toyVerifier) signed(body []byte) []byte {
	switch v.fault {
	case "trims the body":
		return bytes.TrimSpace(body)
	case "repairs the body":
		return bytes.ToValidUTF8(body, []byte("\uFFFD"))
	case "forgives a space":
		return bytes.ReplaceAll(body, []byte(" "), nil)
	case "limits the body":
		return body[:min(len(body), 1<<20)]
	}
	return body
}

func (v *toyVerifier) match(signatures [][]byte, body []byte) (int, bool) {
	for i, secret := range v.secrets {
		for _, signature := range signatures {
			want := webhook.MAC(secret, body)
			switch v.fault {
			case "compares a prefix":
				want = want[:min(len(want), len(signature))]
			case "any signature":
				return 0, true
			}
			if bytes.Equal(signature, want) {
				return i, true
			}
		}
	}
	return 0, false
}

func (v *toyVerifier) signatures(header string, present bool) (signatures [][]byte, err error) {
	if !present {
		if v.fault == "absent is malformed" {
			return nil, webhook.ErrSignatureMalformed
		}
		return nil, webhook.ErrSignatureMissing
	}
	for i, text := range strings.Split(header, ",") {
		signature, err := hex.DecodeString(strings.TrimSpace(text))
		wrongLength := len(signature) != 32 && v.fault != "compares a prefix"
		if err != nil || wrongLength {
			if v.fault == "malformed is mismatch" {
				return nil, webhook.ErrSignatureMismatch
			}
			return nil, webhook.ErrSignatureMalformed
		}
		if i < 10 || v.fault == "tries all signatures" {
			signatures = append(signatures, signature)
		}
	}
	if v.fault == "first signature only" {
		signatures = signatures[:1]
	}
	if v.fault == "nine signatures only" {
		signatures = signatures[:min(9, len(signatures))]
	}
	return signatures, nil
}
