// Package secretsmanager reads a secret's versions from AWS Secrets Manager, as a
// [source.Fetcher].
//
// It promises to tell a secret that has no version yet, as it is between the first
// deployment and the first secret put there, from one that cannot be read, and that no
// error holds anything of a secret's value.
//
// It never writes a secret, never loads the SDK's default configuration, which would
// lengthen every cold start, and never keeps a connection: between two reads lie
// minutes, in which Lambda may freeze the process and the other side hang up.
package secretsmanager
