from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

#: Place of the first line on an invoice; lines typed by hand get the same
FIRST_LINE = 100

#: What the price and the taxes of lines depend on
PRICED_BY = (
    "move_type",
    "company_id",
    "partner_id",
    "currency_id",
    "invoice_date",
    "customs_billing_profile_id",
    "invoice_date",
)


class AccountMove(models.Model):
    """Client invoices made from charges: lines by file, and what they go back to."""

    _inherit = "account.move"

    customs_billing_profile_id = fields.Many2one(
        comodel_name="customs.billing.profile",
        string="Customs billing profile",
        copy=False,
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    customs_original_move_ids = fields.Many2many(
        comodel_name="account.move",
        relation="account_move_customs_original_rel",
        column1="move_id",
        column2="original_id",
        string="Goes back to",
        copy=False,
        readonly=True,
        help="Earlier invoices for the same charges, which this one supplements or "
        "corrects.",
    )

    # === PAYERS === #

    def button_draft(self):
        self._check_customs_payer_stays()
        return super().button_draft()

    def _check_customs_payer_stays(self):
        """Refuse to take back what could not be posted again: of another payer now."""
        problems = {}
        for move in self.filtered(
            lambda move: move.state == "posted" and move._bills_client()
        ):
            # sudo: accountants without customs rights reset these moves too
            for charge in move.sudo().line_ids.customs_charge_id:
                payer = charge.bill_to_id or charge.client_id
                if payer.commercial_partner_id == move.commercial_partner_id:
                    continue
                problem = self.env._(
                    "%(move)s cannot be reset: %(charge)s of %(declaration)s is billed "
                    "to %(payer)s since. Credit what %(payer)s was billed and choose "
                    "%(partner)s on the charge again first.",
                    move=move.display_name,
                    charge=charge.name,
                    declaration=charge.declaration_id.name,
                    payer=payer.display_name,
                    partner=move.partner_id.display_name,
                )
                problems[problem] = None
        if problems:
            raise UserError("\n".join(problems))

    # === LINES === #

    @api.model
    def _customs_prepare_drafts(self, headers, parts):
        """Return values of client invoices with all their lines.

        :param headers: values without lines, see ``_prepare_invoice_vals``
        :param parts: the charges of each, in the same order
        """
        charges = self.env["customs.charge"].browse(
            [charge_id for part in parts for charge_id in part.ids]
        )
        earlier = charges._get_earlier_invoices()
        alike = {}
        for vals, part in zip(headers, parts, strict=True):
            header = {name: vals.get(name) for name in PRICED_BY}
            key = tuple(header.values())
            if key not in alike:
                # lines are priced before there is an invoice, once for all alike
                alike[key] = self.new(header)
            vals.setdefault("journal_id", alike[key].journal_id.id)
            lines = alike[key]._customs_prepare_lines(part, earlier)
            originals = {earlier[charge].id for charge in part if charge in earlier}
            alike[key]._customs_prefill_amounts(lines)
            vals["invoice_line_ids"] = [Command.create(line) for line in lines]
            vals["customs_original_move_ids"] = [Command.set(sorted(originals))]
        return headers

    def _customs_prefill_amounts(self, lines):
        """Add the balance of each line to its values.

        Odoo finds it out itself, but writes it line by line. Where a tax is part of
        the price, or the currency is another one, that is left to it.
        """
        self.ensure_one()
        if self.currency_id != self.company_id.currency_id:
            return
        for line in lines:
            if "price_unit" in line:
                discount = 1 - line.get("discount", 0.0) / 100
                balance = self.currency_id.round(
                    self.direction_sign
                    * self.currency_id.round(
                        line["price_unit"] * line["quantity"] * discount
                    )
                )
                line.update(balance=balance, amount_currency=balance)

    def _customs_prepare_lines(self, charges, earlier, known=None):
        """Return the values of invoice lines by file, under headings if several.

        :param earlier: ``{charge: invoice}`` of charges that were billed before
        :param known: the files that have lines or a heading on the invoice already
        """
        self.ensure_one()
        by_file = charges.grouped("declaration_id")
        known = known or charges.declaration_id.browse()
        has_headings = len(charges.declaration_id | known) > 1
        lines = []
        for declaration, part in by_file.items():
            if has_headings and declaration not in known:
                lines.append(self._customs_prepare_heading(declaration))
            for charge in part.sorted(lambda charge: charge._get_print_order()):
                line = charge._prepare_invoice_line_vals(self)
                if charge in earlier:
                    line["name"] = charge._get_follow_up_label(
                        line["name"], earlier[charge], self._get_customs_lang()
                    )
                lines.append(line)
        for place, line in enumerate(lines, self._customs_get_next_place()):
            line["sequence"] = place
        return lines

    def _customs_get_next_place(self):
        self.ensure_one()
        places = self.invoice_line_ids.mapped("sequence")
        return max([FIRST_LINE - 1, *places]) + 1

    def _customs_prepare_heading(self, declaration):
        """Return the values of the line above those of one file."""
        self.ensure_one()
        return {
            "display_type": "line_section",
            "name": declaration.with_context(
                lang=self._get_customs_lang()
            )._get_invoice_heading(),
            "customs_declaration_id": declaration.id,
        }

    def _get_customs_lang(self):
        """Return the language of the texts: as agreed, else of whoever is billed."""
        self.ensure_one()
        profile = self.customs_billing_profile_id.sudo()  # sudo: no secret to billers
        return profile.lang or self.partner_id.lang

    def _customs_add_charges(self, charges_per_move):
        """Add lines for what is open of charges to draft client invoices.

        :param charges_per_move: list of charges, one recordset for each invoice
        """
        charges = self.env["customs.charge"].union(*charges_per_move)
        earlier = charges._get_earlier_invoices()
        vals_list = []
        for move, part in zip(self, charges_per_move, strict=True):
            known = move._customs_get_known_files()
            vals_list += [
                {**line, "move_id": move.id}
                for line in move._customs_prepare_lines(part, earlier, known)
            ]
            originals = {earlier[charge].id for charge in part if charge in earlier}
            if originals:
                move.customs_original_move_ids = [
                    Command.link(original) for original in originals
                ]
        self.env["account.move.line"].create(vals_list)
        for move in self:
            move._customs_arrange_lines()

    def _customs_get_known_files(self):
        return self._customs_get_headings().customs_declaration_id

    def _customs_get_headings(self):
        return self.invoice_line_ids.filtered(
            lambda line: line.display_type == "line_section"
            and line.customs_declaration_id
        )

    def _customs_drop_headings(self):
        """Delete headings of files that have no line on the draft any more."""
        drafts = self.filtered(lambda move: move.state == "draft")
        headings = self.env["account.move.line"]
        for move in drafts:
            charged = move.invoice_line_ids.filtered("customs_charge_id")
            files = charged.customs_declaration_id
            headings |= move._customs_get_headings().filtered(
                lambda line, files=files: line.customs_declaration_id not in files
            )
        headings.unlink()  # have no charge, so this ends here

    def _customs_arrange_lines(self):
        """Put the lines of every file together, each file under its heading.

        What is no customs line stays before or after them.
        """
        self.ensure_one()
        lines = self.invoice_line_ids.sorted(lambda line: (line.sequence, line.id))
        charged = lines.filtered("customs_charge_id")
        by_file = charged.grouped("customs_declaration_id")
        headings = self._customs_get_headings().grouped("customs_declaration_id")
        if len(by_file) < 2:
            return
        missing = [file for file in by_file if file not in headings]
        created = self.env["account.move.line"].create(
            [
                {**self._customs_prepare_heading(file), "move_id": self.id}
                for file in missing
            ]
        )
        headings.update(zip(missing, created, strict=True))
        ours = charged | self.env["account.move.line"].union(*headings.values())
        first = lines.ids.index((lines & ours)[0].id)
        order = lines[:first] - ours
        for file, part in by_file.items():
            order |= headings[file] | part.sorted(
                lambda line: (line.customs_charge_id._get_print_order(), line.id)
            )
        order |= lines
        places = sorted(order.mapped("sequence"))
        start = min(FIRST_LINE, places[0])
        self.write(
            {
                "invoice_line_ids": [
                    Command.update(line.id, {"sequence": place})
                    for place, line in enumerate(order, start)
                    if line.sequence != place
                ]
            }
        )
