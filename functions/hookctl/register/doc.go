// Package register is the command "hookctl register": it sets the URL to which a provider
// sends its webhooks.
//
// It promises to show what would change before it changes anything, and to save a new secret
// before it sets it, so that the secret cannot be lost.
//
// It never writes a secret into a pipe, and shows it only once, on a terminal.
package register
