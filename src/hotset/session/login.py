"""The user that Hadoop takes us for: it asks the system, and gives up where the system knows no name."""

import os
from typing import Any

from pyspark import SparkContext

from hotset import account


def log_in() -> None:
    """Tells Hadoop in the JVM that is running who we are, if it could not find that out."""
    if account.has_name():
        return
    SparkContext._ensure_initialized()
    jvm: Any = SparkContext._jvm
    groups = jvm.org.apache.hadoop.security.UserGroupInformation
    groups.setLoginUser(groups.createRemoteUser(account.user_name(os.environ)))
