// Package resttest is the suite that every client of a provider passes: [Failures] for
// calls that get no answer, [FuzzAnswers] for arbitrary answers of an API.
//
// It promises that a client's errors are [*rest.Error]s whose hint says that nothing was
// sent only when that is certain. It never knows what a call means: how a provider words a
// refusal is tested in the provider's package.
package resttest
