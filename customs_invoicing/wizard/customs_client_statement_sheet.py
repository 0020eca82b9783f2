import io

import xlsxwriter

from odoo import models

from ..engine.client_account import BUCKETS


class CustomsClientStatement(models.TransientModel):
    """Statements of account as a spreadsheet."""

    _inherit = "customs.client.statement"

    def _get_xlsx(self, statements):
        """Return a workbook of statements, with real dates and numbers."""
        stream = io.BytesIO()
        with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
            formats = {
                "head": book.add_format({"bold": True, "bottom": 1, "text_wrap": True}),
                "date": book.add_format({"num_format": "yyyy-mm-dd"}),
                "money": book.add_format({"num_format": "#,##0.00"}),
                "total": book.add_format({"num_format": "#,##0.00", "bold": True}),
            }
            self._write_movements(book, formats, statements)
            self._write_ageing(book, formats, statements)
            self._write_deposits(book, formats, statements)
        return stream.getvalue()

    def _add_sheet(self, book, formats, name, columns):
        """Return a sheet with a heading; columns are ``(title, width)``."""
        sheet = book.add_worksheet(name)
        for number, (title, width) in enumerate(columns):
            sheet.set_column(number, number, width)
            sheet.write_string(0, number, title, formats["head"])
        sheet.freeze_panes(1, 0)
        return sheet

    def _write_row(self, sheet, formats, number, values):
        """Write a row: dates as dates, numbers as money, the rest as text."""
        for column, value in enumerate(values):
            if value is None or value is False:
                continue
            if isinstance(value, float):
                sheet.write_number(number, column, value, formats["money"])
            elif isinstance(value, str):
                sheet.write_string(number, column, value)
            else:
                sheet.write_datetime(number, column, value, formats["date"])

    def _write_movements(self, book, formats, statements):
        is_open = self.content == "open"
        columns = [
            (self.env._("Client"), 30),
            (self.env._("Date"), 11),
            (self.env._("Document"), 18),
            (self.env._("Number"), 20),
            (self.env._("File"), 24),
            (self.env._("Declaration number"), 26),
            (self.env._("Due date"), 11),
            (self.env._("Currency"), 9),
            (self.env._("Amount"), 14),
            (self.env._("Disbursements"), 14),
            (self.env._("Services and tax"), 14),
            (self.env._("Open"), 14),
            (self.env._("Balance"), 14),
        ]
        sheet = self._add_sheet(book, formats, self.env._("Statement"), columns)
        kinds = self._get_kind_names()
        number = 0
        for statement in statements:
            for block in statement["blocks"]:
                currency = block["currency"]
                if not is_open:
                    number += 1
                    opening = [statement["client"].name, statement["date_from"]]
                    opening += [self.env._("Opening balance"), None, None, None, None]
                    opening += [currency.name, None, None, None, None]
                    self._write_row(
                        sheet, formats, number, [*opening, float(block["opening"])]
                    )
                for row in block["rows"]:
                    number += 1
                    prefix = "open_" if is_open else ""
                    values = [
                        statement["client"].name,
                        row["date"],
                        kinds[row["kind"]],
                        row["name"],
                        ", ".join(row["files"].mapped("name")),
                        ", ".join(filter(None, row["files"].mapped("mrn"))),
                        row["due"] if row["has_due"] else None,
                        currency.name,
                        float(row["amount"]),
                        row[f"{prefix}outlays"],
                        row[f"{prefix}services"],
                        float(row["open"]),
                        float(row["balance"]),
                    ]
                    self._write_row(sheet, formats, number, values)
        sheet.autofilter(0, 0, max(number, 1), len(columns) - 1)

    def _write_ageing(self, book, formats, statements):
        names = self._get_bucket_names()
        columns = [
            (self.env._("Client"), 30),
            (self.env._("Part"), 24),
            (self.env._("Currency"), 9),
        ]
        columns += [(names[name], 13) for name in (*BUCKETS, "total")]
        sheet = self._add_sheet(book, formats, self.env._("Ageing"), columns)
        parts = self._get_part_names()
        number = 0
        for statement in statements:
            for part, amounts in statement["ageing"].items():
                number += 1
                values = [statement["client"].name, parts[part]]
                values.append(statement["currency"].name)
                values += [float(amounts[name]) for name in (*BUCKETS, "total")]
                self._write_row(sheet, formats, number, values)

    def _write_deposits(self, book, formats, statements):
        columns = [
            (self.env._("Client"), 30),
            (self.env._("Request"), 18),
            (self.env._("File"), 18),
            (self.env._("Received on"), 12),
            (self.env._("Currency"), 9),
            (self.env._("Received"), 14),
            (self.env._("Applied"), 14),
            (self.env._("Returned"), 14),
            (self.env._("Left"), 14),
        ]
        sheet = self._add_sheet(book, formats, self.env._("Deposits held"), columns)
        number = 0
        for statement in statements:
            for row in statement["deposits"]:
                number += 1
                values = [statement["client"].name, row["request"].name]
                values += [row["file"].name, row["date"], row["currency"].name]
                values += [
                    float(row[name])
                    for name in ("received", "applied", "returned", "left")
                ]
                self._write_row(sheet, formats, number, values)
