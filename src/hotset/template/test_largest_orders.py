"""The job on every engine, with a row that breaks a rule: `pytest -p hotset.testing`."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from largest_orders import Params, main  # type: ignore[import-not-found]

from hotset import DataError, open_run

ORDERS = "shop,id,amount\nnorth,1,12.50\nnorth,2,80.00\nnorth,3,7.25\nsouth,4,3.10\n"


def run_job(tmp_path: Path, text: str, engine: Any) -> list[dict[str, Any]]:
    """The rows that are published."""
    (tmp_path / "orders.csv").write_text(text)
    with open_run("test", report=tmp_path / "report.json", engine=engine) as run:
        main(run, Params((str(tmp_path / "orders.csv"),), str(tmp_path / "out")))
    (part,) = (tmp_path / "out").glob("*.parquet")
    rows: list[dict[str, Any]] = pq.read_table(part).to_pylist()
    return rows


@pytest.mark.usefixtures("spark")
@pytest.mark.parametrize("engine", ["local", "spark"])
def test_the_largest_orders_of_each_shop_are_kept(tmp_path: Path, engine: str) -> None:
    assert run_job(tmp_path, ORDERS, engine) == [
        {"shop": "north", "id": 1, "amount": Decimal("12.50")},
        {"shop": "north", "id": 2, "amount": Decimal("80.00")},
        {"shop": "south", "id": 4, "amount": Decimal("3.10")},
    ]


@pytest.mark.usefixtures("spark")
@pytest.mark.parametrize("engine", ["local", "spark"])
def test_an_order_that_is_not_paid_is_refused(tmp_path: Path, engine: str) -> None:
    with pytest.raises(DataError, match=r"1 of 5 rows of .* are bad"):
        run_job(tmp_path, ORDERS + "south,6,-1.00\n", engine)
