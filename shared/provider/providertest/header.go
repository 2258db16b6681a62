package providertest

import (
	"fmt"
	"strings"

	"webhookintake/shared/webhook"
)

func headerChecks() []check {
	return []check{
		{"Absent", "Without a signature header it is signature_missing.", checkAbsent},
		{"Malformed", "A header that is not of the provider's form is signature_malformed.", checkMalformed},
		{"Truncated", "A truncated signature is refused.", checkTruncated},
		{"TwoLines", "Any of several offered signatures may be the right one.", checkTwoLines},
		{"TenSignatures", "Ten offered signatures are tried and no more.", checkTen},
	}
}

func checkAbsent(c Case) error {
	v, err := c.verifier()
	if err != nil {
		return err
	}
	r := c.sign(current, c.Body)
	r.Header.Del(c.Header)
	if err := refused(v, r, webhook.ErrSignatureMissing); err != nil {
		return err
	}
	r.Header = nil
	return refused(v, r, webhook.ErrSignatureMissing)
}

func checkMalformed(c Case) error {
	v, err := c.verifier()
	if err != nil {
		return err
	}
	right := c.value(current, c.Body)
	values := []string{
		"", " ", ",", "=", "t=", "v1=", "sha256=", "t=,v1=", "nonsense", "\x00\xff\n",
		right + "0",
		strings.Repeat("a", 5000), strings.Repeat("t=1,", 1250), strings.Repeat(",", 5000),
	}
	if !c.Spaced && !c.Loose {
		values = append(values, right+" "+right)
	}
	if !c.Loose {
		values = append(values, right+",", ","+right, right+";"+right)
	}
	for _, value := range values {
		if err := refused(v, c.withHeader(value), webhook.ErrSignatureMalformed); err != nil {
			return fmt.Errorf("%.40q: %w", value, err)
		}
	}
	return nil
}

func checkTruncated(c Case) error {
	v, err := c.verifier()
	if err != nil {
		return err
	}
	right := c.value(current, c.Body)
	if err := refused(v, c.withHeader(right[:len(right)-1]), webhook.ErrSignatureMalformed); err != nil {
		return err
	}
	for n := range len(right) {
		err := refused(v, c.withHeader(right[:n]), webhook.ErrSignatureMalformed, webhook.ErrSignatureMismatch)
		if err != nil {
			return fmt.Errorf("first %d characters: %w", n, err)
		}
	}
	return nil
}

func checkTwoLines(c Case) error {
	v, err := c.verifier()
	if err != nil {
		return err
	}
	right, wrong := c.value(current, c.Body), c.value(foreign, c.Body)
	offers := [][]string{
		{right, wrong}, {wrong, right}, {right, right},
		{right + "," + wrong}, {wrong + ", " + right}, // joined, as API Gateway does
	}
	if c.Spaced {
		offers = append(offers, []string{right + " " + wrong}, []string{wrong + " " + right, wrong})
	}
	for _, lines := range offers {
		if err := taken(v, c.withHeader(lines...), 0); err != nil {
			return fmt.Errorf("%d lines: %w", len(lines), err)
		}
	}
	return refused(v, c.withHeader(wrong, wrong), webhook.ErrSignatureMismatch)
}

func checkTen(c Case) error {
	v, err := c.verifier()
	if err != nil {
		return err
	}
	lines := make([]string, 11)
	for i := range lines {
		lines[i] = c.value(foreign, c.Body)
	}
	lines[9] = c.value(current, c.Body)
	if err := taken(v, c.withHeader(lines...), 0); err != nil {
		return fmt.Errorf("right one is the 10th: %w", err)
	}
	lines[9], lines[10] = lines[10], lines[9]
	if err := refused(v, c.withHeader(lines...), webhook.ErrSignatureMismatch); err != nil {
		return fmt.Errorf("right one is the 11th: %w", err)
	}
	return nil
}
