from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import SQL

from .account_move_entry import ACCRUING_EVENTS


class CustomsChargeNote(models.Model):
    """Which costs a note tells its department of: read from the books."""

    _inherit = "customs.charge.note"

    def _collect(self):
        """Fill drafts with the analytic items that are on no note yet."""
        self.check_access("write")
        self._check_draft(self.env._("collect its costs again"))
        self.line_ids.unlink()
        for record in self:
            # sudo: what is on a note comes from the books, nobody types it
            record.sudo().line_ids = [
                Command.create(vals)
                for vals in [
                    *record._prepare_open_lines(),
                    *record._prepare_taken_back_lines(),
                ]
            ]

    def _prepare_open_lines(self):
        """Return the values of lines for analytic items of the period."""
        self.ensure_one()
        account = self.account_id.sudo()  # sudo: plans need the analytic rights
        return [
            {
                "analytic_line_id": line_id,
                "declaration_id": declaration_id,
                "charge_id": charge_id,
                "date": date,
                "name": name,
                "amount": -amount,
            }
            for line_id, _account, declaration_id, charge_id, date, name, amount in (
                self._query_open_items(
                    account.plan_id,
                    self.company_id,
                    self.date_from,
                    self.date_to,
                    account,
                )
            )
        ]

    @api.model
    def _query_open_items(self, plan, company, date_from, date_to, account=None):
        """Return rows of analytic items of our own customs costs that no note has:
        id, account, file, charge, date, text and amount."""
        self.env["account.analytic.line"].flush_model()
        self.env["account.move.line"].flush_model()
        self.env["account.move"].flush_model(["customs_event"])
        self.env["customs.charge"].flush_model(["nature"])
        self.env["customs.charge.note.line"].flush_model()
        column = SQL.identifier("entry", plan._column_name())
        wanted = SQL("%s = %s", column, account.id) if account else SQL("TRUE")
        return self.env.execute_query(
            SQL(
                """
                SELECT entry.id, %(column)s, item.customs_declaration_id,
                       item.customs_charge_id, entry.date, entry.name, entry.amount
                  FROM account_analytic_line entry
                  JOIN account_move_line item ON item.id = entry.move_line_id
                  JOIN account_move move ON move.id = item.move_id
             LEFT JOIN customs_charge charge ON charge.id = item.customs_charge_id
                 WHERE item.customs_declaration_id IS NOT NULL
                   AND (charge.nature = 'own_cost'
                        OR charge.id IS NULL AND move.customs_event = ANY(%(events)s))
                   AND entry.company_id = %(company)s
                   AND entry.date BETWEEN %(date_from)s AND %(date_to)s
                   AND %(column)s IS NOT NULL AND %(wanted)s
                   AND NOT EXISTS (
                        SELECT FROM customs_charge_note_line line
                         WHERE line.analytic_line_id = entry.id
                           AND line.is_void IS NOT TRUE)
                 ORDER BY item.customs_declaration_id, item.customs_charge_id,
                          entry.date, entry.id
                """,
                column=column,
                events=[*ACCRUING_EVENTS, "allocation"],
                company=company.id,
                date_from=date_from,
                date_to=date_to,
                wanted=wanted,
            )
        )

    def _prepare_taken_back_lines(self):
        """Return the values of lines that take back what is gone from older notes."""
        self.ensure_one()
        gone = self.env["customs.charge.note.line"].search(
            [
                ("note_id.account_id", "=", self.account_id.id),
                ("note_id.company_id", "=", self.company_id.id),
                ("note_id.state", "in", ["approved", "sent"]),
                ("is_gone", "=", True),
            ]
        )
        return [
            {
                "corrects_line_id": line.id,
                "declaration_id": line.declaration_id.id,
                "charge_id": line.charge_id.id,
                "date": self.date_to,
                "name": self.env._("Taken back from %(note)s", note=line.note_id.name),
                "amount": -line.amount,
            }
            for line in gone
        ]

    # === ACTIONS === #

    def action_collect(self):
        """Read the costs of the period again."""
        self._collect()
        return True

    def action_create_for_last_month(self):
        """Make a draft for every department that bore customs costs last month.

        The button of the list gives the notes that are ticked; they do not matter.
        """
        self.check_access("create")
        date_from, date_to = self._get_last_month()
        notes, company = self.browse(), self.env.company
        # sudo: plans need the analytic rights
        plans = self.env["account.analytic.plan"].sudo()
        for plan in plans.search([("parent_id", "=", False)]):
            rows = self._query_open_items(plan, company, date_from, date_to)
            # one after the other: an item of two plans goes to the first one
            for account_id in dict.fromkeys(row[1] for row in rows):
                note = self.create(
                    {
                        "account_id": account_id,
                        "company_id": company.id,
                        "date_from": date_from,
                        "date_to": date_to,
                    }
                )
                notes |= note
        empty = notes.filtered(lambda note: not note.line_ids)
        empty.unlink()
        notes -= empty
        if not notes:
            raise UserError(
                self.env._(
                    "No department bore customs costs from %(start)s to %(end)s that "
                    "are on no note yet. Allocate the costs of own imports first.",
                    start=date_from.isoformat(),
                    end=date_to.isoformat(),
                )
            )
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customs_invoicing.customs_charge_note_action"
        )
        return {**action, "domain": [("id", "in", notes.ids)], "context": {}}
