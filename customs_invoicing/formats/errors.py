"""Errors and warnings of the readers, in the user's words.

A reader knows what is wrong and where; the database layer translates the sentence by
``code`` and shows it.  ``str(error)`` is the English sentence.
"""


def _lt(text):
    """Mark a sentence for translators; it is translated when it is shown."""
    return text


MESSAGES = {
    "empty": _lt(
        "%(filename)s is empty. Export the declaration again and upload the new file."
    ),
    "too_large": _lt(
        "%(filename)s has %(size_mb)s MB; at most %(limit_mb)s MB are read. "
        "A declaration file is far smaller: check that this is the right file."
    ),
    "not_xml": _lt(
        "%(filename)s is not an XML file, or is damaged (line %(line)s). "
        "Export the declaration again and upload the new file."
    ),
    "entities": _lt(
        "%(filename)s contains entity or document type definitions, which a "
        "declaration never needs and which can harm the server. It was not read."
    ),
    "unknown_format": _lt(
        "%(filename)s is XML, but no declaration that can be read "
        "(its root element is %(root)s). Expected: ASYCUDA World."
    ),
    "bad_number": _lt(
        "%(filename)s: %(where)s should be a number but is “%(value)s”. "
        "Correct it in the customs system and export the declaration again."
    ),
    "missing_number": _lt(
        "%(filename)s: %(where)s is empty. Nothing was imported; "
        "assess the declaration in the customs system and export it again."
    ),
    "missing_tax_code": _lt(
        "%(filename)s: %(where)s has the amount %(value)s but no tax "
        "code. Correct it in the customs system and export the declaration again."
    ),
    "bad_date": _lt(
        "%(filename)s: %(where)s should be a date but is “%(value)s”. "
        "Correct it in the customs system and export the declaration again."
    ),
    "no_office": _lt(
        "%(filename)s names no customs office. Export the declaration again "
        "with its identification block."
    ),
    "item_total": _lt(
        "%(filename)s: the taxes of item %(item)s add up to %(found)s, but "
        "the file announces %(announced)s. Nothing was imported; ask for a new export."
    ),
    "header_total": _lt(
        "%(filename)s: the taxes on the whole declaration add up to "
        "%(found)s, but the file announces %(announced)s. Nothing was imported; ask "
        "for a new export."
    ),
    "payable_total": _lt(
        "%(filename)s: the taxes to pay add up to %(found)s, but the file "
        "announces %(announced)s. Nothing was imported; ask for a new export."
    ),
    "notice_total": _lt(
        "%(filename)s: tax %(tax)s adds up to %(found)s, but the "
        "assessment notice says %(announced)s. Nothing was imported; ask for a new "
        "export."
    ),
    "notice_item_taxes": _lt(
        "%(filename)s: the taxes of the items add up to %(found)s, "
        "but the assessment notice says %(announced)s. Nothing was imported; ask for "
        "a new export."
    ),
    "item_count": _lt(
        "%(filename)s announces %(announced)s items but holds %(found)s. "
        "Nothing was imported; export the declaration again with all its items."
    ),
}

WARNINGS = {
    "ambiguous_dates": _lt(
        "No date in the file shows whether day or month comes first; "
        "month first was assumed (%(value)s is read as %(read_as)s). Check the dates."
    ),
    "bad_date": _lt(
        "%(where)s should be a date but is “%(value)s”; it was left empty."
    ),
    "unread_rate": _lt(
        "%(where)s, “%(value)s”, could not be read as a percentage or an "
        "amount per unit; the amount is taken as it stands."
    ),
    "payment_method": _lt(
        "%(where)s is “%(value)s”, which is neither paid (1) nor "
        "suspended (0); the tax is taken as to be paid."
    ),
    "value_text": _lt(
        "%(where)s, “%(value)s”, could not be read; freight, insurance and "
        "other costs of this item are unknown."
    ),
}


class FormatError(ValueError):
    """A file that cannot be read, with the reason as ``code`` and ``values``."""

    def __init__(self, code, **values):
        self.code = code
        self.values = values
        super().__init__(MESSAGES[code] % values)


class FormatWarning(str):
    """A doubt about a file that was read: an English sentence with its ``code``."""

    code: str
    values: dict

    def __new__(cls, code, **values):
        warning = super().__new__(cls, WARNINGS[code] % values)
        warning.code = code
        warning.values = values
        return warning
