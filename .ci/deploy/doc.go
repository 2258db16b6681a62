// Package deploy tests that this repository deploys: it runs the README's commands and
// those that a user of the SAM CLI types, unmodified, in a network namespace where every
// name is an emulator of AWS over TLS, and then uses the stack as its operator would.
//
// It promises that what it starts ends with it, and that nothing leaves the machine. It
// never shows what the emulator lacks; emulator.py lists that.
//
// The tests run as `make test LAYERS=deploy`, and skip elsewhere.
package deploy
