package sources_test

import (
	"fmt"
	"strings"

	"webhookintake/functions/hookctl/operate/sources"
	"webhookintake/shared/webhook"
)

// A rotation puts the new secret first and keeps the one before for as long as the
// provider may sign with it.
func Example() {
	before, err := sources.ReadDocument([]byte(`{"compliancely": {"secrets": ["the-old-secret-1111"]}}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	after, err := before.Rotate("compliancely", webhook.NewSecret("the-new-secret-2222"))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(strings.Join(sources.Changes(before, after, "compliancely"), "\n"))
	_, err = after.Validate()
	fmt.Println("valid:", err == nil)
	// Output:
	// compliancely is changed
	//   secrets[0]   ••••2222  new
	//   secrets[1]   ••••1111  was secrets[0]
	// valid: true
}
