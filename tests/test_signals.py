"""Signals end a run in order, however many come at once."""

import logging
import signal
from collections.abc import Iterator

import pytest

from hotset.signals import STOPPING, Signals


@pytest.fixture(autouse=True)
def _as_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(Signals, "number", signal.SIGINT)
    monkeypatch.setattr(Signals, "_last", float("-inf"))
    handlers = {number: signal.getsignal(number) for number in STOPPING}
    yield
    logging.disable(logging.NOTSET)
    for number, handler in handlers.items():
        signal.signal(number, handler)


def test_signals_that_follow_at_once_are_the_same_wish(monkeypatch: pytest.MonkeyPatch) -> None:
    Signals().catch()

    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGTERM)
    signal.raise_signal(signal.SIGINT)
    signal.raise_signal(signal.SIGTERM)

    assert Signals.number == signal.SIGTERM
    monkeypatch.setattr(Signals, "_last", float("-inf"))  # a while later
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)
    assert Signals.number == signal.SIGINT


def test_a_signal_that_is_held_interrupts_afterwards() -> None:
    Signals().catch()
    passed = False

    with pytest.raises(KeyboardInterrupt), Signals.held():
        signal.raise_signal(signal.SIGTERM)
        passed = True

    assert passed
    assert Signals.number == signal.SIGTERM
    with Signals.held():
        pass
