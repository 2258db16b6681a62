package sample_test

import (
	"fmt"

	"webhookintake/functions/hookctl/sample"
)

// A sample is signed as its provider would sign it, and the sample sources take it.
func Example() {
	s, err := sample.Find("text.incoming.sms")
	if err != nil {
		fmt.Println(err)
		return
	}
	src := sample.Sources()[s.Provider.Name()]
	request := sample.Sign(src.Provider, src.Settings, s.Body, sample.Time())
	verified, err := src.Verifier.Verify(request)
	fmt.Println(verified.ID, verified.Type, err)
	// Output: evt_sample_sms text.incoming.sms <nil>
}
