"""Lints what SAM makes of template.yaml, for many sets of parameters.

    matrix.py DIR SETS…    DIR: a folder, where each set's template is left as <set>.json:
                           {"parameters": …, "template": …}; SETS: some, else all

The sets are the stages of samconfig.toml, each parameter at each value that makes a
difference, and one with everything switched on. Those between stand on prod's, whose
gradual deployments add the most resources and references. Run with the Python of the SAM
CLI, which brings SAM's translator and cfn-lint. Anything that cfn-lint finds is a failure.
"""

import json
import multiprocessing
import os
import re
import sys

import tomlkit
from cfnlint.api import ManualArgs, lint

import resolve
import transform

ACCOUNT = "eu-central-1:123456789012"
CERTIFICATE = {"CertificateArn": f"arn:aws:acm:{ACCOUNT}:certificate/11111111-2222-3333-4444-555555555555"}
DOMAIN = {"DomainName": "hooks.example.com", **CERTIFICATE}
PROVISIONED = {"TableBilling": "PROVISIONED"}

# What is tried of each parameter that has no list of values. A template that has a
# parameter more fails until it stands here.
TRIED = {
    "MemorySize": ["256", "1769"],
    "ApiRateLimit": ["50"],
    "ApiBurstLimit": ["1"],
    "IngestReservedConcurrency": ["10"],
    "MaximumConcurrency": ["2", "1000"],
    "TableReadUnits": ["20"],
    "TableWriteUnits": ["500"],
    "IndexWriteUnits": ["250"],
    "TableWarmReadUnits": ["16000"],
    "TableWarmWriteUnits": ["8000"],
    "KeepPayloads": ["all", "contiguity,kyc"],
    "PayloadRetentionDays": ["30"],
    "QuarantineDays": ["0", "21"],
    "KmsKeyArn": [f"arn:aws:kms:{ACCOUNT}:key/11111111-2222-3333-4444-555555555555"],
    "HandlerTableArns": [
        f"arn:aws:dynamodb:{ACCOUNT}:table/accounts",
        f"arn:aws:dynamodb:{ACCOUNT}:table/accounts,arn:aws:dynamodb:{ACCOUNT}:table/deliveries",
    ],
    "HandlerEmailIdentityArn": [f"arn:aws:ses:{ACCOUNT}:identity/example.com"],
    "OperatorPrincipalArns": [
        "arn:aws:iam::123456789012:role/operator",
        "arn:aws:iam::123456789012:user/ops/anna,arn:aws:iam::123456789012:role/aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_Operator_*",
    ],
    "DeadLetterSourceArn": [f"arn:aws:sqs:{ACCOUNT}:webhook-intake-Queue-1A2B3C4D5E6F"],
    "AlarmEmail": ["ops@example.com"],
    "AlarmTopicArn": [f"arn:aws:sns:{ACCOUNT}:alarms"],
    "RejectionsThreshold": ["1"],
    "DomainName": ["hooks.example.com"],
    "CertificateArn": list(CERTIFICATE.values()),
    "HostedZoneId": ["Z0123456789ABCDEFGHIJ"],
}

# What a value is given with, because CloudFormation refuses it alone or ignores it.
WITH = {
    "TableReadUnits": PROVISIONED,
    "TableWriteUnits": PROVISIONED,
    "IndexWriteUnits": PROVISIONED,
    "PayloadRetentionDays": {"KeepPayloads": "all"},
    "DomainName": CERTIFICATE,
    "CertificateArn": DOMAIN,
    "HostedZoneId": DOMAIN,
    "ExecuteApiEndpoint": DOMAIN,
}

# Sets that CloudFormation has to refuse before it makes anything, and words of its reason.
REFUSED = [
    ({"DomainName": "hooks.example.com"}, "DomainName needs CertificateArn"),
    (CERTIFICATE, "CertificateArn is for a custom domain"),
    ({"HostedZoneId": "Z0123456789ABCDEFGHIJ"}, "HostedZoneId is for a custom domain"),
    ({"ExecuteApiEndpoint": "disabled"}, "nothing could reach the API"),
    ({"Architecture": "x86"}, "not among AllowedValues"),
    ({"ApiRateLimit": "0"}, "not between MinValue and MaxValue"),
    ({"MaximumConcurrency": "2.5"}, "must be a whole number from 2 to 1000"),
    ({"OperatorPrincipalArns": "arn:aws:iam::123456789012:role/operator,*"}, "must be ARNs of roles or users"),
]


def stages():
    """Yields each stage of samconfig.toml and the parameters that it deploys."""
    with open("samconfig.toml", encoding="utf-8") as file:
        config = tomlkit.load(file).unwrap()
    for stage, commands in config.items():
        if isinstance(commands, dict):
            overrides = commands["global"]["parameters"]["parameter_overrides"]
            yield stage, dict(pair.split("=", 1) for pair in overrides.split())


def values(name, parameter, other):
    """Lists what to try of a parameter: not the value that the other sets have."""
    if name in TRIED:
        return TRIED[name]
    if "AllowedValues" not in parameter:
        sys.exit(f"template.yaml has a parameter {name}: say in {__file__} what to try of it")
    others = [str(v) for v in parameter["AllowedValues"] if str(v) != other]
    # Of many, such as the days that a log may be kept, the first and the last.
    return others if len(others) <= 4 else [others[0], others[-1]]


def sets(template):
    found = dict(stages())
    base, everything = found["prod"], dict(found["prod"])
    for name, parameter in template["Parameters"].items():
        for n, value in enumerate(values(name, parameter, base.get(name, str(parameter.get("Default"))))):
            found[f"{name}-{n + 1}"] = {**base, **WITH.get(name, {}), name: value}
            if name not in base and value != "false":  # which switches something off
                everything[name] = value
    return {**found, "everything": everything}


def judge(job):
    """Returns a set's name and what is wrong with it, and leaves its template in the folder."""
    folder, name, given = job
    template = transform.read()
    parameters = transform.all_values(template, given)
    faults = resolve.refused(template, parameters)
    if faults:
        return name, [f"CloudFormation refuses the set: {fault}" for fault in faults]
    made = transform.transform(template, parameters)
    with open(os.path.join(folder, name + ".json"), "w", encoding="utf-8") as file:
        json.dump({"parameters": parameters, "template": made}, file, indent=1)
    region = re.match(r"[a-z0-9-]+", ACCOUNT).group()
    found = lint(json.dumps(made), config=ManualArgs(regions=[region]))
    return name, [f"{m.rule.id} {m.message} ({'/'.join(map(str, m.path or []))})" for m in found]


def taken(template):
    """Lists the sets that should be refused and are not."""
    for given, words in REFUSED:
        reasons = resolve.refused(template, transform.all_values(template, given))
        if not any(words in reason for reason in reasons):
            yield f"CloudFormation would take {given}, or not say that {words}: {reasons}"


if __name__ == "__main__":
    folder, *only = sys.argv[1:]
    jobs = [(folder, name, given) for name, given in sets(transform.read()).items() if not only or name in only]
    faults = {fault: ["REFUSED"] for fault in taken(transform.read())}  # the sets that have it, by fault
    with multiprocessing.Pool(min(4, os.cpu_count() or 1)) as pool:
        for name, found in pool.imap(judge, jobs):
            for fault in found:
                faults.setdefault(fault, []).append(name)
    if faults:
        sys.exit("\n".join(f"{fault}: in {', '.join(names)}" for fault, names in faults.items()))
    print(f"cfn-lint: nothing found in what SAM makes of {len(jobs)} set(s) of parameters")
