"""As much of JSON Schema 2019-09 as the Open Badges schemas use, for checking what we write."""

import re
from collections.abc import Callable, Mapping
from typing import Any

_TYPES: Mapping[str, Callable[[Any], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "number": lambda value: isinstance(value, (int, float)) and not isinstance(value, bool),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
}
_KNOWN = {
    *("type", "enum", "pattern", "required", "properties", "additionalProperties", "propertyNames", "items"),
    *("additionalItems", "contains", "minItems", "oneOf", "anyOf", "allOf", "$ref", "format", "description", "title"),
    *("$comment", "$schema", "$id", "$defs"),
}


def problems(value: Any, schema: Any, root: Any = None, place: str = "") -> list[str]:
    """What is wrong with `value`, a sentence each; an unknown keyword is a problem of its own."""
    root = schema if root is None else root
    if schema is True or schema is False:
        return [] if schema else [f"{place}: not allowed"]
    found = [f"{place}: unknown keyword {word}" for word in schema.keys() - _KNOWN]
    if "$ref" in schema:
        found += problems(value, _resolve(schema["$ref"], root), root, place)
    if "type" in schema and not _TYPES[schema["type"]](value):
        return [*found, f"{place}: not of type {schema['type']}"]
    if "enum" in schema and value not in schema["enum"]:
        found.append(f"{place}: {value!r} is not one of {schema['enum']}")
    if "pattern" in schema and isinstance(value, str) and not re.search(schema["pattern"], value):
        found.append(f"{place}: {value!r} does not match")
    if isinstance(value, dict):
        found += _object_problems(value, schema, root, place)
    if isinstance(value, list):
        found += _array_problems(value, schema, root, place)
    return found + _combined_problems(value, schema, root, place)


def _resolve(reference: str, root: Any) -> Any:
    node = root
    for step in reference.removeprefix("#/").split("/"):
        node = node[step]
    return node


def _object_problems(value: dict[str, Any], schema: Any, root: Any, place: str) -> list[str]:
    found = [f"{place}: {name} is missing" for name in schema.get("required", []) if name not in value]
    properties = schema.get("properties", {})
    for name, item in value.items():
        inner = properties.get(name, schema.get("additionalProperties", True))
        found += problems(item, inner, root, f"{place}/{name}")
        if "propertyNames" in schema:
            found += problems(name, schema["propertyNames"], root, f"{place}/{name}")
    return found


def _array_problems(value: list[Any], schema: Any, root: Any, place: str) -> list[str]:
    found = []
    if len(value) < schema.get("minItems", 0):
        found.append(f"{place}: too short")
    if "contains" in schema and all(problems(item, schema["contains"], root, place) for item in value):
        found.append(f"{place}: lacks a required item")
    items = schema.get("items", True)
    for index, item in enumerate(value):
        if isinstance(items, list):
            inner = items[index] if index < len(items) else schema.get("additionalItems", True)
        else:
            inner = items
        found += problems(item, inner, root, f"{place}/{index}")
    return found


def _combined_problems(value: Any, schema: Any, root: Any, place: str) -> list[str]:
    found = [problem for each in schema.get("allOf", []) for problem in problems(value, each, root, place)]
    if "oneOf" in schema:
        passing = [each for each in schema["oneOf"] if not problems(value, each, root, place)]
        if len(passing) != 1:
            found.append(f"{place}: matches {len(passing)} of the forms, not one")
    if "anyOf" in schema and all(problems(value, each, root, place) for each in schema["anyOf"]):
        found.append(f"{place}: matches none of the forms")
    return found
