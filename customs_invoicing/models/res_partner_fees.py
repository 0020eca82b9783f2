from odoo import fields, models
from odoo.fields import Domain

from .customs_declaration import CUSTOMS_READERS


class ResPartner(models.Model):
    """Rate cards of clients and vendors."""

    _inherit = "res.partner"

    customs_fee_tariff_count = fields.Integer(
        string="Rate cards",
        compute="_compute_customs_fee_tariff_count",
        groups=CUSTOMS_READERS,
    )

    def _compute_customs_fee_tariff_count(self):
        partners = self._origin.commercial_partner_id
        counts = {}
        for name in ("client_id", "vendor_id"):
            groups = self.env["customs.fee.tariff"]._read_group(
                Domain("state", "!=", "archived")
                & Domain(f"{name}.commercial_partner_id", "in", partners.ids),
                [name],
                ["__count"],
            )
            for partner, count in groups:
                key = partner.commercial_partner_id
                counts[key] = counts.get(key, 0) + count
        for record in self:
            count = counts.get(record._origin.commercial_partner_id, 0)
            record.customs_fee_tariff_count = count

    def action_view_customs_fee_tariffs(self):
        """Open the rate cards of the contact, or start its first one."""
        self.ensure_one()
        partner = self.commercial_partner_id
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customs_invoicing.customs_fee_tariff_action"
        )
        action.pop("path", None)
        action["domain"] = [
            "|",
            ("client_id.commercial_partner_id", "=", partner.id),
            ("vendor_id.commercial_partner_id", "=", partner.id),
        ]
        action["context"] = {
            "default_level": "client",
            "default_client_id": partner.id,
            "default_name": partner.name,
        }
        return action
