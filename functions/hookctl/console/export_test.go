package console

// Assets are the files that pages load.
var Assets = assets

// Masked is what a page shows of a body at first.
var Masked = masked
