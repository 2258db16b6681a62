package providertest

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"webhookintake/shared/webhook"
)

func tokenChecks() []check {
	return []check{
		{"TokenAbsent", "Without a token in the query it is signature_missing.", checkTokenAbsent},
		{"TokenChanged", "Not one character of a token can change, be missing or be added.", checkTokenChanged},
		{"TokenElsewhere", "A token is valid only in its query parameter.", checkTokenElsewhere},
		{"TenTokens", "Any of ten offered tokens may be the right one, and no more are tried.", checkTenTokens},
	}
}

// withToken returns r with other tokens.
func (c Case) withToken(r webhook.Request, tokens ...string) webhook.Request {
	r.Query = url.Values{c.Token: tokens}
	return r
}

func checkTokenAbsent(c Case) error {
	v, err := c.verifier()
	if err != nil {
		return err
	}
	for _, query := range []url.Values{nil, {}, {"other": {"x"}}, {c.Token: nil}} {
		r := c.sign(current, c.Body)
		r.Query = query
		if err := refused(v, r, webhook.ErrSignatureMissing); err != nil {
			return fmt.Errorf("query with %d parameters: %w", len(query), err)
		}
	}
	return nil
}

func checkTokenChanged(c Case) error {
	v, err := c.verifier()
	if err != nil {
		return err
	}
	right := current.Reveal()
	wrong := []string{"", right + " ", " " + right, right + right, strings.ToUpper(right)}
	for i := range right {
		wrong = append(wrong, right[:i], right[:i]+right[i+1:], right[:i]+"\x00"+right[i+1:])
	}
	for i, token := range wrong {
		if err := refused(v, c.withToken(c.sign(current, c.Body), token), webhook.ErrSignatureMismatch); err != nil {
			return fmt.Errorf("wrong token %d: %w", i, err)
		}
	}
	return nil
}

func checkTokenElsewhere(c Case) error {
	v, err := c.verifier()
	if err != nil {
		return err
	}
	right := current.Reveal()
	r := c.sign(current, addField(c.Body, fmt.Sprintf("%q:%q", c.Token, right)))
	r.Header = http.Header{http.CanonicalHeaderKey(c.Token): {right}, "Authorization": {right}}
	r.Query = url.Values{strings.ToUpper(c.Token): {right}, c.Token + "s": {right}, "": {right}}
	return refused(v, r, webhook.ErrSignatureMissing)
}

func checkTenTokens(c Case) error {
	v, err := c.verifier()
	if err != nil {
		return err
	}
	tokens := strings.Split(strings.Repeat("wrong,", 9)+current.Reveal()+",wrong", ",")
	if err := taken(v, c.withToken(c.sign(current, c.Body), tokens...), 0); err != nil {
		return fmt.Errorf("right one is the 10th: %w", err)
	}
	tokens[9], tokens[10] = tokens[10], tokens[9]
	if err := refused(v, c.withToken(c.sign(current, c.Body), tokens...), webhook.ErrSignatureMismatch); err != nil {
		return fmt.Errorf("right one is the 11th: %w", err)
	}
	return nil
}
