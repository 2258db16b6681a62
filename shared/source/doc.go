// Package source holds the configured sources: which names may be posted to, which
// provider speaks there, and with which secrets.
//
// The sources come from one JSON document, an object with an entry for each source:
//
//	{
//	  "contiguity":    {"secrets": ["whsec_current", "whsec_previous"]},
//	  "contiguity-eu": {"provider": "contiguity", "secrets": ["whsec_eu"], "tolerance_s": 600}
//	}
//
// [FromEnv] finds the document in the environment, where a fault stops the program, or
// in a secret, which is read again while the program runs, so that secrets rotate with
// no deploy. [Sources] answers whether a request is one of a source's.
//
// It promises to name every fault of a document at once, to serve the copy it has when
// a newer one cannot be had, and that nothing runs between two calls: what is read, is
// read in the goroutine of a caller, who pays at most [ReadBudget] for it.
//
// It never shows a secret's value, in an error, a log line or a report; the names of
// sources and fields are no secrets and are shown. It never lets a source without a
// secret through.
package source
