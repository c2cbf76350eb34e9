"""What is advised for programs of other people, under two versions of Spark, and for a job of ours."""

from pathlib import Path

import pytest

from hotset.advice import Verdict, advise

LOGS = Path(__file__).parents[1] / "eventlog/logs"
VERSIONS = ("4.3.0", "3.5.9")


def caches(log: str) -> list[Verdict]:
    return [verdict for verdict in advise(LOGS / log).verdicts if verdict.exists]


@pytest.mark.parametrize("version", VERSIONS)
def test_the_cached_frame_of_the_example_of_frames_is_found(version: str) -> None:
    (cache,) = caches(f"dataframe_example-{version}.zstd")

    # df = spark.read.format("libsvm").load(input_path).cache(); then count, describe().show() and a write
    assert (cache.subject, cache.level, cache.uses) == ("Scan libsvm points.txt", "MEMORY_AND_DISK_DESER", 3)
    assert [use.how for use in cache.evidence] == ["build", "read", "read", "read"]
    assert (cache.evictions, cache.named, cache.bytes_by) == (0, False, "block updates")
    assert cache.kind in ("TRY", "FINE")  # of forty rows one log cannot say it


@pytest.mark.parametrize("version", VERSIONS)
def test_the_links_of_page_rank_are_read_twice_within_one_job(version: str) -> None:
    (cache,) = caches(f"pagerank-{version}.zstd")

    # links = … .groupByKey().cache(); links.join(links.map(…))
    assert cache.subject.endswith("first used by join at pagerank.py:78")
    assert (cache.level, cache.uses) == ("MEMORY_ONLY", 2)
    # what the shuffle before it holds is not computed again
    assert cache.saving_seconds.high < (cache.build_seconds or 0)


@pytest.mark.parametrize("version", VERSIONS)
def test_the_points_that_k_means_is_given_are_computed_again_by_the_jobs_around_it(version: str) -> None:
    verdicts = advise(LOGS / f"k_means_example-{version}.zstd").verdicts

    missing = next(verdict for verdict in verdicts if not verdict.exists)

    # parsedData is not cached: KMeans.train reads it, and so does the sum of the errors afterwards
    assert (missing.kind, missing.subject, missing.uses) == ("TRY", "data/mllib/kmeans_data.txt", 2)
    assert "k_means_example.py:44" in missing.evidence[-1].where
    assert [one.level for one in verdicts if one.exists] == ["MEMORY_AND_DISK_DESER"] * 2  # MLlib's own


@pytest.mark.parametrize("log", ["own-lz4.lz4", "own-rolling"])
def test_our_own_job_is_spoken_of_by_its_names(log: str) -> None:
    (cache,) = caches(log)

    # `wordcount --method rdd`: run.keep("counts", …) after a shuffle, read by three actions
    assert (cache.subject, cache.job, cache.named, cache.level) == ("counts", "wordcount", True, "MEMORY_ONLY")
    assert cache.uses == 3
    assert cache.evidence[0].where == "step main, aggregate at wordcount.py:212, job 0"
