// Package sign is the command "hookctl sign": it signs a webhook as its provider would, and
// prints the headers or a curl command. It also holds what send, traffic and run share with
// it: the flags that name a webhook and its target.
//
// It promises signatures that the provider's own verifier takes. It never sends anything,
// and never prints a secret that is not part of a signed request.
package sign
