package rights

import (
	"errors"
	"go/token"
	"regexp"

	"golang.org/x/tools/go/ssa"
)

// vaultPackage signs its requests by hand, so its methods stand for S3's operations.
const vaultPackage = module + "shared/vault/s3"

// vaultActions are the actions that the vault's methods need. Sources:
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
var vaultActions = map[string]string{
	"Put": "s3:PutObject", "Get": "s3:GetObject", "Delete": "s3:DeleteObject", "List": "s3:ListBucket",
}

// vaultKey is the argument, after receiver and context, that is a key or a prefix of keys.
const vaultKey = 2

// keyPrefix is how a constant begins that is a key, or what keys begin with.
var keyPrefix = regexp.MustCompile(`^[a-z]+/`)

var errNoPrefix = errors.New("cannot find out with which prefix its key begins")

// isVault reports whether f is a method that sends requests for others. One that is not in
// vaultActions is reported where it is called.
func isVault(f *ssa.Function) bool {
	named := receiver(f)
	return path(f) == vaultPackage && named != nil && named.Obj().Name() == "Vault" && token.IsExported(f.Name())
}

// onVault returns the action that a call of the vault needs, on each prefix that its key
// may have.
func (x *program) onVault(c clientCall, known map[string]bool) (map[string]map[string]bool, error) {
	action := vaultActions[c.operation]
	if action == "" {
		return nil, errUnknown
	}
	buckets := trace(x, known, c.vault, "base").names
	if len(buckets) == 0 {
		return nil, errNoResource
	}
	names := map[string]bool{}
	for text := range trace(x, known, c.key).texts {
		for bucket := range buckets {
			if prefix := keyPrefix.FindString(text); prefix != "" {
				names[bucket+"/"+prefix+"*"] = true
			}
		}
	}
	if len(names) == 0 {
		return nil, errNoPrefix
	}
	return map[string]map[string]bool{action: names}, nil
}
