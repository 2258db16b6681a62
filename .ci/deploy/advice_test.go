package deploy

import (
	"os/exec"
	"strings"
	"testing"
)

// What AWS, the SDK under SAM and SAM itself say, and the line that `make deploy` adds.
func TestAdvice(t *testing.T) {
	t.Parallel()
	reads(t, "../advice.sh")
	const (
		changeSet = "Error: Failed to create changeset for the stack: webhook-intake, An error occurred (ValidationError) when calling the CreateChangeSet operation: "
		stack     = changeSet + "Stack:arn:aws:cloudformation:us-east-1:111122223333:stack/mine-2/0a1b2c is in "
		managed   = "Error: Failed to create managed resources: "
		login     = "there are no AWS credentials: log in"
		expired   = "the AWS credentials have expired: log in again"
		rights    = "these AWS credentials may not deploy"
	)
	for _, tt := range []struct{ name, printed, want string }{
		{"nothing", "", ""},
		{"no error", "Uploading to 1234  100 / 100  (100.00%)", ""},
		{"an error like no other", "Error: the moon is full", ""},
		{"the last error counts", "Error: Unable to locate credentials\n" + "Error: the moon is full", ""},

		{"state: being updated", stack + "UPDATE_IN_PROGRESS state and can not be updated.", "the stack mine-2 is being changed (UPDATE_IN_PROGRESS): wait"},
		{"state: cleaning up", stack + "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS state and can not be updated.", "the stack mine-2 is being changed (UPDATE_COMPLETE_CLEANUP_IN_PROGRESS): wait"},
		{"state: never made", stack + "ROLLBACK_COMPLETE state and can not be updated.", "the stack mine-2 cannot be updated (ROLLBACK_COMPLETE): sam delete --stack-name mine-2"},
		{"state: half deleted", stack + "DELETE_FAILED state and can not be updated.", "the stack mine-2 cannot be updated (DELETE_FAILED): sam delete --stack-name mine-2"},
		{"state: half updated", stack + "UPDATE_FAILED state and can not be updated.", "the stack mine-2 was left half-way by an update (UPDATE_FAILED): aws cloudformation rollback-stack --stack-name mine-2"},
		{"state: half rolled back", stack + "UPDATE_ROLLBACK_FAILED state and can not be updated.", "the stack mine-2 could not be rolled back (UPDATE_ROLLBACK_FAILED): aws cloudformation continue-update-rollback --stack-name mine-2"},

		{"expired keys", managed + "An error occurred (ExpiredToken) when calling the DescribeStacks operation: The security token included in the request is expired", expired},
		{"expired token", "Error: Error when retrieving token from sso: Token has expired and refresh failed", expired},
		{"expired login", managed + "The SSO session associated with this profile has expired or is otherwise invalid. To refresh this SSO session run aws sso login with the corresponding profile.", expired},
		{"expired, refreshed for nothing", "Error: Credentials were refreshed, but the refreshed credentials are still expired.", expired},
		{"no credentials", managed + "Unable to locate credentials", login},
		{"no such profile", "Error: The config profile (nobody) could not be found", login},
		{"half of the credentials", "Error: Partial credentials found in config-file, missing: aws_secret_access_key", login},
		{"no login", "Error: Error loading SSO Token: Token for https://example.awsapps.com/start does not exist", login},
		{"a program that gives none", "Error: Error when retrieving credentials from custom-process: ", login},
		{"credentials of nobody", managed + "An error occurred (InvalidClientTokenId) when calling the DescribeStacks operation: The security token included in the request is invalid.", "AWS does not know these credentials"},

		{"no region", "Error: Error Setting Up Managed Stack Client: Unable to resolve a region. Please provide a region via the --region parameter or by the AWS_DEFAULT_REGION environment variable.", "no region is chosen: set AWS_REGION"},
		{"no such region", managed + `Could not connect to the endpoint URL: "https://cloudformation.us-esat-1.amazonaws.com/"`, "AWS cannot be reached"},
		{"no rights at all", managed + "An error occurred (AccessDenied) when calling the DescribeStacks operation: User: arn:aws:iam::111122223333:user/anna is not authorized to perform: cloudformation:DescribeStacks", rights},
		{"no right to deploy", "Error: Failed to create changeset for the stack: webhook-intake, An error occurred (AccessDenied) when calling the CreateChangeSet operation: User: arn:aws:iam::111122223333:user/anna is not authorized to perform: cloudformation:CreateChangeSet", rights},
		{"no right to SAM's transform", "Error: Failed to create changeset for the stack: webhook-intake, ex: Waiter ChangeSetCreateComplete failed: Waiter encountered a terminal failure state Status: FAILED. Reason: User: arn:aws:iam::111122223333:user/anna is not authorized to perform: cloudformation:CreateChangeSet on resource: arn:aws:cloudformation:us-east-1:aws:transform/Serverless-2016-10-31", rights},
		{"no bucket", managed + "Waiter StackCreateComplete failed: Waiter encountered a terminal failure state", "the bucket for the programs cannot be made"},

		{"a name with an underscore", changeSet + "1 validation error detected: Value 'bad_name' at 'stackName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*", "the name of a stack has letters, digits and hyphens"},
		{"a value with a description", changeSet + "Parameter AlarmEmail failed to satisfy constraint: must be one e-mail address, as ops@example.com; or empty.", "the parameter AlarmEmail must be one e-mail address, as ops@example.com; or empty."},
		{"a value without one", changeSet + "Parameter 'ApiRateLimit' must be a number not less than 1", "the parameter 'ApiRateLimit' must be a number not less than 1"},
		{"values against a rule", changeSet + "Template error: rule ZoneHasDomain failed: HostedZoneId is for a custom domain. Give DomainName as well.", "HostedZoneId is for a custom domain. Give DomainName as well."},
		{"a resource failed", "Error: Failed to create/update the stack: webhook-intake, Waiter StackUpdateComplete failed: Waiter encountered a terminal failure state", "the first resource above that is marked FAILED says why"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			cmd := exec.CommandContext(t.Context(), "bash", "../advice.sh")
			cmd.Stdin = strings.NewReader("Deploying\n" + tt.printed + "\nbye\n")
			out, err := cmd.CombinedOutput()
			got := strings.TrimSuffix(string(out), "\n")
			if err != nil || strings.Contains(got, "\n") || !strings.HasPrefix(got, tt.want) || tt.want == "" && got != "" {
				t.Errorf("%v, says %q, want one line that begins with %q", err, got, tt.want)
			}
		})
	}
}
