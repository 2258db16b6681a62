"""Starts ministack 1.5.33, a local emulator of AWS, with what it lacks for this template.

Each function below fills one gap and says what AWS does there. They replace private
functions of that version, so a newer version needs every gap looked at again; one that
is closed goes.

Gaps that stay open: nothing shifts traffic gradually, log lines in EMF become no metrics,
alarms never go off, KMS keys and custom domains are not used.
"""

import json
import os
import platform
import re
import threading

from ministack.app import main as serve
from ministack.core import iam_actions, lambda_runtime
from ministack.services import lambda_svc, sqs, sts
from ministack.services.cloudformation import changesets, engine, handlers, provisioners, stacks
from samtranslator.translator import transform

RESOURCES = provisioners._RESOURCE_HANDLERS


def change_properties(kind, change):
    """Sends the properties of every resource of one type through change() first."""
    create, update = RESOURCES[kind]["create"], RESOURCES[kind]["update"]
    RESOURCES[kind]["create"] = lambda name, props, stack: create(name, change(props), stack)
    RESOURCES[kind]["update"] = lambda id, old, new, *a, **kw: update(id, change(old), change(new), *a, **kw)


def gap_metric_math():
    """An alarm may name Metrics in place of one metric. It is recorded, never evaluated."""
    record = provisioners._cw_metric_alarm_record

    def alarm(name, props):
        metrics = props.get("Metrics")
        if not metrics:
            return record(name, props)
        returned = [m for m in metrics if str(m.get("ReturnData", True)).lower() == "true"]
        if len(returned) != 1 or len({m["Id"] for m in metrics}) != len(metrics):
            raise ValueError("Metrics: ids must differ, and exactly one metric returns data")
        single = {key: value for key, value in props.items() if key != "Metrics"}
        return record(name, single | {"Namespace": "metric math", "MetricName": returned[0]["Id"]})

    provisioners._cw_metric_alarm_record = alarm


def gap_codedeploy():
    """CodeDeploy's application and deployment groups exist. They are recorded, and do nothing."""
    def create(name, props, stack):
        key = "DeploymentGroupName" if "DeploymentStyle" in props else "ApplicationName"
        return props.get(key) or provisioners._physical_name(stack, name, max_len=100), {}

    for kind in ("Application", "DeploymentGroup"):
        RESOURCES.setdefault("AWS::CodeDeploy::" + kind, {
            "create": create,
            "update": lambda id, old, new, stack, name=None: (id, {}),
            "delete": lambda id, props: None,
        })


def gap_update_policy():
    """What an UpdatePolicy refers to is a dependency. Circles that it closes are refused."""
    properties_alone = engine._extract_deps

    def dependencies(resource, names):
        named = engine._intrinsic_references(resource.get("UpdatePolicy", {}))
        return properties_alone(resource, names) | {name for name, _ in named if name in names}

    engine._extract_deps = stacks._extract_deps = dependencies


def gap_transform():
    """SAM's transform knows the parameters' values, and so whether deployments are gradual."""
    apply, translate, current = engine._apply_transforms, transform.transform, threading.local()

    def apply_with_values(template, provided=None, previous=None):
        current.values = engine._transform_parameters(template, provided, previous)
        return apply(template, provided, previous)

    transform.transform = lambda template, _, policies: translate(template, current.values, policies)
    for module in (engine, changesets, handlers):
        module._apply_transforms = apply_with_values


def gap_queue_urls():
    """A queue's URL has the service's public name, without a port."""
    host = f"sqs.{os.environ['MINISTACK_REGION']}.amazonaws.com"
    sqs.DEFAULT_HOST, sqs.DEFAULT_PORT = host, "443"
    sqs._CANONICAL_NETLOC = host + ":443"
    sqs._queue_url_for_account = lambda account, name: f"https://{host}/{account}/{name}"


def gap_secrets():
    """Ref of a secret is its ARN, and a secret that is given no value has no version."""
    secrets = provisioners._sm._secrets
    kind = RESOURCES["AWS::SecretsManager::Secret"]
    create, update, delete = kind["create"], kind["update"], kind["delete"]

    def name_of(arn):
        return next((name for name, secret in secrets.items() if secret["ARN"] == arn), arn)

    def create_without_value(logical, props, stack):
        name, attributes = create(logical, props, stack)
        if not {"SecretString", "GenerateSecretString"} & props.keys():
            secrets[name]["Versions"] = {}
        return attributes["Arn"], attributes

    kind["create"] = create_without_value
    kind["update"] = lambda arn, *a, **kw: (arn, update(name_of(arn), *a, **kw)[1])
    kind["delete"] = lambda arn, props: delete(name_of(arn), props)


def gap_types():
    """CloudFormation turns a parameter's text into a number, and a number into a variable's text."""
    def concurrency(props):
        scaling = props.get("ScalingConfig")
        return props | {"ScalingConfig": {k: int(v) for k, v in scaling.items()}} if scaling else props

    def units(value):
        if isinstance(value, list):
            return [units(v) for v in value]
        if isinstance(value, dict):
            return {k: int(v) if k.endswith(("Units", "UnitsPerSecond")) else units(v) for k, v in value.items()}
        return value

    def table(props):
        return units(props) | {"DeletionProtectionEnabled": str(props.get("DeletionProtectionEnabled")).lower() == "true"}

    def text(value):
        return str(value).lower() if isinstance(value, bool) else str(value)

    def variables(props):
        values = (props.get("Environment") or {}).get("Variables") or {}
        return props | {"Environment": {"Variables": {k: text(v) for k, v in values.items()}}} if values else props

    change_properties("AWS::DynamoDB::Table", table)
    change_properties("AWS::Lambda::EventSourceMapping", concurrency)
    change_properties("AWS::Lambda::Function", variables)


def gap_api_body():
    """An HTTP API takes its routes from the OpenAPI document in Body."""
    gateway = provisioners._apigw_v2
    kind = RESOURCES["AWS::ApiGatewayV2::Api"]
    create, update = kind["create"], kind["update"]

    def add_route(api, method, path, integration):
        function = re.search(r"/functions/(arn:.*)/invocations$", integration["uri"]).group(1)
        _, _, made = gateway._create_integration(api, {
            "integrationType": "AWS_PROXY",
            "integrationUri": function,
            "payloadFormatVersion": integration["payloadFormatVersion"],
        })
        method = "ANY" if method == "x-amazon-apigateway-any-method" else method.upper()
        target = "integrations/" + json.loads(made)["integrationId"]
        gateway._create_route(api, {"routeKey": f"{method} {path}", "target": target})

    def set_routes(api, body):
        gateway._routes[api], gateway._integrations[api] = {}, {}
        for path, methods in body.get("paths", {}).items():
            for method, operation in methods.items():
                if integration := operation.get("x-amazon-apigateway-integration"):
                    add_route(api, method, path, integration)

    def created(*a, **kw):
        api, attributes = create(*a, **kw)
        set_routes(api, a[1].get("Body") or {})
        return api, attributes

    def updated(id, old, new, *a, **kw):
        api, attributes = update(id, old, new, *a, **kw)
        set_routes(api, new.get("Body") or {})
        return api, attributes

    kind["create"], kind["update"] = created, updated


def gap_partiql():
    """A statement of PartiQL takes its own right, such as PartiQLInsert, on the table that it names."""
    checks = iam_actions.dynamodb_transaction_checks
    named = re.compile(r'\s*(INSERT\s+INTO|UPDATE|DELETE\s+FROM|SELECT\b.*?\bFROM)\s+"?([\w.-]+)', re.IGNORECASE | re.DOTALL)

    def statement_checks(action, body, region, account):
        if action not in ("dynamodb:BatchExecuteStatement", "dynamodb:ExecuteStatement"):
            return checks(action, body, region, account)
        request, found = json.loads(body), []
        for statement in request.get("Statements", [request]):
            kind, table = named.match(statement["Statement"]).groups()
            right = "dynamodb:PartiQL" + kind.split()[0].capitalize()
            found.append((right, f"arn:aws:dynamodb:{region}:{account}:table/{table}"))
        return found

    iam_actions.dynamodb_transaction_checks = statement_checks


MACHINES = {0x3E: "x86_64", 0xB7: "arm64"}  # e_machine of an ELF header
QEMU = {"x86_64": "qemu-x86_64-static", "arm64": "qemu-aarch64-static"}
HOST = {"x86_64": "x86_64", "aarch64": "arm64"}[platform.machine()]


def machine_of(program):
    """The processor that a program was built for, or None."""
    with open(program, "rb") as file:
        header = file.read(20)
    return MACHINES.get(int.from_bytes(header[18:20], "little")) if header[:4] == b"\x7fELF" else None


def gap_architectures():
    """A function starts a program of its own processor alone. Here qemu runs the other processor's."""
    extract, spawn = lambda_svc._provided_runtime_code_dir, lambda_runtime.ProvidedWorker._spawn
    extracting = threading.Lock()

    def code_dir(code):
        with extracting:
            folder = extract(code)
            start, program = os.path.join(folder, "bootstrap"), os.path.join(folder, "program")
            machine = machine_of(start)
            if machine and machine != HOST:
                os.rename(start, program)
                with open(start, "w", encoding="ascii") as script:
                    script.write(f'#!/bin/sh\nexec {QEMU[machine]} "$(dirname "$0")/program"\n')
                os.chmod(start, 0o755)
            return folder

    def spawn_own(worker, *a, **kw):
        folder = code_dir(worker.code_zip)
        program = next(p for p in ("program", "bootstrap") if os.path.exists(os.path.join(folder, p)))
        machine, wanted = machine_of(os.path.join(folder, program)), worker.config["Architectures"][0]
        if machine != wanted:
            raise lambda_runtime.ProvidedRuntimeError(
                f"fork/exec /var/task/bootstrap: exec format error ({machine} on {wanted})", "Runtime.InvalidEntrypoint")
        return spawn(worker, *a, **kw)

    lambda_svc._provided_runtime_code_dir = code_dir
    lambda_runtime.ProvidedWorker._spawn = spawn_own


def gap_stack_states():
    """A change set of a stack that cannot be updated is refused when it is made."""
    create = handlers._ACTION_HANDLERS["CreateChangeSet"]
    updatable = re.compile("((CREATE|UPDATE|IMPORT|UPDATE_ROLLBACK|IMPORT_ROLLBACK)_COMPLETE|REVIEW_IN_PROGRESS)$")

    def create_checked(params):
        stack = handlers._resolve_stack(handlers._p(params, "StackName"))
        status = stack["StackStatus"] if stack else "CREATE_COMPLETE"
        if status == "DELETE_COMPLETE" or updatable.match(status):
            return create(params)
        return changesets._error(
            "ValidationError", f"Stack:{stack['StackId']} is in {status} state and can not be updated.")

    handlers._ACTION_HANDLERS["CreateChangeSet"] = create_checked


def gap_constraints():
    """A value that a parameter does not take is answered with its ConstraintDescription, as
    "Parameter NAME failed to satisfy constraint: …"; where it has none, AllowedValues are not listed."""
    resolve = engine._resolve_parameters
    of_parameter = re.compile(r"Parameter '(\w+)' (value .* is not in AllowedValues)?")

    def resolve_described(template, *a, **kw):
        try:
            return resolve(template, *a, **kw)
        except ValueError as error:
            named = of_parameter.match(str(error))
            if not named:
                raise
            name, not_allowed = named.groups()
            description = template["Parameters"].get(name, {}).get("ConstraintDescription")
            if description:
                raise ValueError(f"Parameter {name} failed to satisfy constraint: {description}") from error
            raise ValueError(f"Parameter '{name}' must be one of AllowedValues" if not_allowed else str(error)) from error

    for module in (engine, changesets, handlers):
        module._resolve_parameters = resolve_described


def gap_refusals():
    """Expired credentials are answered so, for ever, and an account may be denied new buckets:
    so it is with the key ASIAEXPIRED, and in the region EMULATOR_NO_BUCKETS_IN."""
    sts._evict_expired_sessions = lambda: None
    sts._sessions["ASIAEXPIRED"] = {
        "Arn": "arn:aws:sts::%s:assumed-role/operator/session" % os.environ["MINISTACK_ACCOUNT_ID"],
        "Expiration": 1.0, "SessionToken": "token", "SecretAccessKey": "secret",
    }

    def refuse(props):
        if provisioners.get_region() == os.environ.get("EMULATOR_NO_BUCKETS_IN"):
            raise ValueError("User is not authorized to perform: s3:CreateBucket (Service: S3, Status Code: 403)")
        return props

    change_properties("AWS::S3::Bucket", refuse)


def main():
    for name, fill in list(globals().items()):
        if name.startswith("gap_"):
            fill()
    serve()


if __name__ == "__main__":
    main()
