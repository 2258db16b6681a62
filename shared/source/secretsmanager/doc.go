// Package secretsmanager reads the versions of a secret in AWS Secrets Manager, as a
// [source.Fetcher].
//
// It promises to tell a secret without a version, as it is between the first deployment
// and the first value, from one that cannot be read. It promises that no error quotes the
// value of a secret.
//
// It never writes a secret. It never loads the SDK's default configuration, which would
// lengthen every cold start. It never keeps a connection: there are minutes between two
// reads, in which Lambda may freeze the process and the other side close the connection.
package secretsmanager
