"""What values may be: whole numbers that 64 bits hold, and no text that says nothing."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import pytest

from hotset.errors import UsageError
from hotset.job import Job, find_job
from hotset.lab.asked import LAB
from hotset.params import Input, Output, parse, parse_for


@dataclass(frozen=True)
class Params:
    least: Annotated[int | None, "a whole number or none"] = None
    sizes: Annotated[tuple[int, ...], "whole numbers"] = ()
    top: Annotated[int, "a whole number"] = 1
    name: Annotated[str, "a text of the job's own"] = ""
    place: Annotated[Path | None, "a path of the job's own"] = None
    more: Annotated[Input, "may be left out"] = ""
    out: Annotated[Output, "may be left out"] = ""


JOB = Job("demo-job", Params, lambda *_: None, "Do it.", Path(__file__), ())
WANTED = {
    "group": ("--input", "in.csv", "--output", "o", "--by", "k", "--agg", "v:sum"),
    "join": ("--left", "a", "--right", "b", "--output", "o", "--on", "k"),
    "parallel-map": ("--input", "a", "--output", "o", "--function", "math:sqrt"),
    "sensor-report": ("--input", "a", "--output", "o"),
    "wordcount": ("--input", "a", "--output", "o"),
}


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("HOTSET_")]:
        monkeypatch.delenv(name)


def refusal(job: Job, *arguments: str) -> str:
    with pytest.raises(UsageError) as refused:
        parse(job, arguments)
    assert "\n" not in str(refused.value)
    return str(refused.value)


@pytest.mark.parametrize("option", ["--least", "--sizes", "--top"])
@pytest.mark.parametrize(
    ("number", "reason"),
    [
        ("2.7", "not a whole number, got '2.7'"),
        ("0x10", "not a whole number, got '0x10'"),
        ("99999999999999999999", "a whole number is from -2**63 to 2**64 - 1, got 99999999999999999999"),
        (f"-{2**63 + 1}", "a whole number is from -2**63 to 2**64 - 1, got -9223372036854775809"),
    ],
)
def test_every_whole_number_is_one_and_has_limits(option: str, number: str, reason: str) -> None:
    assert f"invalid value for {option}: {reason}" in refusal(JOB, f"{option}={number}")


def test_whole_numbers_within_the_limits_are_taken() -> None:
    params = parse(JOB, ["--least=-5", "--sizes", "1", str(2**64 - 1), "--top", "+3"]).params

    assert (params.least, params.sizes, params.top) == (-5, (1, 2**64 - 1), 3)


@pytest.mark.parametrize(
    ("job", "option", "most"),
    [("group", "--top", 2**31 - 1), ("wordcount", "--top", 2**31 - 1), ("join", "--max-rows", 2**63 - 1)],
)
def test_numbers_of_rows_are_those_that_spark_can_have(job: str, option: str, most: int) -> None:
    assert f"to {most}, got {most + 1}" in refusal(find_job(job), *WANTED[job], option, str(most + 1))


@pytest.mark.parametrize(
    ("job", "option", "said"),
    [
        (
            "group",
            "--quote",
            "--quote: it may not be empty, got ''; write none where nothing is quoted, or leave it out",
        ),
        ("group", "--separator", "--separator: it may not be empty, got ''; write ';', '|' or tab, or leave it out"),
        ("group", "--encoding", "write one like latin-1, or leave it out for UTF-8"),
        ("group", "--columns", "write them like 'id bigint, note string', or leave it out"),
        ("group", "--types", "--types: it may not be empty, got ''; write them like id=string, or leave it out"),
        ("group", "--where", "--where: it may not be empty, got ''; give it a value, or leave it out"),
        ("group", "--by", "--by: it may not be empty, got ''; give it a value"),
        ("group", "--master", "--master: it may not be empty, got ''; give it a value, or leave it out"),
        ("group", "--level", "--level: it may not be empty"),
        ("group", "--max-bad", "--max-bad: it may not be empty"),
        ("join", "--left-columns", "--left-columns: it may not be empty"),
        ("parallel-map", "--results", "--results: it may not be empty"),
        ("parallel-map", "--timeout", "--timeout: it may not be empty"),
        ("parallel-map", "--failures", "--failures: it may not be empty, got ''; leave it out"),
        ("sensor-report", "--time-format", "--time-format: it may not be empty"),
        ("sensor-report", "--anomalies", "--anomalies: it may not be empty"),
        ("wordcount", "--report", "invalid value for --report: not a path, got ''"),
        ("wordcount", "--levels-file", "invalid value for --levels-file: not a path, got ''"),
    ],
)
def test_an_empty_value_does_not_pass_for_one_that_was_left_out(job: str, option: str, said: str) -> None:
    assert said in refusal(find_job(job), *WANTED[job], option, "")


def test_an_empty_value_of_the_environment_is_told_and_one_of_a_file_says_that_it_is_left_out(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "c.toml").write_text('quote = ""\nwhere = ""\n')

    params = parse(find_job("group"), [*WANTED["group"], "--config", str(tmp_path / "c.toml")]).params
    monkeypatch.setenv("HOTSET_GROUP_QUOTE", "")

    assert (params.quote, params.where) == ("", "")
    assert "HOTSET_GROUP_QUOTE: it may not be empty" in refusal(find_job("group"), *WANTED["group"])


def test_an_empty_value_of_the_lab_has_the_name_that_it_bears_there() -> None:
    with pytest.raises(UsageError, match="--lab-by: it may not be empty"):
        parse_for(LAB, find_job("group"), [*WANTED["group"], "--lab-by", ""])


def test_a_value_that_may_be_blank_or_empty_is_taken() -> None:
    group = parse(find_job("group"), [*WANTED["group"], "--separator", " ", "--null", "", "NA"]).params
    join = parse(find_job("join"), [*WANTED["join"], "--suffix", ""]).params
    own = parse(JOB, ["--name", ""]).params

    assert (group.separator, group.null, join.suffix, own.name) == (" ", ("", "NA"), "", "")


@pytest.mark.parametrize(
    ("option", "said"), [("--place", "not a path"), ("--more", "may not be"), ("--out", "may not be")]
)
def test_no_path_is_empty_also_of_a_job_of_one_s_own(option: str, said: str) -> None:
    assert said in refusal(JOB, option, "")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--separator", ";;"), "the separator of a CSV is one ASCII character, got ';;'"),
        (("--quote", "''"), "the quote of a CSV is one ASCII character"),
        (("--separator", ";", "--quote", ";"), "separator and quote of a CSV differ, got ';' for both"),
        (("--encoding", "nonsense"), "no encoding is called 'nonsense'"),
        (("--skip", "-1"), "skip is how many lines stand before a CSV begins, got -1"),
        (("--types", "id"), "--types is like id=string,amount=decimal(12,2), got 'id'"),
    ],
)
def test_how_a_csv_is_written_is_checked_before_anything_is_read(arguments: tuple[str, ...], said: str) -> None:
    assert said in refusal(find_job("group"), *WANTED["group"], *arguments)


def test_a_quote_that_is_the_usual_separator_is_taken_for_a_tsv() -> None:
    assert parse(find_job("group"), [*WANTED["group"], "--quote", ","]).params.quote == ","
