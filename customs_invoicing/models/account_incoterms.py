from odoo import models


class AccountIncoterms(models.Model):
    """Delivery terms are known by their code: FOB, CIF."""

    _inherit = "account.incoterms"
    _rec_names_search = ["code", "name"]
