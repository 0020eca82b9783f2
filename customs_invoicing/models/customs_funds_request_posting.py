from odoo import fields, models
from odoo.exceptions import UserError


class CustomsFundsRequest(models.Model):
    """What a client's deposit does to the books."""

    _inherit = "customs.funds.request"

    def _prepare_deposit_item(self, step, currency, amount, balance):
        """Return the values of an item on the deposit account.

        :param amount: signed, in ``currency``
        :param balance: signed, in the currency of the company
        """
        self.ensure_one()
        return {
            "name": self.env._(
                "Deposit %(number)s, %(file)s",
                number=self.name,
                file=self.declaration_id.name,
            ),
            "account_id": self.company_id._get_customs_account("client_deposits").id,
            "partner_id": self.client_id.id,
            "currency_id": currency.id,
            "amount_currency": amount,
            "balance": balance,
            "customs_declaration_id": self.declaration_id.id,
            "customs_funds_request_id": self.id,
            "customs_deposit_step": step,
        }

    def _prepare_bank_item(self, journal, date, amount, currency, incoming):
        """Return the values of the bank's item and its balance.

        :param amount: in ``currency``, positive
        """
        self.ensure_one()
        company = self.company_id
        own = journal.currency_id or company.currency_id
        sign = 1 if incoming else -1
        balance = currency._convert(amount, company.currency_id, company, date)
        in_bank = (
            balance
            if own == company.currency_id
            else currency._convert(amount, own, company, date)
        )
        account = self.env["account.move"]._get_customs_bank_account(journal, incoming)
        return {
            "name": self.env._("Deposit %(number)s", number=self.name),
            "account_id": account.id,
            "partner_id": self.client_id.id,
            "currency_id": own.id,
            "amount_currency": sign * in_bank,
            "balance": sign * balance,
            "customs_declaration_id": self.declaration_id.id,
        }, sign * balance

    def _post_movement(self, step, journal, date, amount, currency):
        """Post money in or out of the bank for one request.

        :param step: ``received`` or ``returned``
        :param amount: positive, in ``currency``
        """
        self.ensure_one()
        move_model = self.env["account.move"]
        move_model._check_customs_period(self.company_id, date, journal)
        problems = self.company_id._get_customs_rate_problems(currency)
        if problems:
            raise UserError("\n".join(problems))
        incoming = step == "received"
        bank, balance = self._prepare_bank_item(
            journal, date, amount, currency, incoming
        )
        sign = -1 if incoming else 1
        deposit = self._prepare_deposit_item(step, currency, sign * amount, -balance)
        move = move_model._create_customs_entry(
            self.company_id,
            "deposit",
            date,
            [bank, deposit],
            ref=self.name,
            journal_id=journal.id,
        )
        move._post(soft=False)
        self.env["account.move.line"]._settle_deposits(self)
        return move

    def _receive(self, journal, date, amount):
        """Record money the client paid in, in the currency of the journal."""
        self.ensure_one()
        self._check_movement(amount)
        currency = journal.currency_id or self.company_id.currency_id
        held = self.held_currency_id
        if self.amount_received and held != currency:
            raise UserError(
                self.env._(
                    "%(name)s holds %(held)s; money in %(currency)s cannot be added to "
                    "it. Make another request for it.",
                    name=self.name,
                    held=held.name,
                    currency=currency.name,
                )
            )
        if self.is_withdrawn:
            raise UserError(
                self.env._(
                    "%(name)s was withdrawn. Ask for it again first.", name=self.name
                )
            )
        return self._post_movement("received", journal, date, amount, currency)

    def _return_surplus(self, journal, date, amount):
        """Give back to the client, never more than is left."""
        self.ensure_one()
        self._check_movement(amount)
        currency = self.held_currency_id
        if currency.compare_amounts(amount, self.amount_left) > 0:
            raise UserError(
                self.env._(
                    "%(name)s: %(amount)s cannot be returned, only %(left)s is left of "
                    "the deposit.",
                    name=self.name,
                    amount=currency.format(amount),
                    left=currency.format(self.amount_left),
                )
            )
        return self._post_movement("returned", journal, date, amount, currency)

    def _check_movement(self, amount):
        self.env["customs.declaration"]._check_verifier(
            self.env._("post a deposit of a client")
        )
        self.declaration_id._lock_for_money()
        self.invalidate_recordset()
        if self.held_currency_id.compare_amounts(amount, 0.0) <= 0:
            raise UserError(
                self.env._("%(name)s: enter an amount above zero.", name=self.name)
            )

    # === APPLYING === #

    def _apply(self, invoices):
        """Pay open client invoices from deposits of the same files, oldest first.

        Never more than is left of a deposit, or open of its file on an invoice.

        :return: the posted entries
        """
        requests = self.filtered(lambda request: request.amount_left > 0)
        if not requests or not invoices:
            return self.env["account.move"]
        requests.declaration_id._lock_for_money()
        requests.invalidate_recordset()
        left = {request: request.amount_left for request in requests}
        open_terms = invoices._get_customs_open_terms()
        moves, plan = self.env["account.move"], {}
        for invoice in invoices.sorted(lambda m: (m.invoice_date or m.date, m.id)):
            terms = open_terms.get(invoice)
            residual = invoice._get_customs_residual(terms) if terms else 0.0
            payer = invoice.commercial_partner_id
            for declaration in invoice.line_ids.customs_declaration_id:
                # the client's money pays what the client is billed, nobody else
                file_requests = requests.filtered(
                    lambda request, file=declaration, payer=payer: (
                        request.declaration_id == file
                        and request.client_id.commercial_partner_id == payer
                    )
                ).sorted(lambda request: (request.date, request.id))
                limit = min(
                    residual, invoice._get_customs_file_residual(declaration, residual)
                )
                uses = file_requests._plan_uses(invoice, limit, left)
                if not uses:
                    continue
                residual -= sum(paid for _request, _own, paid, _balance in uses)
                move = file_requests._create_application(invoice, terms, uses)
                moves |= move
                plan[invoice] = plan.get(invoice, terms) | move.line_ids.filtered(
                    lambda line, terms=terms: line.account_id in terms.account_id
                )
        if moves:
            moves._post(soft=False)
            self.env["account.move.line"]._reconcile_plan(list(plan.values()))
            self.env["account.move.line"]._settle_deposits(requests)
        return moves

    def _filter_paying(self, invoice, declaration):
        """Return the requests whose money pays for a file on an invoice, oldest first.

        A client's deposit pays what this client is billed, not what another payer is.
        """
        payer = invoice.commercial_partner_id
        return self.filtered(
            lambda request: request.declaration_id == declaration
            and request.client_id.commercial_partner_id == payer
        ).sorted(lambda request: (request.date, request.id))

    def _plan_uses(self, invoice, limit, left):
        """Return ``[(request, amount of the deposit, amount of the invoice, balance)]``
        up to a limit in the invoice's currency, and take them off ``left``."""
        uses = []
        paying, company = invoice.currency_id, invoice.company_id
        own = company.currency_id
        for request in self:
            held, available = request.held_currency_id, left.get(request, 0.0)
            limit = paying.round(limit)
            if limit <= 0 or available <= 0:
                continue
            day = request._get_application_date(invoice)
            most = held._convert(available, paying, company, day)
            if paying.compare_amounts(limit, most) < 0:
                paid = limit
                used = min(paying._convert(paid, held, company, day), available)
            else:
                paid, used = min(most, limit), available
            amount, currency = (used, held) if held == own else (paid, paying)
            balance = currency._convert(amount, own, company, day)
            left[request] = held.round(available - used)
            limit -= paid
            uses.append((request, used, paid, balance))
        return uses

    def _get_application_date(self, invoice):
        """Return the first day on which both the invoice and the money were there."""
        self.ensure_one()
        day = max(invoice.date, self.date_received or invoice.date)
        return self.env["account.move"]._get_customs_open_date(invoice.company_id, day)

    def _create_application(self, invoice, terms, uses):
        """Return the draft entry that pays one invoice from deposits of one file."""
        date = max(
            request._get_application_date(invoice) for request, *_amounts in uses
        )
        lines = [
            request._prepare_deposit_item(
                "applied", request.held_currency_id, used, balance
            )
            for request, used, _paid, balance in uses
        ]
        declaration = self.declaration_id
        lines.append(
            {
                "name": self.env._(
                    "Deposit applied to %(invoice)s", invoice=invoice.name
                ),
                "account_id": terms.account_id[:1].id,
                "partner_id": terms.partner_id[:1].id,
                "currency_id": invoice.currency_id.id,
                "amount_currency": -sum(
                    paid for _request, _used, paid, _balance in uses
                ),
                "balance": -sum(balance for *_amounts, balance in uses),
                "customs_declaration_id": declaration[:1].id,
            }
        )
        return self.env["account.move"]._create_customs_entry(
            invoice.company_id,
            "deposit",
            fields.Date.to_date(date),
            lines,
            ref=self.env._(
                "Deposit of %(file)s, %(invoice)s",
                file=declaration[:1].name,
                invoice=invoice.name,
            ),
        )
