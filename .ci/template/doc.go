// Package template tests template.yaml: that its times fit together, that each function
// may do what its program does and nothing more, that nothing of it is public or kept for
// ever, that alarms watch what the programs count and name commands that are there. It is
// never part of a program.
package template
