"""Prints template.yaml as CloudFormation gets it: SAM's resources made into AWS's.

Run with the Python of the SAM CLI, which brings the translator. Arguments are
parameters, as Name=value.
"""

import json
import sys

import boto3
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse

with open("template.yaml", encoding="utf-8") as file:
    template = yaml_parse(file.read())
parameters = {name: p.get("Default", "") for name, p in template["Parameters"].items()}
parameters.update(argument.split("=", 1) for argument in sys.argv[1:])

# What `sam deploy` puts in the place of folders.
for name, resource in template["Resources"].items():
    if resource["Type"] == "AWS::Serverless::Function":
        resource["Properties"]["CodeUri"] = {"Bucket": "bucket", "Key": name}

session = boto3.Session(region_name="us-east-1")
translated = Translator({}, Parser(), boto_session=session).translate(template, parameters)
json.dump(translated, sys.stdout, indent=1)
