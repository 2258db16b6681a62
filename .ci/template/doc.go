// Package template tests template.yaml, as it stands and as CloudFormation gets it for
// many sets of parameters: that its times fit together, that rights are spelled out, who
// may send to the queues, that nothing is public or kept for ever, that alarms and
// dashboard watch metrics which the programs emit, and that the commands they name exist.
//
// The tests of sets of parameters read what .ci/scan/matrix.py wrote, in the folder that
// WEBHOOK_TEST_TEMPLATES names, and skip where it is unset; layer template sets it.
//
// It is never part of a program.
package template
