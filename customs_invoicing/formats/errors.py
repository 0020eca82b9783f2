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
    # Tariff publications
    "tariff_empty": _lt(
        "%(filename)s is empty. Download the publication again and upload the new file."
    ),
    "tariff_too_large": _lt(
        "%(filename)s has %(size_mb)s MB; at most %(limit_mb)s MB are read. Split it "
        "by chapters, or check that this is the right file."
    ),
    "too_many_rows": _lt(
        "%(filename)s has more than %(limit)s rows. Split it by chapters, or check "
        "that this is the right file."
    ),
    "too_many_files": _lt(
        "This publication is read from one file, but several were given: %(files)s. "
        "Upload them one by one."
    ),
    "not_text": _lt(
        "%(filename)s is no text file. Expected: CSV, XLSX, XML or JSON as published."
    ),
    "not_table": _lt(
        "%(filename)s cannot be read as a table from line %(line)s on; a quotation "
        "mark may be missing or unexpected there. Download it again, or save it as "
        "CSV (UTF-8) or XLSX."
    ),
    "not_spreadsheet": _lt(
        "%(filename)s is no XLSX spreadsheet, or is damaged. Open it, save it as XLSX "
        "or CSV, and upload the new file."
    ),
    "not_json": _lt(
        "%(filename)s is not a JSON file, or is damaged (line %(line)s). Download the "
        "publication again and upload the new file."
    ),
    "json_shape": _lt(
        "%(filename)s is JSON, but %(where)s is not built as this publication is. "
        "Check that this is the right file, downloaded in full."
    ),
    "missing_columns": _lt(
        "%(filename)s lacks columns: %(missing)s. Columns found: %(found)s. Upload the "
        "file as published, with its first row."
    ),
    "missing_components_file": _lt(
        "%(filename)s lists measures, but their rates are in the file of measure "
        "components. Upload both files together."
    ),
    "missing_measures_file": _lt(
        "%(filename)s lists measure components, but not the measures they belong to. "
        "Upload both files together."
    ),
    "same_kind_twice": _lt(
        "%(filename)s and %(other)s are of the same kind. Upload one of each: measures "
        "and measure components."
    ),
    "rates_not_xml": _lt(
        "%(filename)s is not an XML list of exchange rates, or is damaged (line "
        "%(line)s). Download it again and upload the new file."
    ),
    "period_unknown": _lt(
        "%(filename)s does not say for which days its rates hold (it says "
        "“%(value)s”). Download it again, or enter the rates by hand."
    ),
    "unknown_tariff_format": _lt(
        "%(filename)s is no tariff publication that can be read. Upload the file as "
        "published, or a spreadsheet with a column “Code” and a column “Rate”."
    ),
    "no_header": _lt(
        "%(filename)s: no row names all columns that are needed; missing: %(missing)s. "
        "Row %(row)s comes closest: %(found)s. Name the columns “Code” and “Rate” in "
        "one row above the data."
    ),
    "merged_header": _lt(
        "%(filename)s: the cells %(cells)s of the header (“%(text)s”) are merged, so "
        "nobody can tell which column holds what. Unmerge them and name each column."
    ),
    "same_header": _lt(
        "%(filename)s: the cells %(cells)s both name a column “%(column)s” "
        "(“%(text)s”). Rename the one that is not meant."
    ),
    "quotation_unknown": _lt(
        "%(filename)s does not say how its rates are quoted. State whether they are "
        "national currency per foreign unit, or foreign units per national one."
    ),
    "currency_option": _lt(
        "%(filename)s does not name the foreign currency of its rates, and "
        "“%(value)s” is no currency code. State it with three letters, such as EUR."
    ),
    "rates_of_other_currency": _lt(
        "%(filename)s gives %(found)s for one %(base)s; the tariff is in "
        "%(national)s. Choose a list for that currency."
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
    # Tariff publications: a row of the file, the code it is about, text and column
    "bad_code": _lt(
        "Row %(row)s: “%(text)s” is no commodity code of an even number of digits, "
        "perhaps for want of its leading zero; the row was left out."
    ),
    "bad_row_date": _lt(
        "Row %(row)s, %(code)s: “%(text)s” (%(field)s) is no date; what the row says "
        "cannot be used before it is corrected."
    ),
    "dates_reversed": _lt(
        "Row %(row)s, %(code)s: its last day is before its first day (%(text)s)."
    ),
    "bad_hs_code": _lt(
        "Row %(row)s: “%(text)s” is no code of 2, 4 or 6 digits; the row was left out."
    ),
    "duplicate_code": _lt(
        "Row %(row)s: the code %(text)s stands in the file twice; the row was left out."
    ),
    "unknown_parent": _lt(
        "Row %(row)s, %(code)s: the file has no line %(text)s, which it names as the "
        "line above; it was put at the top."
    ),
    "bad_hts_number": _lt(
        "Row %(row)s: “%(text)s” is no number of 4, 6, 8 or 10 digits; the line was "
        "taken as one without a number."
    ),
    "additional_duty": _lt(
        "Row %(row)s, %(code)s: an additional duty is stated, “%(text)s”; add it by "
        "hand where it applies."
    ),
    "quota_quantity": _lt(
        "Row %(row)s, %(code)s: a quota quantity is stated, “%(text)s”; enter the "
        "quota by hand."
    ),
    "rate_without_code": _lt(
        "Row %(row)s: the rate “%(text)s” stands on a line without a number; only the "
        "lines below it have it."
    ),
    "no_rate": _lt("Row %(row)s, %(code)s: neither the code nor one above has a rate."),
    "row_without_code": _lt(
        "Row %(row)s: the rate “%(text)s” has no code; the row was left out. Repeat "
        "the code on every row and do not merge cells."
    ),
    "code_lost_zero": _lt(
        "Row %(row)s: “%(text)s” has probably lost its leading zero; the row was left "
        "out. Format the column as text, or state how many digits a code has."
    ),
    "code_padded": _lt(
        "Row %(row)s: “%(text)s” had lost its leading zero and was read as %(code)s."
    ),
    "code_too_long": _lt(
        "Row %(row)s: “%(text)s” has more digits than a code of this tariff; the row "
        "was left out."
    ),
    "code_length": _lt(
        "Row %(row)s, %(code)s: a rate on a code of another length than the tariff "
        "has; it holds for all codes that begin so."
    ),
    "ambiguous_date": _lt(
        "Row %(row)s, %(code)s: “%(text)s” (%(field)s) was read with the day first, "
        "but the month may come first. Check it, or write 2024-12-31."
    ),
    "bare_number": _lt(
        "Row %(row)s, %(code)s: nothing says whether the rate “%(text)s” is percent. "
        "Write a percent sign in the cell or in the header of the column."
    ),
    "negative_rate": _lt(
        "Row %(row)s, %(code)s: the rate “%(text)s” is negative and was left open."
    ),
    "conflicting_rates": _lt(
        "Row %(row)s, %(code)s: another row gives a different rate for the same days "
        "(%(text)s); both were left open."
    ),
    "no_components": _lt(
        "Row %(row)s, %(code)s: no component gives its rate, so the rate is unknown."
    ),
    "bad_components": _lt(
        "Row %(row)s, %(code)s: its components cannot be read as a rate: %(text)s."
    ),
    "rate_not_read": _lt(
        "Row %(row)s, %(code)s: the rate “%(text)s” could not be read; enter it by "
        "hand."
    ),
    "ceiling_alone": _lt(
        "Row %(row)s, %(code)s: “%(text)s” limits a rate of zero, so a part of the "
        "rate is missing (an agricultural component, perhaps); enter it by hand."
    ),
    "component_code": _lt(
        "Row %(row)s, %(code)s: a component of the same measure names another "
        "commodity code, %(text)s."
    ),
    "orphan_component": _lt(
        "Row %(row)s, %(code)s: a component belongs to no measure of the file "
        "(%(text)s); it was left out."
    ),
    "duplicate_key": _lt(
        "Row %(row)s, %(code)s: the number %(text)s stands for several measures, so "
        "nobody can tell which components are whose."
    ),
    "no_key": _lt(
        "Row %(row)s, %(code)s: the measure has no number of its own; its components "
        "were found by the commodity code."
    ),
    "stopped_measure": _lt("Row %(row)s, %(code)s: the measure is marked as stopped."),
    "no_amount": _lt("Row %(row)s, %(code)s: the measure states no amount (%(text)s)."),
    "condition_not_read": _lt(
        "Row %(row)s, %(code)s: a condition could not be read: %(text)s."
    ),
    "unknown_unit": _lt("Row %(row)s, %(code)s: the unit “%(text)s” is unknown."),
    "no_descriptions": _lt("The file has no descriptions; codes stand in their place."),
    "no_description": _lt("Row %(row)s, %(code)s: the code has no description."),
    "bad_indent": _lt(
        "Row %(row)s, %(code)s: its indent, “%(text)s”, does not follow from the line "
        "above; it was put under the nearest line that is higher."
    ),
    "leaf_with_children": _lt(
        "Row %(row)s, %(code)s: marked as a leaf, but other lines stand below it; it "
        "was taken as not declarable."
    ),
    "duplicate_row": _lt(
        "Row %(row)s, %(code)s: the same row stands in the file twice (%(text)s)."
    ),
    "unknown_country": _lt(
        "Row %(row)s, %(code)s: “%(text)s” is no code of a country or area."
    ),
    "bad_rate_of_exchange": _lt(
        "Row %(row)s, %(code)s: “%(text)s” is no rate of exchange above zero; the row "
        "was left out."
    ),
    "bad_currency": _lt(
        "Row %(row)s: “%(text)s” is no currency code; the row was left out."
    ),
    "rate_conflict": _lt(
        "Row %(row)s, %(code)s: another row gives a different rate for the same days "
        "(%(text)s); both were left out."
    ),
    "bad_quota": _lt(
        "Row %(row)s, %(code)s: “%(text)s” (%(field)s) cannot be read; the row was "
        "left out."
    ),
    "quota_days": _lt(
        "Row %(row)s, %(code)s: the period has not the %(text)s days that are stated."
    ),
    "quota_conflict": _lt(
        "Row %(row)s, %(code)s: another row gives the same period of the quota with "
        "other figures (%(text)s)."
    ),
    "quota_type_assumed": _lt(
        "The file does not say which type of measure gives the quota; %(text)s was "
        "assumed. Upload the quota definitions together with the commodity codes."
    ),
    "quota_not_defined": _lt(
        "Row %(row)s, %(code)s: quota %(text)s is not among the definitions."
    ),
    "bad_range": _lt(
        "Row %(row)s, %(code)s: “%(text)s” (%(field)s) is no range; the row was left "
        "out."
    ),
}


class FormatError(ValueError):
    """A file that cannot be read, with the reason as ``code`` and ``values``."""

    def __init__(self, code, /, **values):
        self.code = code
        self.values = values
        super().__init__(MESSAGES[code] % values)


class FormatWarning(str):
    """A doubt about a file that was read: an English sentence with its ``code``."""

    code: str
    values: dict

    def __new__(cls, code, /, **values):
        warning = super().__new__(cls, WARNINGS[code] % values)
        warning.code = code
        warning.values = values
        return warning
