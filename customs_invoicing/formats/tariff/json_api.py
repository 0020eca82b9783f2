"""Values of JSON files: their kinds, and documents after JSON:API (jsonapi.org)."""

from decimal import Decimal

# --- Kinds ---------------------------------------------------------------------------


class ShapeError(Exception):
    """A JSON value of a kind that cannot stand where it stands.

    Readers turn it into :func:`tables.shape_error`: skipping it could change a rate.
    """


def as_map(value) -> dict:
    """Return a JSON object, {} for null.

    :raise ShapeError: for anything else
    """
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise ShapeError(value)
    return value


def as_list(value) -> list:
    """Return a JSON list, [] for null.

    :raise ShapeError: for anything else
    """
    if value is None:
        return []
    if not isinstance(value, list):
        raise ShapeError(value)
    return value


def as_maps(value) -> list[dict]:
    """Return a JSON list of objects, [] for null.

    :raise ShapeError: for anything else
    """
    found = as_list(value)
    if not all(isinstance(item, dict) for item in found):
        raise ShapeError(value)
    return found


def as_text(value) -> str:
    """Return a JSON string or number as text, "" for null.

    :raise ShapeError: for anything else
    """
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise ShapeError(value)
    return str(value).strip()


# --- JSON:API ------------------------------------------------------------------------


def is_json_api(value) -> bool:
    """Whether a JSON value is an answer with its related resources beside it."""
    return (
        isinstance(value, dict)
        and isinstance(value.get("data"), dict)
        and isinstance(value.get("included"), list)
    )


def flatten(value) -> dict:
    """Return the main resource: attributes, with related resources in their place.

    Every resource is built once and shared, so that neither a circle of references nor
    a fan of them takes more room than the file.  Resources that the file refers to but
    does not include have only their ``id``.

    :param value: a document for which :func:`is_json_api` holds
    """
    resources = {
        _name(item): item
        for item in (*value["included"], value["data"])
        if isinstance(item, dict)
    }
    built = {}
    waiting = [_name(value["data"])]
    while waiting:
        name = waiting.pop()
        resource = resources.get(name, {})
        fields = _referred(built, name)
        fields.update(_mapping(resource.get("attributes")))
        for relation, target in _mapping(resource.get("relationships")).items():
            data = _mapping(target).get("data")
            many = data if isinstance(data, list) else [data]
            names = [_name(item) for item in many if isinstance(item, dict)]
            waiting.extend(name for name in dict.fromkeys(names) if name not in built)
            found = [_referred(built, name) for name in names]
            if isinstance(data, list):
                fields[relation] = found
            else:
                fields[relation] = found[0] if found else None
    return built[_name(value["data"])]


def _name(item):
    return str(item.get("type")), str(item.get("id"))


def _mapping(value):
    return value if isinstance(value, dict) else {}


def _referred(built, name):
    """Return the fields of a resource, which may be filled in later."""
    return built.setdefault(name, {"id": name[1]})
