"""Runs the aws CLI of this environment with a clock that stands still: aws_token.py EPOCH_SECONDS eks get-token ...

The CLI signs with the time at which it runs, so two tokens are alike only if both are told the time.
"""

import datetime
import sys

# Before botocore: the CLI brings its own along, and makes it known under that name.
import awscli.clidriver
import botocore.auth

NOW = datetime.datetime.fromtimestamp(int(sys.argv[1]), datetime.timezone.utc)


def stopped(remove_tzinfo=True):
    return NOW.replace(tzinfo=None) if remove_tzinfo else NOW


# The signer has the function under a name of its own. A release that reads the clock in another way shows here, and not as
# a token that differs.
if not callable(getattr(botocore.auth, "get_current_datetime", None)):
    sys.exit("botocore.auth reads the clock in another way than get_current_datetime: stop that one here")
botocore.auth.get_current_datetime = stopped

sys.exit(awscli.clidriver.create_clidriver().main(sys.argv[2:]))
