from odoo import api, fields, models

from .customs_declaration import CAPACITIES, CUSTOMS_READERS


class ResPartner(models.Model):
    _inherit = "res.partner"

    customs_code = fields.Char(
        string="Customs code",
        index="btree_not_null",
        copy=False,
        help="Number by which customs knows the trader: EORI, tax or declarant number. "
        "Files are matched to contacts by it.",
    )
    customs_to_review = fields.Boolean(
        string="Created from a customs file",
        help="Created because no contact matched a customs file. Check the contact and "
        "take the mark off.",
    )
    customs_capacity = fields.Selection(
        selection=CAPACITIES,
        string="We act as",
        help="Standing instruction for this client's declarations. Empty: as set for "
        "the company.",
    )
    customs_payment_account = fields.Char(
        string="Payment account at customs",
        help="Deferment or cash account used for this client.",
    )
    customs_billing_currency_id = fields.Many2one(
        comodel_name="res.currency",
        string="Billing currency",
        help="Currency of customs invoices; goes before the invoice currency of the "
        "billing profile. Empty: that of the profile, else of the company.",
    )
    customs_declaration_count = fields.Integer(
        string="Customs declaration count",
        compute="_compute_customs_declaration_count",
        groups=CUSTOMS_READERS,
    )

    @api.model
    def _commercial_fields(self):
        return super()._commercial_fields() + [
            "customs_code",
            "customs_capacity",
            "customs_payment_account",
            "customs_billing_currency_id",
        ]

    def _compute_customs_declaration_count(self):
        groups = self.env["customs.declaration"]._read_group(
            [("client_id", "in", self.ids)], ["client_id"], ["__count"]
        )
        counts = {client.id: count for client, count in groups}
        for partner in self:
            partner.customs_declaration_count = counts.get(partner.id, 0)

    def action_view_customs_declarations(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customs_invoicing.customs_declaration_action"
        )
        action["domain"] = [("client_id", "=", self.id)]
        action["context"] = {"default_client_id": self.id}
        return action
