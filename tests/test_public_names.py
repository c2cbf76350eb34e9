"""What `hotset` shows to the world is what it says."""

from types import ModuleType

import hotset


def test_all_names_everything_that_the_package_exposes() -> None:
    declared = hotset.__all__

    exposed = sorted(
        name
        for name, value in vars(hotset).items()
        if name in declared or not (name.startswith("_") or isinstance(value, ModuleType))
    )

    assert declared == exposed
