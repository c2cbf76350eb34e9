"""A section of two programs, as the tests of the bench need it."""

from bench.results import Section, Timing


def section(*times: Timing, rounds: int = 2, seed: int = 7) -> Section:
    return Section(
        date="2026-01-02T03:04:05+00:00",
        rounds=rounds,
        sizes={"1MB": 1_000_000},
        seed=seed,
        modes=["whole", "warm"],
        programs={"classic": "classic program", "ours": "hotset"},
        skipped={},
        baseline="classic",
        about="generated text",
        machine={"cores": 2, "memory_bytes": 8_000_000_000, "processor": "Abacus", "system": "Linux x86_64"},
        versions={"Python": "3.11.7"},
        source="5ca1ab1e",
        times=list(times),
    )
