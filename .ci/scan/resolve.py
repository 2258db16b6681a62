"""Evaluates a CloudFormation template for one set of parameters.

What is left has no parameters, mappings, conditions and rules: the resources that the
set makes, with their values. References to resources and pseudo parameters stay.
"""

import re

NOTHING = object()  # what AWS::NoValue leaves


def resolve(template, values):
    """Returns the template as the values of its parameters make it."""
    e = _Evaluator(template, values)
    kept = {}
    for section in ("Resources", "Outputs"):
        kept[section] = {}
        for name, entry in template.get(section, {}).items():
            if "Condition" not in entry or e.condition(entry["Condition"]):
                entry = {key: value for key, value in entry.items() if key != "Condition"}
                kept[section][name] = e.value(entry)
    return {"AWSTemplateFormatVersion": "2010-09-09", **kept}


def refused(template, values):
    """Lists why CloudFormation refuses the values before it makes anything."""
    faults = []
    for name, p in template["Parameters"].items():
        for value in values[name].split(",") if p["Type"] == "CommaDelimitedList" else [values[name]]:
            if value not in map(str, p.get("AllowedValues", [value])):
                faults.append(f"{name}={value}: not among AllowedValues")
            if not re.fullmatch(p.get("AllowedPattern", ".*"), value):
                faults.append(f"{name}={value}: {p.get('ConstraintDescription')}")
            if p["Type"] == "Number" and not p.get("MinValue", 0) <= float(value) <= p.get("MaxValue", 1e18):
                faults.append(f"{name}={value}: not between MinValue and MaxValue")
    e = _Evaluator(template, values)
    for rule in template.get("Rules", {}).values():
        if e.holds(rule["RuleCondition"]):
            faults += [a["AssertDescription"] for a in rule["Assertions"] if not e.holds(a["Assert"])]
    return faults


class _Evaluator:
    def __init__(self, template, values):
        self.mappings = template.get("Mappings", {})
        self.conditions = template.get("Conditions", {})
        self.values = {}
        for name, p in template["Parameters"].items():
            split = p["Type"] == "CommaDelimitedList"
            self.values[name] = [v.strip() for v in values[name].split(",")] if split else values[name]

    def condition(self, name):
        return self.holds(self.conditions[name])

    def holds(self, node):
        (function, arguments), = node.items()
        if function == "Condition":
            return self.condition(arguments)
        if function == "Fn::Not":
            return not self.holds(arguments[0])
        if function == "Fn::And":
            return all(map(self.holds, arguments))
        if function == "Fn::Or":
            return any(map(self.holds, arguments))
        if function == "Fn::Equals":
            return str(self.value(arguments[0])) == str(self.value(arguments[1]))
        raise ValueError(f"a condition with {function}")

    def value(self, node):
        if isinstance(node, list):
            return [v for v in map(self.value, node) if v is not NOTHING]
        if not isinstance(node, dict):
            return node
        if len(node) == 1:
            (function, arguments), = node.items()
            if function == "Ref":
                return NOTHING if arguments == "AWS::NoValue" else self.values.get(arguments, node)
            evaluate = getattr(self, "_" + function.replace("Fn::", "").lower(), None)
            if function.startswith("Fn::") and evaluate:
                return evaluate(arguments)
        evaluated = {key: self.value(value) for key, value in node.items()}
        return {key: value for key, value in evaluated.items() if value is not NOTHING}

    def _if(self, arguments):
        return self.value(arguments[1 if self.condition(arguments[0]) else 2])

    def _findinmap(self, arguments):
        mapping, first, second = arguments
        return self.mappings[mapping][first][second]

    def _join(self, arguments):
        by, parts = arguments[0], self.value(arguments[1])
        return by.join(parts) if all(isinstance(p, str) for p in parts) else {"Fn::Join": [by, parts]}

    def _split(self, arguments):
        by, joined = arguments[0], self.value(arguments[1])
        if isinstance(joined, str):
            return joined.split(by)
        if joined.get("Fn::Join", [None])[0] != by:
            return {"Fn::Split": [by, joined]}
        # The parts that were joined, those that are references among them.
        return [s for p in joined["Fn::Join"][1] for s in (p.split(by) if isinstance(p, str) else [p])]

    def _sub(self, arguments):
        text, names = arguments if isinstance(arguments, list) else (arguments, {})
        for name, value in {**self.values, **self.value(names)}.items():
            if isinstance(value, str):
                text = text.replace("${" + name + "}", value)
                names = {n: v for n, v in names.items() if n != name}
        names = self.value(names)
        if "${" not in text:
            return text
        return {"Fn::Sub": [text, names] if names else text}
