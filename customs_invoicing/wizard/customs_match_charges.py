from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..engine.bill_matching import (
    DECLARANT,
    DOCUMENT,
    MRN,
    ORDER,
    OUR_NUMBER,
    REGISTRATION,
    TRANSPORT,
)


class CustomsMatchCharges(models.TransientModel):
    """Picker of what a vendor's bill has of customs files, on the standard screen."""

    _name = "customs.match.charges"
    _description = "Match a Vendor Bill with Customs Files"

    move_id = fields.Many2one(
        comodel_name="account.move", required=True, ondelete="cascade"
    )
    move_type = fields.Selection(related="move_id.move_type")
    company_id = fields.Many2one(related="move_id.company_id")
    currency_id = fields.Many2one(related="move_id.currency_id")
    partner_id = fields.Many2one(related="move_id.partner_id")
    declaration_ids = fields.Many2many(
        comodel_name="customs.declaration",
        string="Files",
        compute="_compute_declaration_ids",
        store=True,
        readonly=False,
        domain="[('company_id', '=', company_id), "
        "('state', 'not in', ('closed', 'cancelled'))]",
        help="Files this bill is about. Those it names are found; add others.",
    )
    found_message = fields.Text(
        string="Found", compute="_compute_declaration_ids", store=True
    )
    has_client_file = fields.Boolean(
        string="Has a client's file", compute="_compute_has_client_file"
    )
    addressed_to = fields.Selection(
        selection=[("us", "Us"), ("client", "The client, we pay it")],
        string="Bill is addressed to",
        required=True,
        default="us",
        help="A bill in the client's name is passed on at cost, with its tax; one in "
        "our name is our cost.",
    )
    amount_bill = fields.Monetary(
        string="Total of the bill",
        compute="_compute_amount_bill",
        store=True,
        readonly=False,
        help="As printed, tax included. What duties leave of it are services.",
    )
    line_ids = fields.One2many(
        comodel_name="customs.match.charges.line",
        inverse_name="wizard_id",
        string="Parts",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
    )
    has_notes = fields.Boolean(string="Has notes", compute="_compute_has_notes")
    amount_after = fields.Monetary(
        string="Total of the lines",
        compute="_compute_amount_after",
        help="Total of the bill once its lines are written, tax included.",
    )
    amount_difference = fields.Monetary(
        string="Not explained",
        compute="_compute_amount_after",
        help="Total as printed, less the total of the lines.",
    )

    # === COMPUTE METHODS === #

    @api.depends("move_id")
    def _compute_declaration_ids(self):
        """Take what is named for sure; say what may be meant."""
        for wizard in self:
            move = wizard.move_id
            files, found = move._find_customs_files()
            ours = files.filtered(
                lambda file, move=move: (
                    file.company_id == move.company_id
                    and file.state not in ("closed", "cancelled")
                )
            )
            named = ours.filtered(lambda file, found=found: found[file].is_sure)
            wizard.declaration_ids = named | move.line_ids.customs_declaration_id
            wizard.found_message = "\n".join(
                wizard._get_found_words(file, match) for file, match in found.items()
            )

    @api.depends("declaration_ids.capacity")
    def _compute_has_client_file(self):
        for wizard in self:
            wizard.has_client_file = any(
                file._is_for_client() for file in wizard.declaration_ids
            )

    @api.depends("move_id")
    def _compute_amount_bill(self):
        for wizard in self:
            wizard.amount_bill = wizard.move_id.amount_total

    @api.depends("move_id", "declaration_ids", "addressed_to", "amount_bill")
    def _compute_line_ids(self):
        for wizard in self:
            wizard.line_ids = [
                Command.clear(),
                *(
                    Command.create({**row, "sequence": number})
                    for number, row in enumerate(wizard._prepare_rows())
                ),
            ]

    @api.depends(
        "amount_bill",
        "line_ids.is_chosen",
        "line_ids.amount",
        "line_ids.tax_ids",
        "line_ids.move_line_id",
    )
    def _compute_amount_after(self):
        for wizard in self:
            chosen = wizard.line_ids.filtered("is_chosen")
            kept = wizard._get_product_lines() - chosen.move_line_id._origin
            wizard.amount_after = sum(kept.mapped("price_total")) + sum(
                chosen.mapped("amount_total")
            )
            wizard.amount_difference = wizard.amount_bill - wizard.amount_after

    @api.depends("line_ids.note")
    def _compute_has_notes(self):
        for wizard in self:
            wizard.has_notes = any(wizard.line_ids.mapped("note"))

    def _get_found_words(self, file, match):
        """Say by what a file was found, and what speaks against it."""
        kinds = {
            MRN: self.env._("declaration number"),
            OUR_NUMBER: self.env._("our number"),
            DECLARANT: self.env._("reference of the declarant"),
            REGISTRATION: self.env._("registration number"),
            TRANSPORT: self.env._("transport document"),
            DOCUMENT: self.env._("document"),
            ORDER: self.env._("purchase order"),
        }
        words = self.env._(
            "%(file)s: %(reasons)s.",
            file=file.display_name,
            reasons=", ".join(
                self.env._(
                    "%(kind)s %(number)s in %(place)s",
                    kind=kinds[reason.number.kind],
                    number=reason.number.text,
                    place=reason.place,
                )
                for reason in match.reasons
            ),
        )
        if file.company_id != self.company_id:
            note = self.env._(
                "It is a declaration of %(company)s.", company=file.company_id.name
            )
        elif file.state in ("closed", "cancelled"):
            note = self.env._("It is closed; reopen it to book more on it.")
        elif match.tied:
            note = self.env._("Another file has this number too: add the right one.")
        elif match.weaker:
            note = self.env._("This number names another file better.")
        else:
            return words
        return f"{words} {note}"

    # === ACTIONS === #

    def action_apply(self):
        """Write the lines of the bill: typed ones become parts, others are added."""
        self.ensure_one()
        rows = self.line_ids.filtered("is_chosen")
        if not rows:
            raise UserError(
                self.env._(
                    "Nothing is taken. Choose the file under “Files”; what is open of "
                    "it follows."
                )
            )
        problems = [problem for row in rows for problem in row._get_problems()]
        rows.declaration_id._lock_for_money()
        segments, more = self._share_rows(rows)
        problems += more
        if problems:
            raise UserError("\n".join(dict.fromkeys(problems)))
        charges = self.env["customs.charge"]
        for shared in segments.values():
            charges |= charges.union(*(debt.charge for debt, _amount in shared if debt))
        targets = charges._get_vendor_shares(self.move_id)
        commands, forced = [], {}
        for row in rows:
            vals_list, amounts = self._prepare_lines(
                row, segments.get(row, []), targets
            )
            forced.update(amounts)
            if row.move_line_id:
                commands.append(Command.update(row.move_line_id.id, vals_list.pop(0)))
            commands += [Command.create(vals) for vals in vals_list]
        self.move_id.write({"invoice_line_ids": commands})
        self.move_id._customs_force_import_vat(forced)
        return {"type": "ir.actions.act_window_close"}

    def _share_rows(self, rows):
        """Share rows of duty over what is open; what is beyond is disputed.

        :return: ``({row: [(debt, amount)]}, problems)``; without a debt the amount is
            disputed
        """
        debts = rows.declaration_id._get_vendor_debts(self.move_id)
        left = {debt: debt.limit for debt in debts}
        claimed = rows.charge_id
        segments, problems = {}, []
        for row in rows.filtered(lambda row: row.role in ("duty", "transfer")):
            pool = [debt for debt in debts if row._draws_on(debt, claimed)]
            if not any(left[debt] > 0 for debt in pool):
                problems.append(row._get_nothing_open_problem())
                continue
            segments[row] = row._take(pool, left)
        return segments, problems

    def _prepare_lines(self, row, segments, targets):
        """Return ``(values of lines, import VAT)`` of one row."""
        if row.role not in ("duty", "transfer"):
            return [row._prepare_role_vals()], {}
        vals_list, forced = [], {}
        clearing = self.company_id._get_customs_account
        for debt, amount in segments:
            if debt and debt.charge:
                lines, amounts = debt.charge._prepare_vendor_lines(
                    self.move_id, amount, targets[debt.charge]
                )
                vals_list += lines
                forced.update(amounts)
            else:
                account = clearing("broker_clearing" if debt else "dispute_recv")
                name = (
                    row.name
                    if debt
                    else self.env._("Billed too much: %(name)s", name=row.name)
                )
                vals_list.append(
                    row._prepare_line_vals(
                        account_id=account.id, price_unit=amount, name=name
                    )
                )
        vals_list[0] = {**row._prepare_line_vals(), **vals_list[0]}
        return vals_list, forced
