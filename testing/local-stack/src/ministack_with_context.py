"""Ministack, with what version 1.5.33's policy simulation leaves out.

IAM's simulator takes the context of a call, such as the tags of a resource, and several resources at once. Ministack
evaluates conditions where it authorises calls, but its simulation gives the evaluator no context and looks at the first
resource alone. Here the request's own entries are handed to that same evaluator; the verdict is ministack's.
"""

import contextvars
import sys

from ministack.app import main
from ministack.core import iam_evaluator
from ministack.core.responses import get_region
from ministack.services import iam

VERDICTS = {"Allow": "allowed", "Deny": "explicitDeny"}
asked = contextvars.ContextVar("asked")


def listed(parameters, name):
    """The items of a list, by the numbers that the Query API gives them."""
    number = 1
    while iam._p(parameters, f"{name}.member.{number}") or any(
        key.startswith(f"{name}.member.{number}.") for key in parameters
    ):
        yield f"{name}.member.{number}"
        number += 1


def context_of(parameters):
    entries = {}
    for entry in listed(parameters, "ContextEntries"):
        values = [iam._p(parameters, value) for value in listed(parameters, f"{entry}.ContextKeyValues")]
        entries[iam._p(parameters, f"{entry}.ContextKeyName").lower()] = values[0] if len(values) == 1 else values
    return entries


extracted = iam._extract_simulate_params


def keep_what_is_asked(parameters):
    resources = [iam._p(parameters, each) for each in listed(parameters, "ResourceArns")]
    asked.set((resources or ["*"], context_of(parameters)))
    return extracted(parameters)


def evaluated(actions, _, principal_arn, account_id, policies):
    resources, context = asked.get()
    members = []
    for action in actions:
        for resource in resources:
            call = iam_evaluator.EvalContext(
                principal_arn=principal_arn,
                principal_type="AssumedRole",
                principal_account=account_id,
                action=action,
                resource_arn=resource,
                region=get_region(),
                secure_transport=True,
                service_context={"aws:tagkeys": None, **context},
            )
            verdict = VERDICTS.get(iam_evaluator.evaluate(call, policies).decision, "implicitDeny")
            members.append(
                f"<member><EvalActionName>{action}</EvalActionName><EvalResourceName>{resource}</EvalResourceName>"
                f"<EvalDecision>{verdict}</EvalDecision></member>"
            )
    return "".join(members)


iam._extract_simulate_params = keep_what_is_asked
iam._build_simulate_results_real = evaluated

# What it starts of itself reads this file again.
if __name__ == "__main__":
    sys.exit(main())
