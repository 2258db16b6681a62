// Package source holds the configured sources: the names that webhooks may be posted to,
// each with its provider, secrets and settings.
//
// The sources come from one JSON document, an object with an entry for each source:
//
//	{
//	  "contiguity":    {"secrets": ["whsec_current", "whsec_previous"]},
//	  "contiguity-eu": {"provider": "contiguity", "secrets": ["whsec_eu"], "tolerance_s": 600}
//	}
//
// [FromEnv] takes the document from the environment, where a fault stops the program, or
// from a secret, which is read again while the program runs, so that secrets rotate
// without a deployment. [Sources] decides whether a request comes from a source's provider.
//
// It promises to report all faults of a document at once, to use the copy it has if a
// newer one cannot be read, and to run nothing between two calls: the document is read in
// the goroutine of a caller, which waits for at most [ReadBudget].
//
// It never shows the value of a secret in an error, a log line or a report; the names of
// sources and fields are not secret and are shown. It never accepts a source without a
// secret.
package source
