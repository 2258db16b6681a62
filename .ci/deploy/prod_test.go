package deploy

import (
	"strings"
	"testing"
)

// prod deploys the stage prod as the README says, next to the default stage, and uses it.
// Its programs are for arm64; on another processor the emulator runs them in qemu.
func (w *world) prod(t *testing.T, readme string) {
	s := w.stage(t, "prod", "webhook-intake-prod")
	s.follow(t, readme, "Deploy", strings.NewReplacer(
		"make build", "make build ENV=prod",
		"make deploy ARGS=--guided", "make deploy ENV=prod",
		"--stack webhook-intake", "--stack webhook-intake-prod",
	))
	stack := outputs(t, s.stack)
	for _, function := range []string{"IngestFunction", "ProcessFunction"} {
		s.shows(t, "aws lambda get-function-configuration --function-name "+stack[function]+" --query Architectures", "arm64")
	}
	s.accepts(t, s.send(t, "text.delivery.confirmed", "contiguity", "--id evt_prod"), "accepted")
	s.willShow(t, s.hookctl("events list --all"), "evt_prod .*(completed|unhandled)")
	if outputs(t, s.stack)["DashboardUrl"] != "" {
		t.Error("a stack that watches leanly has a dashboard")
	}
	watched := `ARGS='--no-confirm-changeset --parameter-overrides "Architecture=arm64 GradualDeployment=true LogRetentionDays=90 DeletionProtection=true Watch=full"'`
	s.shows(t, "make deploy ENV=prod RESTART=1 "+watched, "Successfully created/updated stack")
	if outputs(t, s.stack)["DashboardUrl"] == "" {
		t.Error("a stack that watches fully has no dashboard")
	}
	s.accepts(t, s.hookctl("doctor"), "All is well")
	s.shows(t, "sam delete --config-env prod --region us-east-1 --no-prompts", "Deleted successfully")
	isKept(t, stack)
}
