// Package quarantine is the command "hookctl quarantine": it lists the requests that were
// refused for their signature, and releases those that verify with the current secrets.
//
// It promises to show what it would release or drop before it asks. Package
// operate/quarantine does the work.
//
// It never shows a query's values, and a body only if it is asked for.
package quarantine
