// Package reconcile is the command "hookctl reconcile": it asks a provider's API for what
// webhooks should have reported, and puts it into the queue.
//
// It promises to check the queue before it asks the provider, to list every event by id and
// type, and that a second run within an hour queues only duplicates.
//
// It never prints a payload or a credential.
package reconcile
