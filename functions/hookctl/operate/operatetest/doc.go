// Package operatetest has the tests that every [operate.Intake] passes: the clients of AWS's
// services, and the calls to a running hookctl run.
//
// It promises that each case has an empty intake of its own, and that a failure names the
// sentence that is broken.
//
// It is never part of a program: only tests import it.
package operatetest
