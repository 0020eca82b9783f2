from odoo import fields, models

from .customs_declaration import CUSTOMS_READERS


class ResPartner(models.Model):
    """The powers of attorney of a client."""

    _inherit = "res.partner"

    customs_mandate_count = fields.Integer(
        string="Powers of attorney",
        compute="_compute_customs_mandate_count",
        groups=CUSTOMS_READERS,
    )

    def _compute_customs_mandate_count(self):
        groups = self.env["customs.mandate"]._read_group(
            [("partner_id", "child_of", self.commercial_partner_id.ids)],
            ["partner_id"],
            ["__count"],
        )
        for partner in self:
            partner.customs_mandate_count = sum(
                count
                for client, count in groups
                if client.commercial_partner_id == partner.commercial_partner_id
            )

    def action_view_customs_mandates(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customs_invoicing.customs_mandate_action"
        )
        client = self.commercial_partner_id
        action["domain"] = [("partner_id", "child_of", client.id)]
        action["context"] = {"default_partner_id": client.id}
        action.pop("path", None)
        return action
