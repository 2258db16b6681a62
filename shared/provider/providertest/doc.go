// Package providertest is the suite that every [webhook.Provider] passes: [Run] for the
// contract, [Fuzz] for arbitrary input, [Benchmark] for the cost of verification.
//
// It promises that a provider which passes accepts what it signs itself, refuses every
// request that differs from that in one signed byte with the code of the contract, and
// shows neither a secret nor a body in an error.
//
// It never knows how a provider signs: test that next to the provider, with vectors that
// do not come from its own Sign.
//
// # Adding a provider
//
// Adding a provider NAME touches these files, and no others. A test in .ci/newprovider
// follows this list.
//
//	new   shared/provider/NAME/*.go
//	new   functions/hookctl/dialect/NAME.go
//	new   functions/hookctl/dialect/bodies/NAME.*.json
//	edit  shared/source/providers.go
//	edit  shared/provider/README.md
//	edit  functions/hookctl/dialect/dialect.go
//	edit  functions/hookctl/dialect/sample_test.go
//	run   make samples
//	run   go test ./functions/ingest ./functions/process/... ./functions/hookctl/types -update
//	made  events/*.json
//	made  events/http/*.json
//	made  events/sqs/*.json
//	made  functions/ingest/testdata/golden/NAME.*.json
//	made  functions/process/testdata/golden/*.txt
//	made  functions/process/handlers/samples/testdata/golden/NAME.*.txt
//	made  functions/hookctl/types/testdata/types.*
//
// Package standard is a short one to start from.
//
//  1. Write the package: an empty struct Provider with the four methods of
//     [webhook.Provider], and a package comment with the header and the signed bytes. Its
//     parts are in package webhook: [webhook.Settings.Check] for Configure,
//     [webhook.ParseSignatures] and [webhook.MatchMAC] for Verify, [webhook.ParseEnvelope]
//     for Open. Its Verifier is a [webhook.HeaderNamer] too. Declare a [webhook.Type] for each event type with a known payload, and
//     return them from a function Types.
//  2. Test it: call [Run], [Fuzz] and [Benchmark] with a [Case] that describes the
//     provider, and add vectors from the provider's documentation.
//  3. Add it to Providers of package source. From then on a source can name the provider,
//     and ingest, queue, ledger and handlers work with its events.
//  4. Add it to hookctl: a Dialect in its own file, one name in All, a body for each type,
//     and a row for each type in the test that decodes the samples.
//  5. Say in shared/provider/README.md how to connect it.
//  6. Run the commands, and read what they change.
package providertest
