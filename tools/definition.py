"""Prints the state machine's definition as statelint reads it: template.yaml's own, with its pseudo parameters filled in."""

import json
import re
import sys

import yaml

PSEUDO_PARAMETERS = {
    "Partition": "aws",
    "Region": "us-east-1",
    "AccountId": "111122223333",
    "StackName": "managed-node-group",
    "URLSuffix": "amazonaws.com",
}


class Template(yaml.SafeLoader):
    """YAML with CloudFormation's short-form functions, of which the definition uses only !Sub."""


def substituted(loader, _suffix, node):
    # Lists and maps under a function occur outside of the definition only.
    if not isinstance(node, yaml.ScalarNode):
        return None
    return re.sub(r"\$\{AWS::(\w+)\}", lambda found: PSEUDO_PARAMETERS[found[1]], loader.construct_scalar(node))


Template.add_multi_constructor("!", substituted)

with open(sys.argv[1], encoding="utf-8") as file:
    template = yaml.load(file, Loader=Template)
json.dump(template["Resources"]["PollingStateMachine"]["Properties"]["Definition"], sys.stdout, indent=2)
