"""Keep the largest orders of each shop."""

from dataclasses import dataclass
from typing import Annotated, Any

import narwhals as nw

import hotset
from hotset import Dataset, Inputs, Output, Run, functions_of

ORDERS = Dataset("shop string, id bigint, amount decimal(12,2)", format="csv", rules={"is paid": "amount >= 0"})


@dataclass(frozen=True)
class Params:
    input: Annotated[Inputs, "orders as CSV"]
    output: Annotated[Output, "directory to create"]
    most: Annotated[int, "how many of each shop"] = 2


def keep_largest(orders: nw.LazyFrame[Any], most: int) -> nw.LazyFrame[Any]:
    """orders -> of each shop those with the greatest amounts"""
    return functions_of(orders).largest(most, "amount", by=["shop"])


def main(run: Run, params: Params) -> None:
    orders = run.rows(params.input, ORDERS)
    run.publish(ORDERS.stored_as("parquet"), keep_largest(orders, params.most), params.output)


if __name__ == "__main__":
    hotset.main(__file__)
