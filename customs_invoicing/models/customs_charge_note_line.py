from odoo import api, fields, models
from odoo.exceptions import UserError


class CustomsChargeNoteLine(models.Model):
    """One analytic item that a department is told of."""

    _name = "customs.charge.note.line"
    _description = "Line of an Internal Charge Note"
    _order = "note_id, declaration_id, charge_id, date, id"
    _check_company_auto = True

    note_id = fields.Many2one(
        comodel_name="customs.charge.note",
        string="Charge note",
        required=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        related="note_id.company_id", store=True, precompute=True, index=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    analytic_line_id = fields.Many2one(
        comodel_name="account.analytic.line",
        string="Analytic item",
        index="btree_not_null",
        ondelete="set null",
        help="Gone once its entry was reset to draft or deleted.",
    )
    declaration_id = fields.Many2one(
        comodel_name="customs.declaration",
        string="File",
        required=True,
        index=True,
        ondelete="restrict",
    )
    charge_id = fields.Many2one(
        comodel_name="customs.charge",
        index="btree_not_null",
        ondelete="set null",
        help="Empty: duty that was expected, not assessed.",
    )
    date = fields.Date(required=True)
    amount = fields.Monetary(help="Cost; what was taken back is negative.")
    corrects_line_id = fields.Many2one(
        comodel_name="customs.charge.note.line",
        string="Takes back",
        index="btree_not_null",
        ondelete="restrict",
        help="Line of an older note whose entry is gone.",
    )
    correction_ids = fields.One2many(
        comodel_name="customs.charge.note.line",
        inverse_name="corrects_line_id",
        string="Taken back by",
    )
    is_void = fields.Boolean(string="Cancelled", readonly=True)
    is_gone = fields.Boolean(
        string="Entry is gone",
        compute="_compute_is_gone",
        search="_search_is_gone",
        help="Its entry was reset or deleted, and no later note takes it back yet.",
    )
    name = fields.Char(string="Text", help="Of the journal item.")

    _item_once = models.UniqueIndex(
        "(analytic_line_id) WHERE analytic_line_id IS NOT NULL AND is_void IS NOT TRUE",
        "This analytic item is on another charge note already.",
    )
    _taken_back_once = models.UniqueIndex(
        "(corrects_line_id) WHERE corrects_line_id IS NOT NULL AND is_void IS NOT TRUE",
        "Another charge note takes this back already.",
    )

    @api.depends("analytic_line_id", "corrects_line_id", "correction_ids.is_void")
    def _compute_is_gone(self):
        for record in self:
            record.is_gone = (
                not record.analytic_line_id
                and not record.corrects_line_id
                and not record.is_void
                and not record.correction_ids.filtered(lambda line: not line.is_void)
            )

    @api.model
    def _search_is_gone(self, operator, value):
        if operator != "in":
            return NotImplemented
        taken_back = self.search(
            [("corrects_line_id", "!=", False), ("is_void", "=", False)]
        ).corrects_line_id
        domain = [
            ("analytic_line_id", "=", False),
            ("corrects_line_id", "=", False),
            ("is_void", "=", False),
            ("id", "not in", taken_back.ids),
        ]
        return domain if True in value else ["!", "&", "&", "&", *domain]

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        self.check_access("create")
        self._check_collected()
        lines = super().create(vals_list)
        lines.note_id._check_draft(self.env._("add costs to it"))
        return lines

    def write(self, vals):
        self.check_access("write")
        self._check_collected()
        if set(vals) - {"is_void"}:
            self.note_id._check_draft(self.env._("change its costs"))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_approved(self):
        self.note_id._check_draft(self.env._("take costs off it"))

    def _check_collected(self):
        """A note is what the books say: its buttons collect and cancel its lines."""
        if not self.env.su:
            self.note_id._check_draft(self.env._("change its costs"))
            raise UserError(
                self.env._(
                    "The costs of a charge note are collected from the books: allocate "
                    "them there, and collect them again. Cancelling the note frees "
                    "them."
                )
            )

    def _check_not_taken_back(self):
        """Refuse to cancel lines that a later note takes back."""
        later = self.correction_ids.filtered(lambda line: not line.is_void).note_id
        if later:
            raise UserError(
                self.env._(
                    "%(notes)s takes costs of it back. Cancel that note first.",
                    notes=", ".join(later.mapped("name")),
                )
            )
