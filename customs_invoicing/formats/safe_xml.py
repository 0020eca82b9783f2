"""XML that strangers send: parsed without entities, network or unbounded size."""

import re

from lxml import etree

from .errors import FormatError

MEGABYTE = 1024 * 1024

#: Largest file that is parsed; real declarations of hundreds of items have 1 to 8 MB.
DEFAULT_MAX_BYTES = 25 * MEGABYTE

_DEFINITION = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)


def parse_xml(content, filename="", max_bytes=DEFAULT_MAX_BYTES):
    """Return the root element of ``content`` (bytes).

    Size is checked before anything is parsed, definitions of entities and document
    types before anything can be expanded.

    :raise FormatError: ``too_large``, ``empty``, ``entities`` or ``not_xml``
    """
    filename = filename or "The file"
    if len(content) > max_bytes:
        raise FormatError(
            "too_large",
            filename=filename,
            size_mb=_megabytes(len(content)),
            limit_mb=_megabytes(max_bytes),
        )
    if not content or content.isspace():
        raise FormatError("empty", filename=filename)
    if _DEFINITION.search(_ascii_view(content)):
        raise FormatError("entities", filename=filename)
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(content.lstrip(), parser)
    except etree.XMLSyntaxError as error:
        line = error.lineno or 1
        raise FormatError("not_xml", filename=filename, line=line) from error
    if root.getroottree().docinfo.doctype:  # an encoding the search above cannot see
        raise FormatError("entities", filename=filename)
    return root


def _ascii_view(content):
    """Return ``content`` with the zero bytes of UTF-16 and UTF-32 taken out."""
    return content.replace(b"\0", b"") if b"\0" in content[:64] else content


def _megabytes(size):
    """Return ``size`` in megabytes, rounded up so that it shows what is too large."""
    tenths = -(-size * 10 // MEGABYTE)
    return f"{tenths / 10:g}"
