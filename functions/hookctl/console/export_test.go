package console

import "time"

// Assets are the files that pages load.
var Assets = assets

// Masked is what a page shows of a body at first.
var Masked = masked

// SetPatience sets how long a page waits for an act to end.
func (c *Console) SetPatience(d time.Duration) { c.jobs.patience = d }
