"""Event logs written by hand: a program of queries and jobs whose seconds are known."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SQL = "org.apache.spark.sql.execution.ui."
LEVELS = {
    "": (False, False, False),
    "MEMORY_AND_DISK_DESER": (True, True, True),
    "MEMORY_ONLY": (False, True, False),
}


def node(name: str, text: str, *children: dict[str, Any], ids: Sequence[int] = ()) -> dict[str, Any]:
    metrics = [{"name": "number of output rows", "accumulatorId": id_, "metricType": "sum"} for id_ in ids]
    return {"nodeName": name, "simpleString": text, "children": list(children), "metadata": {}, "metrics": metrics}


@dataclass
class Program:
    """Writes events in their order; the clock goes on with each stage."""

    name: str = "shop"
    events: list[dict[str, Any]] = field(default_factory=list)
    now: float = 1000.0
    stages: int = 0
    jobs: int = 0
    queries: int = 0
    tags: str = ""

    def __post_init__(self) -> None:
        self.events += [
            {"Event": "SparkListenerLogStart", "Spark Version": "4.0.1"},
            {
                "Event": "SparkListenerApplicationStart",
                "App Name": self.name,
                "App ID": "app-1",
                "Timestamp": self._ms(),
            },
            {"Event": "SparkListenerBlockManagerAdded", "Maximum Memory": 1_000_000_000},
        ]

    def query(self, description: str, plan: dict[str, Any], *stages: tuple[float, Sequence[int]]) -> None:
        """A query of one job; each stage is (seconds of its one task, accumulators it counted in)."""
        start = {"executionId": self.queries, "description": description, "time": self._ms(), "sparkPlanInfo": plan}
        self.events.append({"Event": f"{SQL}SparkListenerSQLExecutionStart", "jobTags": self.tags.split(","), **start})
        self.job([(seconds, ids, []) for seconds, ids in stages], {"spark.sql.execution.id": str(self.queries)})
        end = {"executionId": self.queries, "time": self._ms()}
        self.events.append({"Event": f"{SQL}SparkListenerSQLExecutionEnd", **end})
        self.queries += 1

    def job(
        self, stages: Sequence[tuple[float, Sequence[int], Sequence[dict[str, Any]]]], properties: dict[str, str]
    ) -> None:
        """A job of stages that run one after the other: (seconds, accumulators, RDD infos)."""
        ids = list(range(self.stages, self.stages + len(stages)))
        self.events.append({
            "Event": "SparkListenerJobStart", "Job ID": self.jobs, "Submission Time": self._ms(), "Stage IDs": ids,
            "Stage Infos": [_stage(id_, *stage) for id_, stage in zip(ids, stages, strict=True)],
            "Properties": {"spark.job.tags": self.tags, **properties},
        })  # fmt: skip
        for id_, stage in zip(ids, stages, strict=True):
            before = self._ms()
            self.events.append({"Event": "SparkListenerStageSubmitted", "Stage Info": {"Stage ID": id_}})
            self.now += stage[0]
            info = _stage(id_, *stage) | {"Submission Time": before, "Completion Time": self._ms()}
            self.events.append({"Event": "SparkListenerStageCompleted", "Stage Info": info})
        self.events.append({"Event": "SparkListenerJobEnd", "Job ID": self.jobs, "Completion Time": self._ms()})
        self.stages += len(stages)
        self.jobs += 1

    def block(self, rdd: int, partition: int, memory: int, disk: int = 0) -> None:
        info = {"Block ID": f"rdd_{rdd}_{partition}", "Memory Size": memory, "Disk Size": disk}
        self.events.append({"Event": "SparkListenerBlockUpdated", "Block Updated Info": info})

    def write(self, path: Path, *, ended: bool = True) -> Path:
        end = [{"Event": "SparkListenerApplicationEnd", "Timestamp": self._ms()}] if ended else []
        path.write_text("".join(f"{json.dumps(event, separators=(',', ':'))}\n" for event in [*self.events, *end]))
        return path

    def _ms(self) -> int:
        return round(self.now * 1000)


def rdd(id_: int, name: str, parents: Sequence[int], level: str = "", partitions: int = 1) -> dict[str, Any]:
    disk, memory, deserialized = LEVELS[level]
    storage = {"Use Disk": disk, "Use Memory": memory, "Deserialized": deserialized, "Replication": 1}
    return {
        "RDD ID": id_, "Name": name, "Callsite": f"map at /home/job.py:{id_}", "Parent IDs": list(parents),
        "Storage Level": storage, "Number of Partitions": partitions,
    }  # fmt: skip


def _stage(id_: int, seconds: float, ids: Sequence[int], rdds: Sequence[dict[str, Any]]) -> dict[str, Any]:
    run = {"ID": 10_000 + id_, "Name": "internal.metrics.executorRunTime", "Value": round(seconds * 1000)}
    counted = [{"ID": one, "Name": "number of output rows", "Value": "100"} for one in ids]
    return {
        "Stage ID": id_, "Stage Name": "collect at /home/job.py:12", "Number of Tasks": 1, "RDD Info": list(rdds),
        "Accumulables": [run, *counted],
    }  # fmt: skip
