package deploy

import (
	"encoding/json"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
)

// refusals types meaningless commands, and some that cannot be done now, and wants them
// refused, with what to do, before anything is created.
func (w *world) refusals(t *testing.T) {
	s := w.stage(t, "refused", "refused")
	write(t, filepath.Join(s.dir, "sso.config"), "[profile sso]\nregion = "+region+"\nsso_account_id = "+account+
		"\nsso_role_name = operator\nsso_region = "+region+"\nsso_start_url = https://example.awsapps.com/start\n")
	const deploy = "make deploy ARGS='--no-confirm-changeset --stack-name refused "
	for _, tt := range []struct{ name, command, shows string }{
		{"no such parameter", deploy + "--parameter-overrides AlarmMail=ops@example.com'", `AlarmMail is not a parameter .* AlarmEmail`},
		{"no such processor", deploy + "--parameter-overrides Architecture=sparc'", "Architecture=sparc: give x86_64 or arm64"},
		{"value against its pattern", deploy + "--parameter-overrides AlarmEmail=ops'", "deploy: the parameter AlarmEmail must be one e-mail address"},
		{"value that is not listed", deploy + "--parameter-overrides LogRetentionDays=31'", "deploy: the parameter LogRetentionDays must be one of 1, 3, 5"},
		{"values against a rule", deploy + "--parameter-overrides ExecuteApiEndpoint=disabled'", "deploy: .*Give DomainName as well"},
		{"expired credentials", "AWS_ACCESS_KEY_ID=ASIAEXPIRED AWS_SECRET_ACCESS_KEY=secret AWS_SESSION_TOKEN=token make deploy", "deploy: the AWS credentials have expired: log in again"},
		{"credentials of nobody", "AWS_ACCESS_KEY_ID=AKIANOBODY make deploy", "deploy: AWS does not know these credentials"},
		{"no credentials", "unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY; make deploy", "deploy: there are no AWS credentials: log in"},
		{"no login", "unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY; AWS_CONFIG_FILE=sso.config AWS_PROFILE=sso make deploy", "deploy: there are no AWS credentials: log in"},
		{"no region", "unset AWS_REGION AWS_DEFAULT_REGION; make deploy", "deploy: no region is chosen: set AWS_REGION"},
		{"no network", "AWS_ENDPOINT_URL=http://127.0.0.1:1 AWS_MAX_ATTEMPTS=1 make deploy", "deploy: AWS cannot be reached"},
		{"no such name of a stack", "make deploy ARGS='--stack-name bad_name'", "deploy: the name of a stack has letters, digits and hyphens"},
		{"no such profile", "AWS_PROFILE=nobody make deploy", `The config profile \(nobody\) could not be found`},
		{"no bucket", "AWS_REGION=" + noBuckets + " AWS_DEFAULT_REGION=" + noBuckets + " make deploy", "deploy: the bucket for the programs cannot be made"},
		{"still no bucket", "AWS_REGION=" + noBuckets + " AWS_DEFAULT_REGION=" + noBuckets + " make deploy", "deploy: the bucket for the programs cannot be made"},
		// Of plain SAM commands.
		{"not built", "sam deploy --config-env prod", `Template file not found at .*/\.aws-sam/prod/template\.yaml`},
		{"built for another stage", "sam build && sam deploy --config-env prod", `Template file not found at .*/\.aws-sam/prod/template\.yaml`},
		{"no processor at deploy", "sam build && sam deploy --no-confirm-changeset --stack-name refused --parameter-overrides LogLevel=debug", "Architecture"},
		{"no processor at build", "sam build --parameter-overrides LogLevel=debug", "Error: .*Architecture"},
	} {
		t.Run(tt.name, func(t *testing.T) { s.refuses(t, tt.command, tt.shows) })
	}
	t.Run("a list replaced", func(t *testing.T) {
		s.shows(t, "make build ENV=prod ARGS='--parameter-overrides AlarmEmail=ops@example.com LogRetentionDays=30'",
			`If the stack is new, give these as well: GradualDeployment=true DeletionProtection=true\n`)
	})
	t.Run("states", s.states)
	t.Run("processors", func(t *testing.T) { s.processors(t, w.stage(t, "fresh", "another")) })
}

// states deploys to stacks that cannot be updated: one that is being made, and one that
// was never made.
func (s stage) states(t *testing.T) {
	makeStack(t, "unfinished", 600)
	s.refuses(t, "make deploy ARGS='--stack-name unfinished'", `deploy: the stack unfinished is being changed \(CREATE_IN_PROGRESS\): wait`)
	makeStack(t, "unmade", 1)
	client := cloudformation.NewFromConfig(awsConfig(t))
	eventually(t, 5*time.Minute, "the stack is rolled back", func() (string, bool) {
		found, err := client.DescribeStacks(t.Context(), &cloudformation.DescribeStacksInput{StackName: new("unmade")})
		if err != nil {
			return err.Error(), false
		}
		return string(found.Stacks[0].StackStatus), found.Stacks[0].StackStatus == "ROLLBACK_COMPLETE"
	})
	s.refuses(t, "make deploy ARGS='--stack-name unmade'", `deploy: the stack unmade cannot be updated \(ROLLBACK_COMPLETE\): sam delete --stack-name unmade`)
}

// makeStack begins to make a stack that waits for a signal which never comes.
func makeStack(t *testing.T, name string, seconds int) {
	t.Helper()
	template, err := json.Marshal(map[string]any{"Resources": map[string]any{
		"Handle": map[string]any{"Type": "AWS::CloudFormation::WaitConditionHandle"},
		"Wait": map[string]any{"Type": "AWS::CloudFormation::WaitCondition", "Properties": map[string]any{
			"Handle": map[string]string{"Ref": "Handle"}, "Timeout": seconds,
		}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	client := cloudformation.NewFromConfig(awsConfig(t))
	if _, err := client.CreateStack(t.Context(), &cloudformation.CreateStackInput{StackName: &name, TemplateBody: new(string(template))}); err != nil {
		t.Fatal(err)
	}
}

// processors names another processor than samconfig.toml does, in every way that there
// is: functions and programs are then both for it, or nothing is deployed.
func (s stage) processors(t *testing.T, fresh stage) {
	const refused = "must be x86_64, which the programs were built for.*type: make deploy ARGS='--parameter-overrides Architecture=arm64'"
	s.refuses(t, "make build && sam deploy --stack-name other --parameter-overrides Architecture=arm64", "Parameter Architecture failed to satisfy constraint: "+refused)

	// Typed at --guided, it is refused, but saved: the next deploy builds for it.
	guided := s.shell
	guided.answers = []answer{
		{regexp.MustCompile(`Parameter Architecture \[\w+\]: $`), "arm64"},
		{regexp.MustCompile(`Stack Name \[[\w-]+\]: $`), "other"},
	}
	guided.refuses(t, "make deploy ARGS=--guided", "deploy: the parameter Architecture "+refused)
	s.deploysArm64(t, "make deploy ARGS=--no-confirm-changeset", "other")

	fresh.deploysArm64(t, "make deploy ARGS='--no-confirm-changeset --stack-name another --parameter-overrides Architecture=arm64'", "another")
}

// deploysArm64 wants a stack of arm64 functions that answer.
func (s stage) deploysArm64(t *testing.T, command, stack string) {
	t.Helper()
	s.shows(t, command, "Successfully created/updated stack")
	out := outputs(t, stack)
	s.shows(t, "aws lambda get-function-configuration --function-name "+out["IngestFunction"]+" --query Architectures", "arm64")
	url := strings.Replace(out["WebhookUrl"], "hooks/{source}", "healthz", 1)
	if status, body, err := get(t, url); status != http.StatusOK {
		t.Errorf("%s: %d %s, %v", url, status, body, err)
	}
}
