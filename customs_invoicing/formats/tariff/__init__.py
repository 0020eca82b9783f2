"""Readers of tariff publications: bytes in, one :class:`~.document.TariffDocument` out.

Pure Python: no Odoo, no database.  The entry point is :func:`read`.  Every format is a
module with ``NAME``, ``matches(filename, content)`` and ``read(filename, content,
**options)``.  What cannot be read is a :class:`~..errors.FormatError`; doubts about
rows that were read are flags of the document.
"""

from ..errors import FormatError
from . import (
    agreements,
    document,
    exchange_rates,
    hs6,
    meursing,
    quotas,
    spreadsheet,
    taric,
    taric_nomenclature,
    taric_preferences,
    uk_commodity,
    us_hts,
)
from .document import TariffDocument
from .tables import files

__all__ = ["FORMATS", "document", "read", "recognise"]

#: Readers by the name of the format, in the order in which they are tried.  A plain
#: spreadsheet comes last: others are tables too.
FORMATS = {
    reader.NAME: reader
    for reader in (
        us_hts,
        hs6,
        taric,
        taric_nomenclature,
        taric_preferences,
        uk_commodity,
        agreements,
        exchange_rates,
        quotas,
        meursing,
        spreadsheet,
    )
}


def recognise(filename, content) -> str:
    """Return the name of the format, by content alone.

    :raise FormatError: ``unknown_tariff_format``
    """
    for name, reader in FORMATS.items():
        if reader.matches(filename, content):
            return name
    names = ", ".join(name for name, _data in files(filename, content))
    raise FormatError("unknown_tariff_format", filename=names or "The file")


def read(filename, content, format=None, **options) -> TariffDocument:
    """Read a tariff publication.

    :param filename: name of the file as the user knows it, for errors
    :param content: bytes of the file; a list of ``(filename, bytes)`` where a
        publication consists of several
    :param format: name of a format of :data:`FORMATS`; ``None`` to recognise it
    :param options: what the reader asks for, such as ``code_length``
    :raise FormatError: when the file cannot be read
    """
    if format is None:
        format = recognise(filename, content)
    if format not in FORMATS:
        raise ValueError(f"unknown format {format!r}, not one of {', '.join(FORMATS)}")
    return FORMATS[format].read(filename, content, **options)
