// Package remote reaches the intake of another process on this machine, which is how the
// commands work on a running hookctl run: [Handler] serves an intake, and [Client] is the
// same intake on the other side.
//
// Each call is POST /operate/NAME with a JSON object, and is answered with one, or with
// {"error": "…", "code": "…"} and a status of 400 or more; records is answered with one
// JSON object a line. The address and a token that is new for each start stand in a file
// that only its owner can read.
//
// It promises that an error which package operate names is the same error on the other
// side, and that a call without the token, from a web page, or through a name other than
// the loopback's changes and shows nothing.
//
// It never leaves the machine, never retries, and never decides anything: that is the work
// of the packages that use an [operate.Intake].
package remote
