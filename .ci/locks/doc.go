// Package locks tests that what .ci installs and runs is locked: every package of Python,
// npm and Maven by its hash, Go by its toolchain, and that known vulnerabilities fail. It
// never reaches the network, and is never part of a program.
package locks
