"""Moto's server, with what moto 5.2.5 lacks or does unlike the services.

A launch template's life needs DeleteLaunchTemplateVersions, which moto does not have, and it makes gaps in the numbers,
which moto takes for positions in a list. The rest is what a test would learn wrong from moto. What EC2 does is from its
API reference; what moto did was seen by calling it. What moto has no way to hold, such as a quota, a test says itself:
see `as_told`.
"""

import functools
import io
import json
import re
import sys
import urllib.parse

from moto.core.responses import ActionResult
from moto.ec2.exceptions import EC2ClientError, InvalidLaunchTemplateVersionNotFound
from moto.ec2.models.instances import Instance
from moto.ec2.models.key_pairs import KeyPairBackend
from moto.ec2.models.launch_templates import LaunchTemplate, LaunchTemplateBackend, LaunchTemplateVersion
from moto.ec2.models.security_groups import SecurityGroupBackend, SecurityGroupRule
from moto.ec2.responses.key_pairs import KeyPairs
from moto.ec2.responses.launch_templates import LaunchTemplates
from moto.ec2.responses.security_groups import SecurityGroups
from moto.ec2.utils import filter_dict_attribute_mapping
from moto.iam.models import IAMBackend
from moto.kms.models import KmsBackend
from moto.moto_server.werkzeug_app import DomainDispatcherApplication
from moto.server import main
from werkzeug.wrappers import Request, Response

MOST_AT_ONCE = 200


def around(owner, *names):
    """Puts a function in the place of methods; it gets the method after `self`. Moto looks for plain functions only."""

    def replace(function):
        for name in names:
            method = getattr(owner, name)
            put = lambda self, *given, _method=method, **named: function(self, _method, *given, **named)
            setattr(owner, name, functools.wraps(method)(put))

    return replace


@around(LaunchTemplate, "create_version")
def with_a_new_number(self, _, data, description):
    """A number is never used again. Moto counts the versions that are there."""
    self.last_number = getattr(self, "last_number", 0) + 1
    self.versions.append(LaunchTemplateVersion(self, self.last_number, data, description))
    return self.versions[-1]


@around(LaunchTemplate, "get_version", "default_version")
def by_number(self, _, num="$default"):
    """Moto takes the number for a position: it answered 0 with the last version, and a word with a status of 500."""
    named = {"$latest": self.versions[-1].number, "$default": self.default_version_number}
    wanted = str(named.get(str(num).lower(), num))
    for version in self.versions:
        if str(version.number) == wanted:
            return version
    raise InvalidLaunchTemplateVersionNotFound(template_id=self.id, version=num)


def known(backend, name, template_id):
    return backend.get_launch_template_by_name(name) if name else backend.get_launch_template(template_id)


def delete_launch_template_versions(self):
    """Each version goes or stays for itself, and the answer tells them apart."""
    template = known(self.ec2_backend, self._get_param("LaunchTemplateName"), self._get_param("LaunchTemplateId"))
    wanted = self._get_param("Versions", [])
    if not 1 <= len(wanted) <= MOST_AT_ONCE or not all(version.isdigit() for version in wanted):
        raise EC2ClientError("InvalidParameterValue", f"Give 1 to {MOST_AT_ONCE} version numbers, not {wanted}.")
    deleted, kept = [], []
    for number in map(int, wanted):
        item = {"LaunchTemplateId": template.id, "LaunchTemplateName": template.name, "VersionNumber": number}
        rest = [version for version in template.versions if version.number != number]
        if number == template.default_version_number:
            kept.append(item | refusal("unexpectedError", f"Version {number} is the default version."))
        elif len(rest) == len(template.versions):
            kept.append(item | refusal("launchTemplateVersionDoesNotExist", f"Version {number} does not exist."))
        else:
            template.versions = rest
            deleted.append(item)
    answer = {"SuccessfullyDeletedLaunchTemplateVersions": deleted, "UnsuccessfullyDeletedLaunchTemplateVersions": kept}
    return ActionResult(answer)


def refusal(code, message):
    return {"ResponseError": {"Code": code, "Message": message}}


LaunchTemplates.delete_launch_template_versions = delete_launch_template_versions


@around(LaunchTemplateBackend, "describe_launch_template_versions")
def newest_first(self, method, versions, min_version, max_version, **rest):
    """The order of the reference's example. Moto lists the oldest first, and takes the bounds for positions."""
    found = method(self, versions=versions, min_version=None, max_version=None, **rest)
    within = range(min_version or 1, (max_version or sys.maxsize - 1) + 1)
    return found if versions else [pair for pair in reversed(found) if pair[1].number in within]


@around(LaunchTemplateBackend, "describe_launch_templates")
def describe_known(self, method, template_names=None, template_ids=None, filters=None):
    """An unknown id is InvalidLaunchTemplateId.NotFound. Moto left it out."""
    for template_id in template_ids or []:
        self.get_launch_template(template_id)
    return method(self, template_names, template_ids, filters)


@around(LaunchTemplateBackend, "delete_launch_template")
def delete_known(self, method, name, tid):
    """Moto said MissingParameter of an unknown name, and of an unknown id what EC2 says of a name."""
    return method(self, None, known(self, name, tid).id)


@around(LaunchTemplateBackend, "create_launch_template")
def without_its_own_tags(self, method, name, description, template_data, tag_spec):
    """Moto puts the template's own tags among those that its instances shall have."""
    others = [spec for spec in template_data.pop("TagSpecifications", []) if spec["ResourceType"] != "launch-template"]
    return method(self, name, description, template_data | ({"TagSpecifications": others} if others else {}), tag_spec)


@around(LaunchTemplates, "create_launch_template", "create_launch_template_version")
def once(self, method):
    """One ClientToken, one answer, and with other parameters an error. Moto does everything again."""
    key, asked = (method.__name__, self._get_param("ClientToken")), repr(self._get_params())
    answers = self.ec2_backend.__dict__.setdefault("answers_by_token", {})
    before, answer = answers.get(key, (asked, None))
    if before != asked:
        raise EC2ClientError("IdempotentParameterMismatch", f"The client token {key[1]} came with other parameters.")
    answer = answer or method(self)
    if key[1]:
        answers[key] = (asked, answer)
    return answer


@around(LaunchTemplates, "describe_launch_templates", "describe_launch_template_versions")
def in_pages(self, method):
    """200 a page, and a token for the next. Moto gives 15, and no way to the others."""
    read = self._get_int_param
    size, start = read("MaxResults", MOST_AT_ONCE), read("NextToken", 0)
    self._get_int_param = lambda name, default=None: sys.maxsize if name == "MaxResults" else read(name, default)
    [(member, items)] = method(self).result.items()
    more = {"NextToken": str(start + size)} if len(items) > start + size else {}
    return ActionResult({member: items[start : start + size]} | more)


@around(KeyPairs, "describe_key_pairs", "delete_key_pair")
def by_id_too(self, method):
    """Moto knows key pairs by name only: it described all of them, and deleted none and said it had."""
    described = method.__name__ == "describe_key_pairs"
    ids = self._get_param("KeyPairIds", []) if described else [self._get_param("KeyPairId")]
    names = {pair.id: pair.key_name for pair in self.ec2_backend.key_pairs.values()}
    for unknown in set(filter(None, ids)) - set(names) if described else ():
        raise EC2ClientError("InvalidKeyPair.NotFound", f"The key pair ID '{unknown}' does not exist")
    read = self._get_param
    found = [names[one] for one in ids if one in names]
    instead = {"KeyNames": found} if described else {"KeyName": "".join(found)}
    self._get_param = lambda name, if_none=None: instead[name] if any(ids) and name in instead else read(name, if_none)
    return method(self)


@around(SecurityGroupRule, "__eq__")
def described_or_not(self, _, other):
    """A rule's description is no part of what it is. Moto found a rule with another source again only by it."""
    facts = lambda rule: (rule.ip_protocol, rule.from_port, rule.to_port, rule.cidr_ipv4, rule.cidr_ipv6)
    source = lambda rule: (rule.source_group.get("GroupId"), rule.prefix_list_id)
    return facts(self) == facts(other) and source(self) == source(other)


@around(SecurityGroups, "authorize_security_group_ingress", "revoke_security_group_ingress")
def all_or_none(self, method):
    """A request with one rule that is refused changes nothing. Moto kept what came before it."""
    named = self._get_param("GroupId") or self._get_param("GroupName")
    group = self.ec2_backend.get_security_group_by_name_or_id(named)
    before = list(group.ingress_rules) if group else []
    try:
        answer = method(self)
    except EC2ClientError:
        if group:
            group.ingress_rules = before
        raise
    added = [rule for rule in group.ingress_rules if rule.id not in {rule.id for rule in before}]
    return ActionResult({"Return": True, "SecurityGroupRules": added}) if added else answer


@around(SecurityGroupBackend, "delete_security_group")
def unless_named_in_a_rule(self, method, name=None, group_id=None):
    """Another group's rule that names a group holds it. Moto deleted it."""
    others = [group for of_vpc in self.groups.values() for group in of_vpc.values() if group.id != group_id]
    sources = [rule.source_group.get("GroupId") for group in others for rule in group.ingress_rules]
    if group_id and group_id in sources:
        raise EC2ClientError("DependencyViolation", f"resource {group_id} has a dependent object")
    return method(self, name, group_id)


def profile_of(instance):
    association = instance.ec2_backend.iam_instance_profile_associations.get(instance.id)
    return association and association.iam_instance_profile.arn


# Moto answers this filter of DescribeInstances with a status of 500.
Instance.profile_arn = property(profile_of)
filter_dict_attribute_mapping["iam-instance-profile.arn"] = "profile_arn"


@around(IAMBackend, "get_instance_profiles_for_role")
def of_a_known_role(self, method, role_name):
    """NoSuchEntity of an unknown role. Moto said that it has no profiles."""
    self.get_role(role_name)
    return method(self, role_name)


@around(KmsBackend, "_generate_default_keys")
def made_by_aws(self, method, alias_name):
    """The key behind alias/aws/ebs is one of AWS's. Moto said that the customer manages it."""
    key_id = method(self, alias_name)
    if key_id:
        self.keys[key_id].key_manager = "AWS"
    return key_id


told = []


@around(DomainDispatcherApplication, "__call__")
def as_told(self, method, environ, start_response):
    """Answers as a test says, by the POSTs to /moto-api/answers that fit: an `action`, a text that the decoded request
    has in it (`having`), and a `status` and a whole `body`, or a `pattern` and `with` for moto's own answer."""
    body = Request(environ).get_data()
    environ["wsgi.input"] = io.BytesIO(body)
    path, text = environ["PATH_INFO"], urllib.parse.unquote_plus(body.decode(errors="replace"))
    if path == "/moto-api/reset":
        told.clear()
    if path == "/moto-api/answers":
        told.insert(0, json.loads(body))
        return Response("{}")(environ, start_response)
    action = environ.get("HTTP_X_AMZ_TARGET", "").split(".")[-1] or dict(urllib.parse.parse_qsl(text)).get("Action")
    rules = [rule for rule in told if rule["action"] == action and rule["having"] in text]
    if not rules:
        return method(self, environ, start_response)
    if "body" in rules[0]:
        return Response(rules[0]["body"], rules[0]["status"])(environ, start_response)
    answer = Response.from_app(functools.partial(method, self), environ)
    for rule in (rule for rule in rules if "pattern" in rule):
        answer.set_data(re.sub(rule["pattern"], rule["with"], answer.get_data(as_text=True), flags=re.DOTALL))
    return answer(environ, start_response)


if __name__ == "__main__":
    sys.exit(main())
