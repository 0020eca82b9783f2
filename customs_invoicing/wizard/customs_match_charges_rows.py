import re

from odoo import models
from odoo.fields import Command

from ..engine.apportion import apportion
from ..tools import to_decimal, to_float
from .customs_match_charges_line import TAXED_ROLES


class CustomsMatchCharges(models.TransientModel):
    """What the picker proposes: open amounts of files, lines typed on the bill."""

    _inherit = "customs.match.charges"

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
        billed = files._get_vendor_billed(self.move_id)
        rows = self._prepare_debt_rows(files) + self._prepare_item_rows(files)
        proposed = self._propose_billed(rows, billed)
        rows = self._add_rest_rows(rows, proposed, files)
        self._mark_billed(rows, billed)
        return rows

    def _add_rest_rows(self, rows, proposed, files):
        """Place the lines that are typed and add rows for what is left of the bill."""
        typed = self._get_product_lines().filtered(
            lambda line: not line.customs_declaration_id
        )
        rest = typed - self._place_typed_lines(rows, typed)
        if any(row["move_line_id"] for row in proposed):
            # what a refund gives back is known: nothing else of it is guessed
            for row in proposed:
                row["is_chosen"] = bool(row["move_line_id"])
        if len(rest) > 1:
            for row in rows:
                if not row["move_line_id"] and row["is_chosen"]:
                    row["is_chosen"] = False
                    row["note"] = self.env._("On no line of its own: tick to add one.")
            named = files._find_named(
                {line: line.name or "" for line in rest}, self.company_id
            )
            return rows + [
                self._prepare_typed_row(line, files if len(files) == 1 else named[line])
                for line in rest
            ]
        if not rest and not self.amount_bill:
            taxes = self._get_default_taxes()
            return rows + [
                self._prepare_rest_row(file, 0.0, taxes, rest) for file in files
            ]
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

    def _prepare_typed_row(self, line, file):
        """Return the row of a line that was typed: a service, of the file it names."""
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
        taxes = rest.tax_ids if rest else self._get_default_taxes()
        if all(self._is_for_client(file) for file in files):
            taxes = taxes.browse()
        # shared before tax, so that the lines add up to the bill
        net = to_decimal(self._get_net(left, taxes))
        shares = apportion(net, [1] * len(files or [1]), to_decimal(currency.rounding))
        return [
            self._prepare_rest_row(file, to_float(share), taxes, rest)
            for share, file, rest in zip(
                shares,
                files or [files],
                [rest, *[rest.browse() for _other in files[1:]]],
                strict=True,
            )
        ]

    def _prepare_rest_row(self, file, net, taxes, line):
        """Return the row of a file for services, or for what is paid for its client."""
        for_client = self._is_for_client(file)
        gross = self._get_gross(net, taxes)
        return self._prepare_row(
            file,
            "disbursement" if for_client else "service",
            gross if for_client else net,
            move_line_id=line.id,
            name=line.name,
            amount_rest=gross,
            tax_ids=[Command.set([] if for_client else taxes.ids)],
            is_chosen=bool(gross and file),
        )

    # === WHAT WAS BILLED BEFORE === #

    def _propose_billed(self, rows, billed):
        """Take on a refund the duty that was billed, where nothing else is open.

        :return: the rows that are taken for it
        """
        is_refund = self.move_id._customs_bill_sign() < 0
        if not is_refund or any(row["is_chosen"] for row in rows):
            return []
        files = self.declaration_ids._origin
        proposed = []
        for row in rows:
            bills = billed[files.browse(row["declaration_id"])]
            if bills and not row.get("note"):
                row["is_chosen"] = True
                row["note"] = self._get_billed_words(bills)
                proposed.append(row)
        return proposed

    def _mark_billed(self, rows, billed):
        """Say of services that they are duty this vendor billed before.

        A bill has them a second time, so they are not taken; a refund gives them back.
        """
        is_refund = self.move_id._customs_bill_sign() < 0
        files = self.declaration_ids._origin
        duties = [row for row in rows if row["role"] in ("duty", "transfer")]
        for row in rows:
            file = files.browse(row["declaration_id"])
            bills = billed.get(file)
            if not bills or row["role"] not in ("service", "disbursement"):
                continue
            own = [duty for duty in duties if duty["declaration_id"] == file.id]
            if is_refund:
                if self._names_duty(row, file) and not any(
                    duty["is_chosen"] for duty in own
                ):
                    self._turn_into_duty(row, bills)
            elif not any(
                self.currency_id.compare_amounts(duty["amount_open"], 0) > 0
                for duty in own
            ):
                again = self._find_billed(row, file, bills)
                if again:
                    row["is_chosen"] = False
                    row["note"] = self.env._(
                        "%(before)s Nothing of it is open: take it as disputed, or "
                        "tick it if it is a service.",
                        before=self._get_billed_words(again),
                    )

    def _find_billed(self, row, file, bills):
        """Return the earlier bills a row repeats: by amount, else by its words."""
        line = self.env["account.move.line"].browse(row["move_line_id"])
        amounts = [row["amount"], row.get("amount_rest", 0.0)]
        amounts += [line.price_subtotal, line.price_total]
        same = {
            bill: parts
            for bill, parts in bills.items()
            if any(
                amount and self.currency_id.compare_amounts(amount, part) == 0
                for amount in amounts
                for part in parts
            )
        }
        return same or (bills if self._names_duty(row, file) else {})

    def _names_duty(self, row, file):
        """Whether the words of a row name duty, or a tax code of the file."""
        text = (row.get("name") or "").casefold()
        words = set(re.findall(r"\w+", text))
        taxes = file.charge_ids.tax_code_id
        codes = {*taxes.mapped("code"), *self.env._("duty duties").split()}
        return bool(words & {code.casefold() for code in codes}) or any(
            name.casefold() in text for name in taxes.mapped("name")
        )

    def _turn_into_duty(self, row, bills):
        line = self.env["account.move.line"].browse(row["move_line_id"])
        row.update(
            role="duty",
            amount=line.price_total or row["amount"],
            amount_rest=0.0,
            tax_ids=[Command.clear()],
            note=self._get_billed_words(bills),
        )

    def _get_billed_words(self, bills):
        return self.env._(
            "Billed before: %(bills)s.",
            bills=", ".join(
                f"{bill.display_name}, {self.currency_id.format(parts[0])}"
                for bill, parts in bills.items()
            ),
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
