from odoo import api, fields, models
from odoo.exceptions import UserError

#: The largest id the database knows
MAX_ID = 2**31 - 1


class CustomsAddCharges(models.TransientModel):
    """Picker of a customer's open charges on the standard invoice screen."""

    _name = "customs.add.charges"
    _description = "Add Customs Charges to an Invoice"

    move_id = fields.Many2one(
        comodel_name="account.move", required=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="move_id.company_id")
    partner_id = fields.Many2one(related="move_id.partner_id")
    rows = fields.Json(
        string="Open charges",
        compute="_compute_rows",
        help="What there is to choose, file by file, and what blocks it.",
    )
    chosen_ids = fields.Json(
        string="Chosen charges",
        compute="_compute_chosen_ids",
        store=True,
        readonly=False,
        help="Database ids of the charges to add.",
    )
    charge_ids = fields.Many2many(
        comodel_name="customs.charge",
        string="Charges",
        compute="_compute_charge_ids",
        inverse="_inverse_charge_ids",
        help="The chosen charges as records, for other programs.",
    )

    @api.depends("move_id")
    def _compute_rows(self):
        for wizard in self:
            wizard.rows = wizard._prepare_rows()

    @api.depends("move_id")
    def _compute_chosen_ids(self):
        """Propose what is ready and usually billed; the rest can be added by hand."""
        for wizard in self:
            wizard.chosen_ids = [
                charge["id"]
                for file in wizard.rows["files"]
                for charge in file["charges"]
                if charge["is_proposed"]
            ]

    @api.depends("chosen_ids")
    def _compute_charge_ids(self):
        for wizard in self:
            charges = wizard.env["customs.charge"].browse(wizard._get_chosen_ids())
            wizard.charge_ids = charges.exists()

    @api.constrains("chosen_ids")
    def _check_chosen_ids(self):
        for wizard in self:
            wizard._get_chosen_ids()

    def _get_chosen_ids(self):
        """Return the ids of the chosen charges; say so where they are none."""
        self.ensure_one()
        chosen = self.chosen_ids or []
        if not isinstance(chosen, list) or not all(map(_is_id, chosen)):
            raise UserError(
                self.env._(
                    "The chosen charges are given as a list of their database ids, "
                    "not as %(chosen)s.",
                    chosen=chosen,
                )
            )
        return chosen

    def _inverse_charge_ids(self):
        for wizard in self:
            wizard.chosen_ids = wizard.charge_ids.ids

    # === ROWS === #

    def _prepare_rows(self):
        """Return the files with their open charges and what blocks them.

        The queries do not grow with the charges.
        """
        self.ensure_one()
        charges = self.move_id._get_customs_candidates()
        stops = charges.declaration_id._get_stopping_blockers()
        labels = {
            name: dict(charges._fields[name]._description_selection(self.env))
            for name in ("nature", "evidence_state")
        }
        by_file = charges.grouped("declaration_id")
        files = sorted(by_file, key=lambda file: file.id)
        return {
            "currency": self.move_id.company_currency_id.id,
            "invoice_currency": self.move_id.currency_id.id,
            "files": [
                self._prepare_file_row(file, by_file[file], stops[file], labels)
                for file in files
            ],
        }

    def _prepare_file_row(self, declaration, charges, stops, labels):
        self.ensure_one()
        client, payer = declaration.client_id, self.move_id.commercial_partner_id
        problems = [found.message for found in stops if not found.charge_id]
        rows = [
            self._prepare_charge_row(charge, problems, stops, labels)
            for charge in charges.sorted(lambda charge: charge._get_print_order())
        ]
        return {
            "id": declaration.id,
            "name": declaration.name,
            "mrn": declaration.mrn or "",
            "order": declaration.client_order_reference or "",
            "client": client.name if client.commercial_partner_id != payer else "",
            "problem": " ".join(problems),
            "amount": sum(row["amount"] for row in rows),
            "price": sum(row["price"] for row in rows),
            "charges": rows,
        }

    def _prepare_charge_row(self, charge, problems, stops, labels):
        own = [found.message for found in stops if found.charge_id == charge.id]
        problem = " ".join(dict.fromkeys([*problems, *own]))
        return {
            "id": charge.id,
            "name": charge.name or charge.charge_code_id.name,
            "nature": charge.nature,
            "nature_name": labels["nature"].get(charge.nature, ""),
            "evidence_state": charge.evidence_state,
            "evidence_name": labels["evidence_state"].get(charge.evidence_state, ""),
            "evidence": charge.evidence_text or "",
            "amount": charge.amount_to_bill,
            "price": charge._get_invoice_price(self.move_id),
            "problem": problem,
            "is_proposed": not problem and charge.charge_code_id.bill_by_default,
        }

    # === ADDING === #

    def action_add(self):
        """Add the chosen charges to the invoice, each on its own line."""
        self.ensure_one()
        charges = self.charge_ids
        if not charges:
            raise UserError(self.env._("Tick at least one charge."))
        charges.declaration_id._lock_for_money()
        self._check_still_open(charges)
        charges.declaration_id._check_billable(charges)
        problems = self.company_id._get_customs_rate_problems(self.move_id.currency_id)
        if problems:
            raise UserError("\n".join(problems))
        self.move_id._customs_add_charges([charges])
        return {"type": "ir.actions.act_window_close"}

    def _check_still_open(self, charges):
        """Tell what somebody else billed, or changed, since the picker was opened."""
        gone = charges - self.move_id._get_customs_candidates()
        if not gone:
            return
        # sudo: which invoice has it is no secret to whoever wanted to bill it
        lines = gone.sudo().move_line_ids.filtered(
            lambda line: line.move_id._bills_client()
            and line.parent_state in ("draft", "posted")
        )
        moves = {
            charge.id: part.move_id
            for charge, part in lines.grouped("customs_charge_id").items()
        }
        problems = [
            self.env._(
                "%(charge)s of %(declaration)s is on %(invoice)s by now.",
                charge=charge.name,
                declaration=charge.declaration_id.name,
                invoice=", ".join(moves[charge.id].mapped("display_name")),
            )
            if charge.id in moves
            else self.env._(
                "%(charge)s of %(declaration)s is no longer open for this customer.",
                charge=charge.name,
                declaration=charge.declaration_id.name,
            )
            for charge in gone
        ]
        problems.append(
            self.env._("Nothing was added. Take these out, or open the list again.")
        )
        raise UserError("\n".join(problems))


def _is_id(value):
    """Whether a value can be a database id; true and false are numbers, too."""
    return type(value) is int and 0 < value <= MAX_ID
