"""No secret in what we write: by the name it goes under, and by its value wherever that turns up."""

import json
from pathlib import Path

import pytest

from hotset.report.model import Report
from hotset.report.redact import HIDDEN, is_secret_name, redactor, secrets_in


@pytest.mark.parametrize(
    "name",
    [
        "spark.authenticate.secret",
        "spark.ssl.keyPassword",
        "fs.s3a.access.key",
        "AWS_SECRET_ACCESS_KEY",
        "HF_TOKEN",
        "api-key",
        "connectionString",
        "db.sas",
        "pwd",
        "privateKey",
    ],
)
def test_name_of_a_secret_is_known(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "spark.master",
        "spark.authenticate.secret.file",
        "spark.authenticate.secretBitLength",
        "PASSWORD_FILE",
        "spark.authenticate.secret.enabled",
        "tokenizer",
        "PWD",
        "OLDPWD",
        "salsas",
        "key",
    ],
)
def test_name_of_something_else_is_no_secret(name: str) -> None:
    assert not is_secret_name(name)


def test_secrets_in_gathers_values_under_secret_names_and_leaves_short_ones() -> None:
    settings = {"spark.authenticate.secret": "canary-1", "spark.master": "local[2]", "spark.ssl.keyPassword": "short"}
    environment = {"HF_TOKEN": "canary-2", "PWD": "/home/me/project", "PASSWORD": ""}
    params = {"password": 12345678, "input": ("a",)}

    found = secrets_in(settings, environment, params)

    assert found == {"canary-1", "canary-2", "12345678"}


@pytest.mark.parametrize(
    ("secrets", "text", "expected"),
    [
        ([], "nothing to hide", "nothing to hide"),
        (["canary"], "a canary, canary!", f"a {HIDDEN}, {HIDDEN}!"),
        (["abcdef", "abcdef-and-more"], "<abcdef-and-more> <abcdef>", f"<{HIDDEN}> <{HIDDEN}>"),
        (["a.c+*(["], "a.c+*([ and abc", f"{HIDDEN} and abc"),
        (["line\nbreak"], "x line\nbreak y", f"x {HIDDEN} y"),
        (["눈송이눈송이"], "눈송이눈송이!", f"{HIDDEN}!"),
        (["back\\1slash"], "back\\1slash", HIDDEN),
    ],
)
def test_redactor_hides_values(secrets: list[str], text: str, expected: str) -> None:
    redact = redactor(secrets)

    assert redact(text) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("jdbc:postgresql://me:hunter2@db:5432/x", f"jdbc:postgresql://me:{HIDDEN}@db:5432/x"),
        ("redis://:hunter2@cache", f"redis://:{HIDDEN}@cache"),
        ("https://me:p@ss:w@host/p", f"https://me:{HIDDEN}@host/p"),
        ("a://u:p1@h,b://v:p2@i", f"a://u:{HIDDEN}@h,b://v:{HIDDEN}@i"),
        ("spark://host:7077", "spark://host:7077"),
        ("http://host:80/me@x", "http://host:80/me@x"),
        ("mail me@host: at 9", "mail me@host: at 9"),
    ],
)
def test_redactor_hides_passwords_in_urls(url: str, expected: str) -> None:
    redact = redactor([])

    assert redact(f"at {url} now") == f"at {expected} now"


def test_report_hides_a_secret_that_json_would_spell_otherwise(tmp_path: Path) -> None:
    secret = 'quo"te\\눈\n'
    report = Report("run", "job", {"input": [f"x{secret}y"]}, "now", {}, notes={"said": (secret, {"deep": secret})})

    report.redacted(redactor([secret])).write(tmp_path / "r.json")

    facts = json.loads((tmp_path / "r.json").read_text())
    assert facts["params"]["input"] == [f"x{HIDDEN}y"]
    assert facts["notes"]["said"] == [HIDDEN, {"deep": HIDDEN}]


def test_report_hides_by_name_what_is_too_short_to_hide_by_value(tmp_path: Path) -> None:
    setting = {"key": "spark.authenticate.secret", "asked": "abc", "by": "spark-defaults.conf", "in_force": "abc"}
    plain = {"key": "spark.master", "asked": "abc", "by": "--master", "in_force": "abc"}
    report = Report("run", "job", {"password": "abc"}, "now", {}, settings=(setting, plain), notes={"tokens": 7})

    report.redacted(str).write(tmp_path / "r.json")

    facts = json.loads((tmp_path / "r.json").read_text())
    assert facts["settings"][0] == setting | {"asked": HIDDEN, "in_force": HIDDEN}
    assert facts["settings"][1] == plain
    assert (facts["params"], facts["notes"]) == ({"password": HIDDEN}, {"tokens": 7})
