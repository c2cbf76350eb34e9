"""What all tests share."""

import pytest

import doors


@pytest.fixture(autouse=True)
def _starts_fast(request: pytest.FixtureRequest) -> None:
    """Doors start Spark two hundred times: from an archive of its classes, which is made once."""
    if request.node.get_closest_marker("doors"):
        doors.warm()
