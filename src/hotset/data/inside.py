"""Values inside of values: what stands in a struct, an array or a map, down to the last level."""

from collections.abc import Callable, Iterable

from pyspark.sql import Column
from pyspark.sql import functions as F
from pyspark.sql.types import ArrayType, DataType, DoubleType, FloatType, MapType, StructField, StructType

# value, its type, whether it may be null -> whether it is what is looked for; None where it cannot be
Look = Callable[[Column, DataType, bool], Column | None]


def anywhere(value: Column, kind: DataType, nullable: bool, look: Look) -> Column | None:
    """Whether `look` is true of the value or of one inside of it, never null; None where no such value can be."""
    found = [look(value, kind, nullable)]
    if isinstance(kind, StructType):
        fields = [anywhere(value.getField(one.name), one.dataType, one.nullable, look) for one in kind.fields]
        found += [value.isNotNull() & field for field in fields if field is not None]
    elif isinstance(kind, ArrayType):
        found.append(_in_array(value, kind.elementType, kind.containsNull, look))
    elif isinstance(kind, MapType):
        found.append(_in_array(F.map_keys(value), kind.keyType, True, look))
        found.append(_in_array(F.map_values(value), kind.valueType, kind.valueContainsNull, look))
    there = [one for one in found if one is not None]
    return any_of(there) if there else None


def any_of(conditions: Iterable[Column]) -> Column:
    """Whether one is true; null is not."""
    return F.greatest(F.lit(False), F.lit(False), *(F.coalesce(one, F.lit(False)) for one in conditions))


def null_where_declared_not(value: Column, kind: DataType, nullable: bool) -> Column | None:  # noqa: ARG001
    """A look for nulls that the declared type does not have."""
    return None if nullable else value.isNull()


def not_finite(value: Column, kind: DataType, nullable: bool) -> Column | None:  # noqa: ARG001
    """A look for NaN and the infinities."""
    if not isinstance(kind, FloatType | DoubleType):
        return None
    return F.isnan(value) | (F.abs(value) == float("inf"))


def has_not_null(kind: DataType) -> bool:
    """Whether something inside of values of this type may not be null."""
    if isinstance(kind, StructType):
        return any(not one.nullable or has_not_null(one.dataType) for one in kind.fields)
    if isinstance(kind, ArrayType):
        return not kind.containsNull or has_not_null(kind.elementType)
    if isinstance(kind, MapType):
        return not kind.valueContainsNull or has_not_null(kind.keyType) or has_not_null(kind.valueType)
    return False


def all_nullable(kind: DataType) -> DataType:
    """The same type where everything may be null."""
    if isinstance(kind, StructType):
        return StructType([StructField(one.name, all_nullable(one.dataType)) for one in kind.fields])
    if isinstance(kind, ArrayType):
        return ArrayType(all_nullable(kind.elementType))
    if isinstance(kind, MapType):
        return MapType(all_nullable(kind.keyType), all_nullable(kind.valueType))
    return kind


def _in_array(array: Column, kind: DataType, nullable: bool, look: Look) -> Column | None:
    if anywhere(array, kind, nullable, look) is None:
        return None

    def in_element(element: Column) -> Column:
        found = anywhere(element, kind, nullable, look)
        assert found is not None, "looked up just before"
        return found

    return F.exists(array, in_element)
