"""The same as bench/peers/plain_start.py with hotset's session."""

import sys

from hotset.session.spark import Wishes, open_session

session = open_session(Wishes("start", input_bytes=0 if "--small" in sys.argv else None))
spark = session.spark
assert spark.range(100).selectExpr("sum(id)").first()[0] == 4950  # type: ignore[index]
assert spark.sparkContext.parallelize(range(100)).map(lambda n: n + 1).sum() == 5050
session.close()
