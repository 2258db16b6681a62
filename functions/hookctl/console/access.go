package console

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"sync"
)

// Access is what a browser needs to reach a console. All of it is random, 128 bits each.
type Access struct {
	Prefix  string `json:"prefix"`  // the first part of each page's path
	Token   string `json:"token"`   // of the address that is opened first; empty once it was used
	Session string `json:"session"` // of the cookie
}

// NewAccess returns an Access that nobody can guess.
func NewAccess() Access {
	return Access{Prefix: random(), Token: random(), Session: random()}
}

// random returns 128 random bits, in few enough characters that an address fits a line.
func random() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails: it ends the program instead
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// Address returns the address to open at a server's URL, which has no path.
func (a Access) Address(base string) string {
	return base + a.path() + "?token=" + a.Token
}

func (a Access) path() string { return "/" + a.Prefix + "/" }

// A door lets in who has the token, once, or the cookie.
type door struct {
	changed func(Access) // is called after the token was used

	mu     sync.Mutex
	access Access
}

// use reports whether token is the one that was not used yet, and uses it up.
func (d *door) use(token string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.access.Token == "" || !equal(token, d.access.Token) {
		return false
	}
	d.access.Token = ""
	if d.changed != nil {
		d.changed(d.access)
	}
	return true
}

func equal(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
