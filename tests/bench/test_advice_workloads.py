from pathlib import Path

import pytest
from bench.advice.tables import Tables
from bench.advice.workloads import WORKLOADS

from hotset import Run

SCALE = 0.01


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    return Tables(tmp_path_factory.mktemp("tables"), SCALE)


@pytest.mark.doors
@pytest.mark.parametrize("name", sorted(WORKLOADS))
def test_the_answer_is_the_same_without_a_cache_and_with_one(name: str, tables: Tables, run: Run) -> None:
    workload = WORKLOADS[name]

    without = workload.use(run, tables, workload.hot(run, tables))
    with run.keeping("hot", workload.hot(run, tables)) as hot:
        with_it = workload.use(run, tables, hot)

    assert with_it == without
    assert any(without)


@pytest.mark.parametrize("name", ["numbers.csv", "edges.parquet"])
def test_tables_are_the_same_for_a_seed(name: str, tmp_path: Path) -> None:
    one, other = Tables(tmp_path / "one", SCALE), Tables(tmp_path / "other", SCALE)

    assert Path(one.path(name)).read_bytes() == Path(other.path(name)).read_bytes()
    assert Path(Tables(tmp_path / "one", SCALE, seed=8).path(name)).read_bytes() != Path(one.path(name)).read_bytes()
