"""Prints what template.yaml makes of parameters, given as Name=value.

SAM's resources are made into AWS's, and conditions and parameters are evaluated, so that
a linter judges the resources that CloudFormation would make and no others.

Run with the Python of the SAM CLI, which brings SAM's translator.
"""

import copy
import json
import logging
import sys

import boto3
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse

import resolve

logging.getLogger("samtranslator").setLevel(logging.ERROR)  # it warns of features that need an account
session = boto3.Session(region_name="us-east-1")


def read():
    with open("template.yaml", encoding="utf-8") as file:
        return yaml_parse(file.read())


def all_values(template, given):
    """Returns the value of each parameter: as given, else its default or the first that it may have."""
    unknown = given.keys() - template["Parameters"].keys()
    if unknown:
        raise ValueError(f"template.yaml has no parameter {', '.join(sorted(unknown))}")
    return {name: str(p.get("Default", p.get("AllowedValues", [""])[0])) for name, p in template["Parameters"].items()} | given


def transform(template, values):
    template = copy.deepcopy(template)
    for name, resource in template["Resources"].items():
        if resource["Type"] == "AWS::Serverless::Function":
            # What `sam deploy` puts in the place of folders.
            resource["Properties"]["CodeUri"] = {"Bucket": "bucket", "Key": name}
    translated = Translator({}, Parser(), boto_session=session).translate(template, dict(values))
    return resolve.resolve(translated, values)


if __name__ == "__main__":
    template = read()
    given = dict(argument.split("=", 1) for argument in sys.argv[1:])
    json.dump(transform(template, all_values(template, given)), sys.stdout, indent=1)
