from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..engine.apportion import apportion
from ..engine.bill_matching import (
    DECLARANT,
    DOCUMENT,
    MRN,
    ORDER,
    OUR_NUMBER,
    REGISTRATION,
    TRANSPORT,
)
from ..tools import to_decimal, to_float
from .customs_match_charges_line import TAXED_ROLES


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
        help="Files this bill is about. Those it names are found; add others by number.",
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

    # === ROWS === #

    def _get_product_lines(self):
        return self.move_id._origin.invoice_line_ids.filtered(
            lambda line: line.display_type == "product"
        )

    def _prepare_rows(self):
        """Return the values of the rows: what files have open, what lines are typed.

        A line of the very amount becomes what it amounts to. One line that is left is
        the total: what it has beyond the duties are services.
        """
        self.ensure_one()
        files = self.declaration_ids._origin
        typed = self._get_product_lines().filtered(
            lambda line: not line.customs_declaration_id
        )
        rows = self._prepare_debt_rows(files) + self._prepare_item_rows(files)
        rest = typed - self._place_typed_lines(rows, typed)
        if len(rest) > 1:
            for row in rows:
                if not row["move_line_id"] and row["is_chosen"]:
                    row["is_chosen"] = False
                    row["note"] = self.env._("On no line of its own: tick to add one.")
            return rows + [self._prepare_typed_row(line, files) for line in rest]
        if not rest and not self.amount_bill:
            return rows + [self._prepare_rest_row(file, 0.0) for file in files]
        left = self._cap_rows(rows, rest)
        return rows + self._prepare_rest_rows(rows, rest, files, left)

    def _prepare_debt_rows(self, files):
        currency = self.currency_id
        rows = []
        for debt in files._get_vendor_debts(self.move_id):
            is_open = currency.compare_amounts(debt.amount, 0) > 0
            name = debt.charge.name or self.env._("Duties and taxes")
            rows.append(
                self._prepare_row(
                    debt.declaration,
                    "duty" if debt.charge else "transfer",
                    debt.amount if is_open else debt.limit,
                    is_chosen=is_open and not debt.note,
                    charge_id=debt.charge.id,
                    name=self.env._(
                        "%(charge)s – declaration %(declaration)s",
                        charge=name,
                        declaration=debt.declaration.mrn or debt.declaration.name,
                    ),
                    amount_open=debt.amount,
                    note=debt.note,
                )
            )
        return rows

    def _prepare_item_rows(self, files):
        """Return rows for accrued costs a bill clears, or disputes a refund settles."""
        move = self.move_id
        is_refund = move._customs_bill_sign() < 0
        role = "dispute" if is_refund else "accrued"
        account_role = "dispute_recv" if is_refund else "accrued_cost"
        items = files._get_open_vendor_items(account_role, move.commercial_partner_id)
        rows = []
        for file in files:
            amount = move._customs_to_bill_currency(
                abs(sum(items[file].mapped("amount_residual"))),
                move.company_currency_id,
            )
            if amount:
                taxes = [] if is_refund else self._get_default_taxes().ids
                rows.append(
                    self._prepare_row(
                        file,
                        role,
                        amount,
                        amount_open=amount,
                        tax_ids=[Command.set(taxes)],
                    )
                )
        return rows

    def _prepare_row(self, file, role, amount, **vals):
        return {
            "declaration_id": file.id,
            "role": role,
            "amount": amount,
            "is_chosen": True,
            "move_line_id": False,
            **vals,
        }

    def _place_typed_lines(self, rows, typed):
        """Give rows the typed lines of their very amount; return these lines."""
        used = typed.browse()
        for row in rows:
            if not row["is_chosen"]:
                continue
            line = (typed - used).filtered(
                lambda line, row=row: (
                    self.currency_id.compare_amounts(line.price_subtotal, row["amount"])
                    == 0
                )
            )[:1]
            if line:
                row["move_line_id"] = line.id
                if row["role"] in TAXED_ROLES:
                    row["tax_ids"] = [Command.set(line.tax_ids.ids)]
                used |= line
        return used

    def _prepare_typed_row(self, line, files):
        """Return the row of a line that was typed: a service, of the file it names."""
        file = files if len(files) == 1 else files.browse()
        if len(files) > 1:
            found = files._find_by_numbers(
                self.company_id, {"line": line.name or ""}, files.env["res.partner"]
            )[0]
            file = found[:1] & files
        for_client = self._is_for_client(file)
        return self._prepare_row(
            file,
            "disbursement" if for_client else "service",
            line.price_total if for_client else line.price_subtotal,
            move_line_id=line.id,
            name=line.name,
            tax_ids=[Command.set([] if for_client else line.tax_ids.ids)],
            is_chosen=bool(file),
            note="" if file else self.env._("Choose the file it is for."),
        )

    def _is_for_client(self, file):
        return self.addressed_to == "client" and file._is_for_client()

    def _cap_rows(self, rows, rest):
        """Take what the bill pays of the open amounts, in their order.

        :return: what is left of the bill, tax included
        """
        currency = self.currency_id
        placed = {row["move_line_id"] for row in rows}
        others = self._get_product_lines().filtered(
            lambda line: line not in rest and line.id not in placed
        )
        left = self.amount_bill - sum(others.mapped("price_total"))
        for row in rows:
            if not row["is_chosen"]:
                continue
            taxes = self.env["account.tax"]
            for command in row.get("tax_ids", []):
                taxes = taxes.browse(command[2])
            gross = self._get_gross(row["amount"], taxes)
            if currency.compare_amounts(gross, left) > 0:
                row["amount"] = self._get_net(max(left, 0.0), taxes)
                gross = max(left, 0.0)
                row["note"] = self.env._("As far as the bill goes")
            row["is_chosen"] = not currency.is_zero(gross)
            left = currency.round(left - gross)
        return left

    def _prepare_rest_rows(self, rows, rest, files, left):
        """Return rows for what duties leave of the bill; one for each file."""
        currency = self.currency_id
        if currency.compare_amounts(left, 0) <= 0:
            free = [row for row in rows if row["is_chosen"] and not row["move_line_id"]]
            if free and rest:
                free[0]["move_line_id"] = rest.id
            return []
        count = max(len(files), 1)
        shares = apportion(
            to_decimal(left), [1] * count, to_decimal(currency.rounding)
        )
        return [
            self._prepare_rest_row(file, to_float(share), rest if first else None)
            for share, file, first in zip(
                shares,
                files or [files],
                [True] + [False] * (count - 1),
                strict=True,
            )
        ]

    def _prepare_rest_row(self, file, gross, line=None):
        for_client = self._is_for_client(file)
        taxes = line.tax_ids if line else self._get_default_taxes()
        if for_client:
            taxes = taxes.browse()
        return self._prepare_row(
            file,
            "disbursement" if for_client else "service",
            self._get_net(gross, taxes),
            move_line_id=line.id if line else False,
            name=line.name if line else False,
            amount_rest=gross,
            tax_ids=[Command.set(taxes.ids)],
            is_chosen=bool(gross and file),
        )

    # === TAXES === #

    def _get_default_taxes(self):
        move = self.move_id
        taxes = move.company_id.account_purchase_tax_id
        return move.fiscal_position_id.map_tax(taxes)

    def _compute_taxes(self, amount, taxes, included):
        return taxes.with_context(force_price_include=included).compute_all(
            amount, currency=self.currency_id, partner=self.partner_id
        )

    def _get_gross(self, amount, taxes):
        """Return an amount before tax with its tax."""
        if not taxes:
            return amount
        return self._compute_taxes(amount, taxes._origin, False)["total_included"]

    def _get_net(self, amount, taxes):
        """Return an amount with tax without it."""
        if not taxes:
            return amount
        found = self._compute_taxes(amount, taxes._origin, True)["total_excluded"]
        return self.currency_id.round(found)

    def _get_price(self, amount, taxes):
        """Return the unit price of a line of an amount before tax."""
        included = taxes.filtered("price_include")
        return self._get_gross(amount, included)

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
        commands, forced = [], {}
        for row in rows:
            vals_list, amounts = self._prepare_lines(row, segments.get(row, []))
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

    def _prepare_lines(self, row, segments):
        """Return ``(values of lines, import VAT)`` of one row."""
        if row.role not in ("duty", "transfer"):
            return [row._prepare_role_vals()], {}
        vals_list, forced = [], {}
        clearing = self.company_id._get_customs_account
        for debt, amount in segments:
            if debt and debt.charge:
                targets = debt.charge._get_vendor_shares(self.move_id)
                lines, amounts = debt.charge._prepare_vendor_lines(
                    self.move_id, amount, targets
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
