"""How a job can be executed."""

from typing import Any

# -> arguments of the run, and of the job. A wanted level implies Catalyst.
WAYS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "local": ({"engine": "local"}, {}),
    "node": ({}, {}),
    "cluster": ({"levels": {"groups": "NONE"}}, {}),
    "dataframe": ({}, {"method": "dataframe"}),
}
