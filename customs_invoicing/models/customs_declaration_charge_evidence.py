from odoo import fields, models
from odoo.tools import format_date

from ..engine.disbursement import covers
from ..engine.posting import PASSED_ON
from ..engine.readiness import Blocker


class CustomsDeclaration(models.Model):
    """What proves the outlays of a file, and the power of attorney they rest on."""

    _inherit = "customs.declaration"

    def _get_mandate_day(self):
        """Return the day on which a power of attorney has to be valid."""
        self.ensure_one()
        return self.registration_date or fields.Date.context_today(self)

    def _get_mandates(self):
        """Return ``{declaration: its power of attorney, or none}``, as
        ``customs.mandate`` finds them."""
        of_clients = self.filtered(lambda r: r.capacity != "own" and r.client_id)
        mandates = self.env["customs.mandate"]
        found = mandates._get_for_files(of_clients) if of_clients else {}
        return {r: found.get(r, mandates) for r in (*self, self.browse())}

    # === BILLING === #

    def _get_billing_blockers(self):
        """Say which outlays lack their power of attorney or their evidence."""
        result = super()._get_billing_blockers()
        asking = self.filtered(
            lambda r: r.company_id.customs_require_mandate and r.capacity != "own"
        )
        mandates = asking._get_mandates()
        self.charge_ids.mapped("evidence_state")  # of all files in one query
        for record in self:
            charges = record.charge_ids.filtered(
                lambda charge: charge.nature in PASSED_ON
                and charge.charge_code_id.bill_by_default
                and charge.currency_id.compare_amounts(charge.amount_to_bill, 0) > 0
            )
            if record in asking and not all(charges.mapped("nature_override")):
                result[record] += record._get_mandate_blockers(mandates[record])
            result[record] += [
                Blocker(
                    code="evidence",
                    message=self.env._(
                        "%(charge)s: the proof of what was paid is missing. Attach the "
                        "receipt or bill to the charge.",
                        charge=charge.name,
                    ),
                    charge_id=charge.id,
                    action="action_view_missing_evidence",
                )
                for charge in charges
                if charge.evidence_state == "missing"
            ]
        return result

    def _get_mandate_blockers(self, mandate):
        self.ensure_one()
        if covers(mandate.kind or "", self.capacity):
            return []
        capacities = dict(self._fields["capacity"]._description_selection(self.env))
        return [
            Blocker(
                code="mandate",
                message=self.env._(
                    "No power of attorney of %(client)s for “%(capacity)s” covers "
                    "%(date)s, so outlays are billed with tax. Record it, or bill them "
                    "so.",
                    client=self.client_id.display_name,
                    capacity=capacities[self.capacity],
                    date=format_date(self.env, self._get_mandate_day()),
                ),
                action="action_view_mandates",
            )
        ]

    # === ACTIONS === #

    def action_view_mandates(self):
        """Open the powers of attorney of the client."""
        self.ensure_one()
        return self.client_id.action_view_customs_mandates()

    def action_view_missing_evidence(self):
        """Open the charges whose proof is missing."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customs_invoicing.customs_charge_action"
        )
        missing = self.charge_ids.filtered(lambda c: c.evidence_state == "missing")
        action["domain"] = [("id", "in", missing.ids)]
        action["context"] = {}
        action.pop("path", None)
        if len(missing) == 1:
            action.update(
                res_id=missing.id, views=[(False, "form")], view_mode="form", domain=[]
            )
        return action
