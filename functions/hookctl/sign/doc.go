// Package sign is the command "hookctl sign": it signs a webhook as its provider would, and
// prints the headers or a curl command. It also holds what send, traffic and run share with
// it: the flags that name a webhook and its target.
//
// It promises signatures that the provider's verifier accepts. It never sends anything, and
// never prints a secret, except for the token that is part of a request of contiguity-v1.
package sign
