"""One workload of the accuracy bench: keeps its hot set as "hot", uses it, publishes the answer.

tables  --hot-->  hot  --use-->  answers(place, answer)
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import pyarrow as pa

from bench.advice.tables import Tables
from bench.advice.workloads import WORKLOADS
from hotset import Dataset, Output, Run

ANSWERS = Dataset("place int, answer string", key=("place",))


@dataclass(frozen=True)
class Params:
    """What the workload is, and where its tables lie."""

    workload: Annotated[str, "its name"]
    tables: Annotated[Path, "directory of the generated tables"]
    output: Annotated[Output, "directory to create"]
    scale: Annotated[str, "of the tables: 1 is about a second's work"] = "1"


def main(run: Run, params: Params) -> None:
    workload = WORKLOADS[params.workload]
    tables = Tables(params.tables, float(params.scale))
    with run.step("use"):
        hot = run.keep("hot", workload.hot(run, tables))
        found = workload.use(run, tables, hot)
    answer = [str(one) for one in found]
    table = pa.table({"place": pa.array(range(len(answer)), pa.int32()), "answer": pa.array(answer, pa.string())})
    run.publish(ANSWERS, table, params.output)
