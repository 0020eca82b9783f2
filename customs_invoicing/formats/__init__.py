"""Readers of customs files: bytes in, one neutral :class:`~.document.Document` out.

Pure Python: no Odoo, no database.  The entry points are

* :func:`read` -- a file of any supported format, recognised by its content;
* :func:`control_problems` -- what a document announces against what it holds.

Everything the readers object to is a :class:`FormatError` with a ``code``, ``values``
and an English sentence; doubts about a file that was read are the document's
``warnings`` (:class:`FormatWarning`).
"""

from . import asycuda, document, errors, safe_xml, values
from .control import control_problems
from .document import GLOBAL_TAX_CODE, MANUAL_TAX_CODE, Document
from .errors import FormatError, FormatWarning
from .safe_xml import DEFAULT_MAX_BYTES, parse_xml

__all__ = [
    "DEFAULT_MAX_BYTES",
    "GLOBAL_TAX_CODE",
    "MANUAL_TAX_CODE",
    "Document",
    "FormatError",
    "FormatWarning",
    "asycuda",
    "control_problems",
    "document",
    "errors",
    "read",
    "safe_xml",
    "values",
]

#: Readers of XML files by the name of the root element.
_XML_READERS = {asycuda.ROOT: asycuda.from_root}


def read(filename, content, max_bytes=DEFAULT_MAX_BYTES, date_order="auto") -> Document:
    """Read a customs declaration, whatever its format.

    Only the content decides on the format; ``filename`` is named in errors.  The
    document may still contradict itself: ask :func:`control_problems`.

    :param filename: name of the file as the user knows it
    :param content: bytes of the file
    :param max_bytes: larger files are refused unparsed
    :param date_order: ``mdy``, ``dmy`` or ``auto``, see :func:`asycuda.parse`
    :raise FormatError: when the file cannot be read as a declaration
    """
    root = parse_xml(content, filename, max_bytes)
    if root.tag not in _XML_READERS:
        raise FormatError(
            "unknown_format", filename=filename or "The file", root=root.tag
        )
    return _XML_READERS[root.tag](root, filename, date_order)
