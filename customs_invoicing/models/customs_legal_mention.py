from odoo import fields, models


class CustomsLegalMention(models.Model):
    """What the law of a country wants printed beside outlays passed on at cost."""

    _name = "customs.legal.mention"
    _description = "Legal Mention for Disbursements"
    _order = "country_id, id"
    _rec_name = "text"

    country_id = fields.Many2one(
        comodel_name="res.country",
        ondelete="cascade",
        index="btree_not_null",
        help="Country whose VAT law applies to the company that bills. Empty: used "
        "where a country has none of its own.",
    )
    text = fields.Char(
        string="Mention",
        required=True,
        translate=True,
        help="Printed beside disbursements, in the language of the client where it is "
        "translated.",
    )
    note = fields.Char(
        string="Source and checks",
        help="Where it is from, and who verified it when. Not printed.",
    )
    active = fields.Boolean(default=True)

    _country_unique = models.UniqueIndex(
        "(COALESCE(country_id, 0)) WHERE active",
        "There is a mention for this country already.",
    )


class ResCompany(models.Model):
    _inherit = "res.company"

    def _get_customs_legal_mention_record(self):
        """Return the mention of the country whose VAT the company charges."""
        self.ensure_one()
        country = self.account_fiscal_country_id or self.country_id
        # sudo: whoever prints an invoice may lack rights on customs
        mentions = self.env["customs.legal.mention"].sudo()
        found = mentions.search([("country_id", "in", [country.id, False])])
        return (found.filtered("country_id") or found)[:1]

    def _get_customs_legal_mention(self, lang=None):
        """Return what is printed beside disbursements, nothing where none is kept.

        :param lang: code of the language of the document
        """
        self.ensure_one()
        mention = self._get_customs_legal_mention_record()
        return mention.with_context(lang=lang or self.env.lang).text or ""
