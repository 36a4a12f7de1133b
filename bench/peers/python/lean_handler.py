"""The peer of someone who counts milliseconds: boto3, one urllib3 pool and the standard library.

The first pass hands over to a state machine; its input is the event of the passes after it. What
was measured and kept: clients made at init, no garbage collection while botocore loads its models,
and reads side by side, which cost nothing where calls are quick and save much where they are not.
"""

import gc

gc.disable()

import json
import os
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import boto3
import urllib3

from create import is_active, start
from reads import owner

aws = SimpleNamespace(
    cloudformation=boto3.client("cloudformation"),
    ec2=boto3.client("ec2"),
    eks=boto3.client("eks"),
    iam=boto3.client("iam"),
    quotas=boto3.client("service-quotas"),
    sfn=boto3.client("stepfunctions"),
)
pool = urllib3.PoolManager()
threads = ThreadPoolExecutor(10)

gc.freeze()
gc.enable()


def handler(event, _context):
    request = event.get("Continuation", event)
    try:
        return go_on(request) if "Continuation" in event else begin(request)
    except Exception as error:
        return answer(request, "FAILED", Reason=f"{type(error).__name__}: {error}"[:1000])


def begin(request):
    if request["RequestType"] != "Create":
        raise ValueError(f"A {request['RequestType']} is not among what the benchmark measures.")
    request["Data"] = {"NodegroupArn": start(aws, request, side_by_side)["nodegroupArn"]}
    aws.sfn.start_execution(
        stateMachineArn=os.environ["STATE_MACHINE_ARN"],
        name=f"Create-{request['RequestId']}",
        input=json.dumps(waiting(request)),
    )
    return {"Outcome": "HandedOver"}


def go_on(request):
    if not is_active(aws, request["ResourceProperties"]):
        return waiting(request)
    return answer(request, "SUCCESS", Data=request["Data"])


def side_by_side(readers):
    begun = {name: threads.submit(reader) for name, reader in readers.items()}
    return {name: future.result() for name, future in begun.items()}


def waiting(request):
    return {"Outcome": "Waiting", "WaitSeconds": 15, "Continuation": request}


def answer(request, status, **more):
    """The URL is signed for an empty Content-Type."""
    echo = {key: request[key] for key in ("StackId", "RequestId", "LogicalResourceId")}
    body = {"Status": status, "PhysicalResourceId": physical_id(request), **echo, **more}
    put = pool.request("PUT", request["ResponseURL"], body=json.dumps(body), headers={"Content-Type": ""})
    if put.status >= 300:
        raise RuntimeError(f"The ResponseURL answered {put.status}.")
    return {"Outcome": "Answered", "Status": status}


def physical_id(request):
    return request.get("PhysicalResourceId") or owner(request["ResourceProperties"])
