package dialect_test

import (
	"fmt"

	"webhookintake/functions/hookctl/dialect"
)

// A sample is signed as its provider would sign it, and the sample sources verify it.
func Example() {
	s, err := dialect.Find("text.incoming.sms")
	if err != nil {
		fmt.Println(err)
		return
	}
	src := dialect.Sources()[s.Provider.Name()]
	request := dialect.Sign(src.Provider, src.Settings, s.Body, dialect.Time())
	verified, err := src.Verifier.Verify(request)
	fmt.Println(verified.ID, verified.Type, err)
	// Output: evt_sample_sms text.incoming.sms <nil>
}
