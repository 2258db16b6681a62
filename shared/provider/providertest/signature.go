package providertest

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"sync"

	"webhookintake/shared/webhook"
)

// authenticChecks are for every provider, whether it uses signatures or tokens.
func authenticChecks() []check {
	return []check{
		{"Right", "A Verifier with the same settings accepts what Sign made.", checkRight},
		{"OtherSecret", "A request that no configured secret signed is refused.", checkOtherSecret},
		{"PreviousSecret", "Every configured secret is tried, and Verified says which it was.", checkPreviousSecret},
		{"Concurrent", "A Verifier is safe for concurrent use.", checkConcurrent},
		{"HeaderNames", "With the headers that it names alone, a Verifier decides as with all of them.", checkHeaderNames},
		{"RequestUnchanged", "Verifying does not change the request.", checkUnchanged},
	}
}

func signatureChecks() []check {
	return []check{
		{"SignatureOfAnotherBody", "A signature is valid only for its body.", checkSwapped},
		{"ChangedByte", "Not one byte of the body can change.", checkChangedByte},
		{"Base64Transport", "The raw bytes count, whatever their transport, UTF-8 or not.", checkTransport},
	}
}

func checkRight(c Case) error {
	v, err := c.verifier()
	if err != nil {
		return err
	}
	got, err := v.Verify(c.Provider.Sign(c.settings(current), c.ID, c.Body, At))
	if err != nil {
		return fmt.Errorf("refused: %w", err)
	}
	if want := (webhook.Verified{Envelope: c.Want, Signed: c.Way, URLExpires: got.URLExpires}); !reflect.DeepEqual(got, want) {
		return fmt.Errorf("verified %+v, want %+v", got, want)
	}
	return nil
}

func checkOtherSecret(c Case) error {
	v, err := c.verifier()
	if err != nil {
		return err
	}
	return refused(v, c.sign(foreign, c.Body), webhook.ErrSignatureMismatch)
}

func checkPreviousSecret(c Case) error {
	for want, secret := range []webhook.Secret{current, foreign, previous} {
		v, err := c.Provider.Configure(c.settings(current, foreign, previous))
		if err != nil {
			return err
		}
		if err := taken(v, c.sign(secret, c.Body), want); err != nil {
			return fmt.Errorf("secret %d of 3: %w", want, err)
		}
	}
	return nil
}

// checkHeaderNames verifies what is left of requests, good and forged, without the headers
// that the Verifier does not name.
func checkHeaderNames(c Case) error {
	v, err := c.verifier()
	if err != nil {
		return err
	}
	namer, ok := v.(webhook.HeaderNamer)
	if !ok {
		return errors.New("the Verifier has no method HeaderNames, so a refused request cannot be kept")
	}
	for _, name := range namer.HeaderNames() {
		if http.CanonicalHeaderKey(name) != name {
			return fmt.Errorf("%s is not in canonical form", name)
		}
	}
	for _, secret := range []webhook.Secret{current, foreign} {
		whole := c.Provider.Sign(c.settings(secret), c.ID, c.Body, At)
		reduced := whole
		reduced.Header = http.Header{}
		for _, name := range namer.HeaderNames() {
			if values, ok := whole.Header[name]; ok {
				reduced.Header[name] = values
			}
		}
		want, wantErr := v.Verify(whole)
		got, err := v.Verify(reduced)
		if !reflect.DeepEqual(got, want) || !errors.Is(err, wantErr) {
			return fmt.Errorf("verified %+v, %w; with all headers %+v, %w", got, err, want, wantErr)
		}
	}
	return nil
}

func checkSwapped(c Case) error {
	v, err := c.verifier()
	if err != nil {
		return err
	}
	other := append(slices.Clone(c.Body), ' ')
	return refused(v, c.withHeader(c.value(current, other)), webhook.ErrSignatureMismatch)
}

func checkChangedByte(c Case) error {
	v, err := c.verifier()
	if err != nil {
		return err
	}
	right := c.sign(current, c.Body)
	for i := range c.Body {
		changed := slices.Clone(c.Body)
		changed[i] ^= 1
		shorter := slices.Delete(slices.Clone(c.Body), i, i+1)
		longer := slices.Insert(slices.Clone(c.Body), i, ' ')
		for _, body := range [][]byte{changed, shorter, longer} {
			r := right
			r.Body = body
			if err := refused(v, r, webhook.ErrSignatureMismatch); err != nil {
				return fmt.Errorf("byte %d: %w", i, err)
			}
		}
	}
	return nil
}

func checkTransport(c Case) error {
	v, err := c.verifier()
	if err != nil {
		return err
	}
	for _, body := range [][]byte{c.Body, addField(c.Body, `"binary":"`+"\xff\xfe\x80é"+`"`)} {
		r := c.sign(current, body)
		r.Body, err = base64.StdEncoding.DecodeString(base64.StdEncoding.EncodeToString(body))
		if err != nil {
			return err
		}
		if err := taken(v, r, 0); err != nil {
			return fmt.Errorf("decoded: %w", err)
		}
		// What a decoder that repairs text would return.
		r.Body = bytes.ToValidUTF8(body, []byte("\uFFFD"))
		if bytes.Equal(r.Body, body) {
			continue
		}
		if err := refused(v, r, webhook.ErrSignatureMismatch); err != nil {
			return fmt.Errorf("repaired: %w", err)
		}
	}
	return nil
}

func checkConcurrent(c Case) error {
	v, err := c.verifier()
	if err != nil {
		return err
	}
	var group sync.WaitGroup
	errs := make([]error, 8)
	for i := range errs {
		group.Go(func() {
			right, wrong := c.sign(previous, c.Body), c.sign(foreign, c.Body)
			for range 50 {
				errs[i] = errors.Join(errs[i],
					taken(v, right, 1), refused(v, wrong, webhook.ErrSignatureMismatch))
			}
		})
	}
	group.Wait()
	return errors.Join(errs...)
}

func checkUnchanged(c Case) error {
	v, err := c.verifier()
	if err != nil {
		return err
	}
	r, before := c.sign(current, slices.Clone(c.Body)), c.sign(current, c.Body)
	if err := taken(v, r, 0); err != nil {
		return err
	}
	if !reflect.DeepEqual(r, before) {
		return errors.New("the request changed")
	}
	return nil
}

// addField returns the object body with one more field, which is the first, so that a field
// of the same name after it counts.
func addField(body []byte, field string) []byte {
	return append([]byte("{"+field+","), bytes.TrimPrefix(body, []byte("{"))...)
}
