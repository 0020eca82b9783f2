from odoo import api, fields, models
from odoo.exceptions import UserError


class CustomsRating(models.Model):
    """One run of the rate cards over a file: what applied, and why. Never changed."""

    _name = "customs.rating"
    _description = "Rating of Fees"
    _inherit = ["customs.declaration.part"]
    _order = "id desc"

    currency_id = fields.Many2one(related="company_id.currency_id")
    client_id = fields.Many2one(related="declaration_id.client_id")
    side = fields.Selection(
        selection=[("sale", "Own services"), ("vendor", "Vendors")],
        required=True,
        default="sale",
        help="Rate cards of our own services, or of what vendors charge us.",
    )
    origin = fields.Selection(
        selection=[
            ("button", "By hand"),
            ("assessment", "Assessment posted"),
            ("invoice", "Before billing"),
            ("rerate", "Re-rated"),
        ],
        string="Started by",
        required=True,
        default="button",
    )
    date = fields.Date(
        string="Rating date",
        help="Day the validity of the rate cards was tested on.",
    )
    line_ids = fields.One2many(
        comodel_name="customs.rating.line", inverse_name="rating_id"
    )
    amount_total = fields.Monetary(
        string="Total",
        compute="_compute_totals",
        help="Of all that could be rated, in the currency of the company.",
    )
    problem_count = fields.Integer(
        string="To clear up",
        compute="_compute_totals",
        help="Ties between rules, and what could not be rated.",
    )

    @api.depends("declaration_id.name", "create_date")
    def _compute_display_name(self):
        for record in self:
            day = fields.Datetime.context_timestamp(
                record, record.create_date or fields.Datetime.now()
            )
            record.display_name = self.env._(
                "%(file)s, rated on %(day)s",
                file=record.declaration_id.name,
                day=f"{day:%Y-%m-%d %H:%M}",
            )

    @api.depends("line_ids.price", "line_ids.result")
    def _compute_totals(self):
        for record in self:
            record.amount_total = sum(record.line_ids.mapped("price"))
            record.problem_count = len(record.line_ids.filtered("is_problem"))

    def write(self, vals):
        self.check_access("write")
        self._refuse_change()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        self._refuse_change()

    def _refuse_change(self):
        if self:
            raise UserError(
                self.env._(
                    "%(rating)s is the proof of a price and cannot be changed. Rate "
                    "the services again: that makes a new one.",
                    rating=self[:1].display_name,
                )
            )

    @api.model
    def _get_latest(self, declarations, side="sale"):
        """Return ``{declaration: its last rating}``, none for files never rated."""
        groups = self._read_group(
            [("declaration_id", "in", declarations.ids), ("side", "=", side)],
            ["declaration_id"],
            ["id:max"],
        )
        ratings = self.browse([last for _declaration, last in groups])
        # iterated, so that all of them are read at once
        return {
            declaration: rating
            for (declaration, _last), rating in zip(groups, ratings, strict=True)
        }

    def _get_print(self):
        """Return what a rating found; equal for two runs that found the same."""
        return sorted(line._get_print() for line in self.line_ids)
