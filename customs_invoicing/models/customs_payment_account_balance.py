from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

#: States in which the assessment of a file is still to be posted
ASSESSED_STATES = ["assessed", "released"]


class AccountMoveLine(models.Model):
    """Journal items of deferment and customs cash accounts."""

    _inherit = "account.move.line"

    # copy=False: see customs_charge_id; reversals carry the link over
    customs_payment_account_id = fields.Many2one(
        comodel_name="customs.payment.account",
        string="Customs account",
        index="btree_not_null",
        ondelete="restrict",
        copy=False,
        check_company=True,
        help="Deferment or cash account at the authority whose balance the item moves.",
    )

    def _copy_data_extend_business_fields(self, values):
        result = super()._copy_data_extend_business_fields(values)
        account = self.customs_payment_account_id
        values["customs_payment_account_id"] = account.id
        return result


class CustomsPaymentAccount(models.Model):
    """What is on our accounts, from posted items and from files not yet posted."""

    _inherit = "customs.payment.account"

    item_ids = fields.One2many(
        comodel_name="account.move.line",
        inverse_name="customs_payment_account_id",
        string="Journal items",
    )
    balance = fields.Monetary(
        compute="_compute_balance",
        help="From posted journal items. Deferment: what is still to be debited. Cash: "
        "the money left.",
    )
    amount_pledged = fields.Monetary(
        string="Pledged",
        compute="_compute_balance",
        help="Not in the books yet: assessed and not posted, or lodged and expected.",
    )
    amount_available = fields.Monetary(
        string="Available",
        compute="_compute_balance",
        help="What may still be charged: money or limit less what is pledged. Nothing "
        "is said where a deferment account has no limit.",
    )
    usage_percent = fields.Float(
        string="Used (%)",
        compute="_compute_balance",
        help="Part of the limit, or of the money, that is used or pledged.",
    )
    limit_state = fields.Selection(
        selection=[
            ("none", "No limit"),
            ("ok", "Enough left"),
            ("near", "Near the limit"),
            ("over", "Over the limit"),
        ],
        string="State of the limit",
        compute="_compute_balance",
        search="_search_limit_state",
    )
    pledged_count = fields.Integer(string="Pledged files", compute="_compute_balance")

    # === COMPUTE METHODS === #

    @api.depends(
        "kind",
        "is_ours",
        "limit_amount",
        "warn_percent",
        "low_balance",
        "item_ids.amount_residual",
        "item_ids.balance",
        "item_ids.parent_state",
    )
    def _compute_balance(self):
        rows = self._query_balances()
        for record in self:
            unpaid, money, pledged, files = rows.get(
                record._origin.id, (0.0, 0.0, 0.0, 0)
            )
            rounder = (record.currency_id or self.env.company.currency_id).round
            is_cash = record.kind == "cash"
            record.balance = rounder(money if is_cash else unpaid)
            record.amount_pledged = rounder(pledged)
            record.pledged_count = files
            record.amount_available = record._get_left(record.balance, pledged)
            record.usage_percent = record._get_usage(pledged)
            record.limit_state = record._get_limit_state(record.amount_available)

    def _get_left(self, balance, claimed):
        """Return what is left of money or limit once an amount is taken from it."""
        self.ensure_one()
        rounder = (self.currency_id or self.env.company.currency_id).round
        if self.kind == "cash":
            return rounder(balance - claimed)
        if not self.limit_amount:
            return 0.0
        return rounder(self.limit_amount - balance - claimed)

    def _get_available(self, claimed):
        """Return what is left of the account once an amount is taken from it."""
        self.ensure_one()
        return self._get_left(self.balance, claimed)

    def _get_usage(self, claimed):
        """Return which percentage of limit or money is used."""
        self.ensure_one()
        if self.kind == "cash":
            whole, used = self.balance, claimed
        else:
            whole, used = self.limit_amount, self.balance + claimed
        return round(100 * used / whole, 1) if whole > 0 else 0.0

    def _has_limit(self):
        """Whether the account can run out."""
        self.ensure_one()
        return self.is_ours and (self.kind == "cash" or bool(self.limit_amount))

    def _get_limit_state(self, available):
        """Return the state of the limit when an amount is still available."""
        self.ensure_one()
        if not self._has_limit():
            return "none"
        compare = (self.currency_id or self.env.company.currency_id).compare_amounts
        if compare(available, 0) < 0:
            return "over"
        if self.kind == "cash":
            is_near = compare(available, self.low_balance) < 0
        else:
            warned = self.limit_amount * (1 - self.warn_percent / 100)
            is_near = bool(self.warn_percent) and compare(available, warned) <= 0
        return "near" if is_near else "ok"

    # === SEARCH METHODS === #

    @api.model
    def _search_limit_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        accounts = self.with_context(active_test=False).search([("is_ours", "=", True)])
        found = accounts.filtered(lambda account: account.limit_state in value)
        domain = [("id", "in", found.ids)]
        if "none" in value:
            domain = ["|", ("is_ours", "=", False), *domain]
        return domain

    # === QUERY === #

    def _query_balances(self, excluded=()):
        """Return ``{id: (unpaid, money, pledged, files)}`` of our accounts.

        One query for any number of accounts.

        :param excluded: ids of declarations whose pledges do not count
        """
        ids = self._origin.ids
        if not ids:
            return {}
        self._flush_balances()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT account.id,
                       COALESCE(items.unpaid, 0),
                       COALESCE(items.money, 0),
                       COALESCE(pledged.amount, 0),
                       COALESCE(pledged.files, 0)
                  FROM customs_payment_account account
                  LEFT JOIN (
                    SELECT aml.customs_payment_account_id AS account_id,
                           -SUM(aml.amount_residual) AS unpaid,
                           SUM(aml.balance) AS money
                      FROM account_move_line aml
                     WHERE aml.customs_payment_account_id = ANY(%(ids)s)
                       AND aml.parent_state = 'posted'
                     GROUP BY aml.customs_payment_account_id
                  ) items ON items.account_id = account.id
                  LEFT JOIN (
                    SELECT pledge.account_id,
                           SUM(pledge.amount) AS amount,
                           COUNT(DISTINCT pledge.declaration_id) AS files
                      FROM (%(pledges)s) pledge
                     WHERE NOT pledge.declaration_id = ANY(%(excluded)s)
                     GROUP BY pledge.account_id
                  ) pledged ON pledged.account_id = account.id
                 WHERE account.id = ANY(%(ids)s)
                   AND account.is_ours
                """,
                ids=list(ids),
                excluded=list(excluded),
                pledges=self._get_pledges_sql(ids),
            )
        )
        return {
            row[0]: (*(float(amount) for amount in row[1:4]), row[4]) for row in rows
        }

    @api.model
    def _flush_balances(self):
        """Write what the query reads."""
        env = self.env
        self.flush_model(["is_ours", "kind"])
        env["customs.charge"]._flush_posted_amounts()
        env["account.move.line"].flush_model(
            ["customs_payment_account_id", "amount_residual"]
        )
        env["customs.charge"].flush_model(
            ["payment_account_id", "payment_method_id", "tax_code_id", "declaration_id"]
        )
        env["customs.declaration"].flush_model(
            ["state", "capacity", "current_assessment_id", "payment_plan"]
        )
        env["customs.assessment"].flush_model(["currency_id", "date"])
        env["customs.assessment.line"].flush_model(
            ["assessment_id", "tax_code_id", "amount_payable", "status"]
        )
        env["customs.payment.method"].flush_model(["payer"])
        env["res.currency.rate"].flush_model(["rate", "name", "currency_id"])

    @api.model
    def _get_pledges_sql(self, ids):
        """Return the query for what files will take from accounts: rows of account,
        declaration and amount in the currency of the company.

        Assessed: what the current version says is payable less what is charged.
        Lodged: what we expect.
        """
        charges = self.env["customs.charge"]
        posted = charges._get_posted_amounts_sql(
            SQL(
                """IN (SELECT id FROM customs_charge
                        WHERE payment_account_id = ANY(%s))""",
                list(ids),
            )
        )
        return SQL(
            """
            SELECT charge.payment_account_id AS account_id,
                   declaration.id AS declaration_id,
                   claim.amount
              FROM customs_charge charge
              JOIN customs_declaration declaration
                ON declaration.id = charge.declaration_id
              JOIN customs_assessment assessment
                ON assessment.id = declaration.current_assessment_id
              JOIN res_company company ON company.id = charge.company_id
              JOIN res_currency currency ON currency.id = company.currency_id
              JOIN customs_payment_method method
                ON method.id = charge.payment_method_id
              LEFT JOIN (%(posted)s) found ON found.charge_id = charge.id
             CROSS JOIN LATERAL (
                SELECT SUM(line.amount_payable) AS payable
                  FROM customs_assessment_line line
                 WHERE line.assessment_id = assessment.id
                   AND line.tax_code_id = charge.tax_code_id
                   AND line.status != 'postponed'
             ) assessed
             CROSS JOIN LATERAL (
                SELECT assessed.payable * %(rate)s - COALESCE(found.charged, 0)
                       AS amount
             ) claim
             WHERE charge.payment_account_id = ANY(%(ids)s)
               AND declaration.state = ANY(%(states)s)
               AND method.payer = CASE WHEN declaration.capacity = 'own'
                                       THEN 'importer' ELSE 'declarant' END
               AND claim.amount >= currency.rounding / 2
             UNION ALL
            SELECT planned.account_id, declaration.id, planned.amount
              FROM customs_declaration declaration
             CROSS JOIN LATERAL (
                SELECT (part.value ->> 'account')::integer AS account_id,
                       (part.value ->> 'amount')::numeric AS amount
                  FROM jsonb_each(declaration.payment_plan) part
                 WHERE part.value ->> 'account' != 'false'
             ) planned
             WHERE planned.account_id = ANY(%(ids)s)
               AND planned.amount != 0
               AND declaration.state = 'lodged'
               AND declaration.payment_plan IS NOT NULL
            """,
            posted=posted,
            rate=self._get_rate_sql(),
            ids=list(ids),
            states=ASSESSED_STATES,
        )

    @api.model
    def _get_rate_sql(self):
        """Return what one unit of the authority's currency is worth in the company's,
        on the day of the assessment, as Odoo converts it."""

        def rate_of(currency):
            return SQL(
                """COALESCE(
                    (SELECT r.rate FROM res_currency_rate r
                      WHERE r.currency_id = %(currency)s
                        AND r.name <= assessment.date
                        AND (r.company_id IS NULL OR r.company_id = %(root)s)
                      ORDER BY r.company_id, r.name DESC LIMIT 1),
                    (SELECT r.rate FROM res_currency_rate r
                      WHERE r.currency_id = %(currency)s
                        AND (r.company_id IS NULL OR r.company_id = %(root)s)
                      ORDER BY r.company_id, r.name LIMIT 1),
                    1.0)""",
                currency=currency,
                root=SQL("split_part(company.parent_path, '/', 1)::integer"),
            )

        return SQL(
            """CASE WHEN assessment.currency_id = company.currency_id THEN 1.0
                    ELSE %s / %s END""",
            rate_of(SQL("company.currency_id")),
            rate_of(SQL("assessment.currency_id")),
        )

    # === LIMITS === #

    def _get_limit_problems(self, additional=0.0):
        """Return a sentence when the account is, or would be, near or over its limit.

        :param additional: amount on top of what is pledged
        """
        self.ensure_one()
        left = self._get_available(self.amount_pledged + additional)
        return self._describe_limit(left, additional)

    def _describe_limit(self, left, additional):
        """Return a sentence on what is left of the account, or nothing."""
        self.ensure_one()
        state = self._get_limit_state(left)
        if state not in ("near", "over"):
            return []
        money = self.currency_id.format
        names = {
            "account": self.display_name,
            "additional": money(additional),
            "left": money(left),
            "short": money(-left),
            "limit": money(self.limit_amount),
        }
        if state == "over" and self.kind == "cash":
            return [
                self.env._(
                    "%(account)s lacks %(short)s for what is charged to it. Top it up "
                    "first.",
                    **names,
                )
            ]
        if state == "over":
            return [
                self.env._(
                    "%(account)s would be %(short)s over its limit of %(limit)s. Pay "
                    "the statement, raise the limit or choose another way to pay.",
                    **names,
                )
            ]
        return [self.env._("%(account)s has %(left)s left.", **names)]

    @api.model
    def _check_limit(self, additional, declarations=None):
        """Refuse amounts that accounts which block at their limit cannot bear.

        :param additional: ``{account: amount}`` in the currency of the company
        :param declarations: the files the amounts are of, whose pledges they replace;
            without them the amounts are taken as pledged already, as those of an
            assessment about to be posted are
        :raise UserError: naming each account and what it lacks
        """
        accounts = self.browse(
            account.id for account in additional if account.on_limit == "block"
        )
        excluded = declarations.ids if declarations else ()
        rows = accounts._query_balances(excluded) if accounts else {}
        problems = []
        for account in accounts.filtered(lambda each: each._has_limit()):
            unpaid, money, pledged, _files = rows[account.id]
            balance = money if account.kind == "cash" else unpaid
            amount = additional[account]
            if account.currency_id.compare_amounts(amount, 0) <= 0:
                continue
            claimed = pledged + amount if declarations else max(pledged, amount)
            left = account._get_left(balance, claimed)
            if account._get_limit_state(left) == "over":
                problems += account._describe_limit(left, amount)
        if problems:
            raise UserError("\n".join(problems))

    # === SCREENS === #

    def _get_pledged_declarations(self):
        """Return the files whose amounts are not in the books of these accounts."""
        if not self:
            return self.env["customs.declaration"]
        self._flush_balances()
        rows = self.env.execute_query(
            SQL(
                "SELECT DISTINCT declaration_id FROM (%s) pledge",
                self._get_pledges_sql(self.ids),
            )
        )
        return self.env["customs.declaration"].browse(row[0] for row in rows)
