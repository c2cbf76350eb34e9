"""The events that matter here, and of each the fields that are wanted; all else in the log is skipped unread."""

from typing import Any

import msgspec

from hotset.eventlog.plan import PlanNode


class Event(msgspec.Struct, gc=False, rename=lambda field: field.replace("_", " ").title().replace(" Of ", " of ")):
    """Spark writes most names as `Stage ID`; what it writes otherwise is said below."""


class LogStart(Event):
    spark_version: str


class DatabricksPart(Event):
    """What each part of a log of Databricks' begins with."""

    spark_version: str = ""
    rollover_number: int | None = None
    context: int | None = msgspec.field(name="SparkContext Id", default=None)


class ApplicationStart(Event):
    app_name: str
    timestamp: int
    app_id: str | None = msgspec.field(name="App ID", default=None)
    attempt: str | None = msgspec.field(name="App Attempt ID", default=None)


class ApplicationEnd(Event):
    timestamp: int
    exit_code: int | None = msgspec.field(name="ExitCode", default=None)  # since Spark 4.0


class EnvironmentUpdate(Event):
    spark_properties: dict[str, str]


class BlockManagerAdded(Event):
    maximum_memory: int


class StorageLevel(Event):
    use_disk: bool = False
    use_memory: bool = False
    use_off_heap: bool = False
    deserialized: bool = False
    replication: int = 1


class RddInfo(Event):
    id: int = msgspec.field(name="RDD ID")
    name: str
    storage_level: StorageLevel
    parents: list[int] = msgspec.field(name="Parent IDs", default_factory=list)
    callsite: str = ""
    number_of_partitions: int = 0


class Accumulable(Event):
    id: int = msgspec.field(name="ID")
    name: str = ""
    value: Any = None


class StageInfo(Event):
    id: int = msgspec.field(name="Stage ID")
    name: str = msgspec.field(name="Stage Name")
    number_of_tasks: int
    attempt: int = msgspec.field(name="Stage Attempt ID", default=0)
    rdds: list[RddInfo] = msgspec.field(name="RDD Info", default_factory=list)
    parents: list[int] = msgspec.field(name="Parent IDs", default_factory=list)
    submission_time: int | None = None
    completion_time: int | None = None
    failure_reason: str | None = None
    accumulables: list[Accumulable] = []


class StageNumber(Event):
    id: int = msgspec.field(name="Stage ID")
    attempt: int = msgspec.field(name="Stage Attempt ID", default=0)


class StageSubmitted(Event):
    stage_info: StageNumber


class StageCompleted(Event):
    stage_info: StageInfo


class JobStart(Event):
    id: int = msgspec.field(name="Job ID")
    submission_time: int = 0
    stage_infos: list[StageInfo] = []
    stage_ids: list[int] = msgspec.field(name="Stage IDs", default_factory=list)
    properties: dict[str, str] = {}


class JobResult(Event):
    result: str = ""


class JobEnd(Event):
    id: int = msgspec.field(name="Job ID")
    completion_time: int
    job_result: JobResult | None = None


class UnpersistRdd(Event):
    id: int = msgspec.field(name="RDD ID")


class BlockUpdatedInfo(Event):
    id: str = msgspec.field(name="Block ID")
    memory_size: int
    disk_size: int


class BlockUpdated(Event):
    block_updated_info: BlockUpdatedInfo


class ExecutionStart(msgspec.Struct, rename="camel", gc=False):
    execution_id: int
    time: int
    plan: PlanNode = msgspec.field(name="sparkPlanInfo")
    description: str = ""
    job_tags: list[str] = []


class ExecutionUpdate(msgspec.Struct, rename="camel", gc=False):
    execution_id: int
    plan: PlanNode = msgspec.field(name="sparkPlanInfo")


class ExecutionEnd(msgspec.Struct, rename="camel", gc=False):
    execution_id: int
    time: int
    error_message: str | None = None  # empty where all went well


class DriverUpdates(msgspec.Struct, rename="camel", gc=False):
    """Metrics that the driver counts, such as the size of the files of a scan."""

    execution_id: int
    accum_updates: list[tuple[int, int]] = []


SQL = "org.apache.spark.sql.execution.ui."
KINDS: dict[str, type[msgspec.Struct]] = {
    "SparkListenerLogStart": LogStart,
    "DBCEventLoggingListenerMetadata": DatabricksPart,
    "SparkListenerApplicationStart": ApplicationStart,
    "SparkListenerApplicationEnd": ApplicationEnd,
    "SparkListenerEnvironmentUpdate": EnvironmentUpdate,
    "SparkListenerBlockManagerAdded": BlockManagerAdded,
    "SparkListenerStageSubmitted": StageSubmitted,
    "SparkListenerStageCompleted": StageCompleted,
    "SparkListenerJobStart": JobStart,
    "SparkListenerJobEnd": JobEnd,
    "SparkListenerUnpersistRDD": UnpersistRdd,
    "SparkListenerBlockUpdated": BlockUpdated,
    f"{SQL}SparkListenerSQLExecutionStart": ExecutionStart,
    f"{SQL}SparkListenerSQLAdaptiveExecutionUpdate": ExecutionUpdate,
    f"{SQL}SparkListenerSQLExecutionEnd": ExecutionEnd,
    f"{SQL}SparkListenerDriverAccumUpdates": DriverUpdates,
}
