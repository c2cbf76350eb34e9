"""The tree of errors and the exit codes that its picture promises."""

import re
import signal

import pytest

from hotset import errors


def test_picture_lists_every_error_with_its_exit_code() -> None:
    lines = re.findall(r"^[├└── ]*(\w+) {2,}(\d+(?:/\d+)?)", errors.__doc__ or "", re.MULTILINE)
    drawn = {name: code for name, code in lines if name != "Interrupted"}

    kinds: list[type[errors.HotsetError]] = [errors.HotsetError, *errors.HotsetError.__subclasses__()]
    defined = {kind.__name__: str(kind.exit_code) for kind in kinds if kind is not errors.Interrupted}

    assert drawn == defined
    assert len(drawn) == 9


def test_exit_codes_differ() -> None:
    kinds = errors.HotsetError.__subclasses__()

    codes = [kind.exit_code for kind in kinds if kind is not errors.Interrupted]

    assert sorted(codes) == [2, 3, 4, 5, 6, 7, 8, 9]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_interrupted_exits_as_a_shell_would(number: int, code: int) -> None:
    error = errors.Interrupted(number)

    assert error.exit_code == code
    assert "nothing was published" in str(error)
