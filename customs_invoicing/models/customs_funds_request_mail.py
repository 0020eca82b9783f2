from odoo import fields, models

TEMPLATE = "customs_invoicing.mail_template_funds_request"


class CustomsFundsRequest(models.Model):
    """Sending a request to the client."""

    _inherit = "customs.funds.request"

    date_sent = fields.Date(string="Sent on", copy=False, readonly=True, tracking=True)

    def action_send(self):
        """Open a mail to the client with the request as PDF."""
        self.ensure_one()
        template = self.env.ref(TEMPLATE, raise_if_not_found=False)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Send the request for funds"),
            "res_model": "mail.compose.message",
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_model": self._name,
                "default_res_ids": self.ids,
                "default_template_id": template and template.id,
                "default_composition_mode": "comment",
                "default_email_layout_xmlid": "mail.mail_notification_light",
                "force_email": True,
                "customs_mark_sent": True,
            },
        }

    def message_post(self, **kwargs):
        """Note the day on which a request is sent."""
        message = super().message_post(**kwargs)
        if self.env.context.get("customs_mark_sent") and message.partner_ids:
            self.date_sent = fields.Date.context_today(self)
        return message
