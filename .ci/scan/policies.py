"""Judges the template's IAM policies with parliament: that every action and condition key
exists, and fits the resources beside it.

    policies.py FILE    FILE: a set's template, as matrix.py leaves it

Run with the Python of parliament. Anything that it finds is a failure.
"""

import json
import re
import sys

from parliament import analyze_policy_string

PSEUDO = {
    "AWS::Partition": "aws",
    "AWS::Region": "eu-central-1",
    "AWS::AccountId": "123456789012",
    "AWS::URLSuffix": "amazonaws.com",
    "AWS::StackName": "webhook-intake",
}

# The ARN of a resource of each type that a policy names.
ARNS = {
    "AWS::DynamoDB::Table": "arn:aws:dynamodb:eu-central-1:123456789012:table/{}",
    "AWS::Lambda::Function": "arn:aws:lambda:eu-central-1:123456789012:function:{}",
    "AWS::Lambda::EventSourceMapping": "11111111-2222-3333-4444-555555555555",  # what Ref is
    "AWS::Logs::LogGroup": "arn:aws:logs:eu-central-1:123456789012:log-group:{}:*",
    "AWS::S3::Bucket": "arn:aws:s3:::{}",
    "AWS::SNS::Topic": "arn:aws:sns:eu-central-1:123456789012:{}",
    "AWS::SQS::Queue": "arn:aws:sqs:eu-central-1:123456789012:{}",
    "AWS::SecretsManager::Secret": "arn:aws:secretsmanager:eu-central-1:123456789012:secret:{}-a1b2c3",
}


def named(name, resources):
    """Returns what a reference to a pseudo parameter or a resource stands for."""
    if name in PSEUDO:
        return PSEUDO[name]
    logical = name.split(".")[0]
    kind = resources[logical]["Type"]
    if kind not in ARNS:
        sys.exit(f"a policy names {name}, a {kind}: say in {__file__} what its ARN looks like")
    return ARNS[kind].format(logical)


def concrete(node, resources):
    if isinstance(node, list):
        return [concrete(n, resources) for n in node]
    if not isinstance(node, dict):
        return node
    if len(node) == 1:
        (function, argument), = node.items()
        if function == "Ref":
            return named(argument, resources)
        if function == "Fn::GetAtt":
            return named(argument if isinstance(argument, str) else ".".join(argument), resources)
        if function == "Fn::Sub":
            return re.sub(r"\$\{([^}]+)}", lambda m: named(m.group(1), resources), argument)
        if function.startswith("Fn::"):
            sys.exit(f"a policy has {function}, which {__file__} does not evaluate")
    return {key: concrete(value, resources) for key, value in node.items()}


def policies(resources):
    """Yields each policy that is for whoever has it, with its name."""
    for name, resource in resources.items():
        properties = resource["Properties"]
        if resource["Type"] == "AWS::IAM::ManagedPolicy":
            yield name, properties["PolicyDocument"]
        for policy in properties.get("Policies", []) if resource["Type"] == "AWS::IAM::Role" else []:
            yield f"{name}/{policy['PolicyName']}", policy["PolicyDocument"]


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        resources = json.load(file)["template"]["Resources"]
    judged, faults = 0, []
    for name, document in policies(resources):
        judged += 1
        for finding in analyze_policy_string(json.dumps(concrete(document, resources))).findings:
            faults.append(f"{name}: {finding.issue} {finding.detail or ''} {json.dumps(finding.location.get('string', ''))}")
    if faults or judged == 0:
        sys.exit("\n".join(faults) or "found no policy")
    print(f"parliament: nothing found in {judged} policies")
