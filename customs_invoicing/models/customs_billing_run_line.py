from odoo import api, fields, models


class CustomsBillingRunLine(models.Model):
    """A file in a billing run and what became of it."""

    _name = "customs.billing.run.line"
    _description = "File in a Billing Run"
    _order = "run_id, chunk, batch, id"
    _rec_name = "declaration_id"

    run_id = fields.Many2one(
        comodel_name="customs.billing.run",
        required=True,
        index=True,
        readonly=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        related="run_id.company_id", store=True, precompute=True
    )
    declaration_id = fields.Many2one(
        comodel_name="customs.declaration",
        string="File",
        required=True,
        index=True,
        readonly=True,
        ondelete="cascade",
    )
    client_id = fields.Many2one(related="declaration_id.client_id")
    currency_id = fields.Many2one(related="company_id.currency_id")
    amount_to_bill = fields.Monetary(
        related="declaration_id.amount_to_bill", string="To bill"
    )
    amount_invoiced = fields.Monetary(
        string="Invoiced",
        compute="_compute_amount_invoiced",
        help="What the invoices of the run hold for the file, before tax, credit notes "
        "deducted, in the currency of the company.",
    )
    state = fields.Selection(
        string="Result",
        selection=[
            ("waiting", "Waiting"),
            ("done", "Billed"),
            ("nothing", "Nothing to bill"),
            ("failed", "Failed"),
            ("skipped", "Blocked"),
        ],
        required=True,
        readonly=True,
        default="waiting",
        index=True,
    )
    message = fields.Text(readonly=True, help="Why it was not billed, or what is left.")
    invoice_ids = fields.Many2many(
        comodel_name="account.move",
        relation="customs_billing_run_line_move_rel",
        string="Invoices",
        readonly=True,
    )
    chunk = fields.Integer(
        readonly=True, help="Files of one number are billed in one transaction."
    )
    batch = fields.Integer(
        readonly=True, help="Files of one number share invoices: they stay together."
    )
    is_first = fields.Boolean(readonly=True)

    _file_unique = models.Constraint(
        "UNIQUE (run_id, declaration_id)", "A file is in a billing run once."
    )
    _to_do = models.Index("(run_id, chunk) WHERE state = 'waiting' AND is_first")

    @api.depends("invoice_ids", "declaration_id")
    def _compute_amount_invoiced(self):
        groups = self.env["account.move.line"]._read_group(
            [
                ("move_id", "in", self.invoice_ids.ids),
                ("customs_declaration_id", "in", self.declaration_id.ids),
                ("display_type", "=", "product"),
            ],
            ["move_id", "customs_declaration_id"],
            ["balance:sum"],
        )
        balances = {(move, file): balance for move, file, balance in groups}
        for line in self:
            line.amount_invoiced = -sum(
                balances.get((move, line.declaration_id), 0.0)
                for move in line.invoice_ids
            )

    def action_open_file(self):
        """Open the file."""
        self.ensure_one()
        return self.declaration_id._get_open_action()
