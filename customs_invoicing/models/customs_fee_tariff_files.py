import base64
from urllib.parse import quote

from odoo import api, fields, models
from odoo.fields import Command

from ..engine.rating_model import UNITS
from ..formats.rate_card import RateCard, write_xlsx
from ..tools import to_decimal, to_float
from .customs_declaration_rating_facts import SERVICE_LEVELS
from .customs_fee_finder import RecordFinder, split_list
from .customs_fee_rule_engine import BANDED, CHOICES

#: Column of a file to the field of a condition that names records
RECORD_CONDITIONS = {
    "regime": "procedure_ids",
    "port": "office_ids",
    "incoterm": "incoterm_ids",
}
TEXT_CONDITIONS = {
    "mode": "transport_modes",
    "hs": "hs_codes",
    "declaration_type": "declaration_types",
}


class CustomsFeeTariff(models.Model):
    """Rate cards as spreadsheets."""

    _inherit = "customs.fee.tariff"

    spreadsheet = fields.Binary(
        compute="_compute_spreadsheet",
        attachment=False,
        export_string_translation=False,
    )

    def _compute_spreadsheet(self):
        translate = self.env["customs.fee.rule"]._translate_rating
        for record in self:
            content = write_xlsx(record._to_rate_card(), translate)
            record.spreadsheet = base64.b64encode(content)

    def action_export(self):
        """Download the card as a workbook that can be changed and read again."""
        self.ensure_one()
        name = quote(f"{self.display_name}.xlsx")
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self._name}/{self.id}/spreadsheet"
            f"?download=true&filename={name}",
            "target": "download",
        }

    def action_import(self):
        """Open the screen that reads a spreadsheet into this card."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Import a rate card"),
            "res_model": "customs.fee.import",
            "view_mode": "form",
            "target": "new",
            "context": {"default_tariff_id": self.id, "dialog_size": "extra-large"},
        }

    def action_try(self):
        """Open the screen that tries the card."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customs_invoicing.customs_fee_try_action"
        )
        action.pop("path", None)
        action["context"] = {
            "default_tariff_id": self.id,
            "default_company_id": self.company_id.id,
        }
        return action

    # === TO A FILE === #

    def _to_rate_card(self):
        """Return the card as files hold it."""
        self.ensure_one()
        return RateCard(
            name=self.name,
            version=str(self.version),
            currency=self.currency_id.name,
            level=self.level,
            side=self.side,
            client=self.client_id.name or "",
            group=self.group_id.name or "",
            vendor=self.vendor_id.name or "",
            validity_date=self.validity_date,
            valid_from=self.date_from or None,
            valid_to=self.date_to or None,
            document_minimum=to_decimal(self.document_minimum) or None,
            rows=tuple(rule._to_row() for rule in self.rule_ids),
        )

    # === FROM A FILE === #

    @api.model
    def _prepare_rules(self, card):
        """Return ``([values of a rule], problems)`` of a card of a file.

        All records are looked up at once; one that is not found is a problem.
        """
        finder = RecordFinder(self.env, card)
        vals_list = [
            {**self._prepare_rule(row, finder), "sequence": number}
            for number, row in enumerate(card.rows, 1)
        ]
        for row, vals in zip(card.rows, vals_list, strict=True):
            if not finder.problems:
                finder.check_rule(row, vals)
        return vals_list, finder.problems

    @api.model
    def _find_unknown(self, card):
        """Return sentences on what the rows of a file name and nobody knows."""
        finder = RecordFinder(self.env, card)
        for row in card.rows:
            self._prepare_rule(row, finder)
        return finder.problems

    @api.model
    def _prepare_rule(self, row, finder):
        """Return the values of the rule of a row."""
        vals = {
            "name": row.name or False,
            "type": row.type,
            "minimum": to_float(row.minimum),
            "maximum": to_float(row.maximum),
            "date_from": row.valid_from or False,
            "date_to": row.valid_to or False,
            **self._prepare_params(row, finder),
            **self._prepare_conditions(row, finder),
        }
        if row.charge:
            vals["charge_code_id"] = finder.find_charge(row)
        if row.parts:
            vals["child_ids"] = [
                Command.create({**self._prepare_rule(part, finder), "sequence": number})
                for number, part in enumerate(row.parts)
            ]
        return vals

    @api.model
    def _prepare_params(self, row, finder):
        vals = {}
        for name, value in row.params.items():
            if name == "bands":
                vals["band_ids"] = [
                    Command.create({"limit": to_float(limit), "price": to_float(price)})
                    for limit, price in value
                ]
            elif name == "sizes":
                vals["band_ids"] = [
                    Command.create({"size": size, "price": to_float(price)})
                    for size, price in finder.check_sizes(row, value)
                ]
            elif name == "applies_to":
                found = finder.find_all(row, name, "customs.charge.code", value)
                vals["applies_to_ids"] = [Command.set(found)]
            elif name == "basis" and row.type in BANDED and value in UNITS:
                vals["unit"] = value
            elif name in CHOICES:
                vals[name] = value
            else:
                vals[name] = finder.read_figure(row, name, value)
        return vals

    @api.model
    def _prepare_conditions(self, row, finder):
        vals = {
            field: row.conditions.get(column) or False
            for column, field in TEXT_CONDITIONS.items()
        }
        rules = self.env["customs.fee.rule"]
        for column, field in RECORD_CONDITIONS.items():
            codes = split_list(row.conditions.get(column))
            model = rules._fields[field].comodel_name
            vals[field] = [Command.set(finder.find_all(row, column, model, codes))]
        vals["service_level"] = finder.find_choice(
            row, "service_level", SERVICE_LEVELS, row.conditions.get("service_level")
        )
        return vals
