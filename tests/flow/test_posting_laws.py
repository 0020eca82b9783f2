"""What holds whatever is done to a file, in whatever order.

Random steps are taken through the product: versions, posting, billing, payments,
reversals, resets, cancellations, write-offs.  What the product refuses with a
``UserError`` is an outcome like any other.  After every step all open amounts are
computed again from the rows of ``account_move_line``, by the rules written here and by
nothing of the product.

``CUSTOMS_LAW_RUNS=500`` takes more runs, ``CUSTOMS_LAW_SEED=17`` only that one.
"""

import os
import random
from collections import defaultdict

from posting import CAPACITIES, DOCUMENTS, PostingCase

from odoo import fields
from odoo.exceptions import UserError

RUNS = int(os.environ.get("CUSTOMS_LAW_RUNS", "18"))
SEED = os.environ.get("CUSTOMS_LAW_SEED")
STEPS = 14
RATE = 15.0
CLIENT_TYPES = ("out_invoice", "out_refund", "out_receipt")
#: Steps and how often they are tried
WEIGHTS = {
    "version": 5,
    "post": 7,
    "invoice": 4,
    "confirm": 5,
    "pay": 3,
    "reverse": 4,
    "draft_reversal": 1,
    "reset": 3,
    "cancel_move": 2,
    "delete_move": 2,
    "write_off": 2,
    "change_payment": 2,
    "workflow": 3,
}


class TestPostingLaws(PostingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.eur = cls.setup_other_currency(
            "EUR", rates=[("2020-01-01", 0.8), ("2026-03-12", 0.77)]
        )
        cls.suspense = (
            cls.company.account_journal_suspense_account_id
            | cls.company.transfer_account_id
        )

    def test_random_lives_of_files(self):
        ways = [(c, d) for c in CAPACITIES for d in DOCUMENTS]
        seeds = [int(SEED)] if SEED else range(RUNS)
        done = defaultdict(int)
        for seed in seeds:
            capacity, document = ways[seed % len(ways)]
            with self.env.cr.savepoint() as savepoint:
                life = Life(self, seed, capacity, document)
                with self.subTest(f"seed {seed}, {capacity}, {document}"):
                    life.run()
                for step, count in life.done.items():
                    done[step] += count
                savepoint.rollback()
                self.env.invalidate_all(flush=False)
        if not SEED:
            never = set(WEIGHTS) - {step for step, count in done.items() if count}
            self.assertFalse(never, "steps that were always refused")


class Life:
    """One file and the random steps it goes through."""

    def __init__(self, case, seed, capacity, document):
        self.case, self.env, self.company = case, case.env, case.company
        self.random = random.Random(seed)
        self.capacity, self.log = capacity, []
        self.done = defaultdict(int)
        self.company.customs_assessment_document = document
        self.day = fields.Date.to_date("2026-03-06")
        case.client.customs_billing_currency_id = self.random.choice(
            [case.eur, *[self.env["res.currency"]] * 3]
        )
        # every fourth authority assesses in another currency
        own_currency = self.company.currency_id
        case.tariff.currency_id = case.eur if seed % 4 == 3 else own_currency
        self.file = case.file(capacity)
        if capacity != "own":
            case.add_service(self.file, 80.0)

    def run(self):
        if self.random.random() < 0.25:
            self.step("estimate")
        self.step("version")
        for code in ("CID", "VAT"):
            self.random_payment(code)
        taken = 0
        for step in self.random.choices(list(WEIGHTS), WEIGHTS.values(), k=3 * STEPS):
            taken += self.step(step)
            if taken == STEPS:
                break

    def step(self, name):
        """Take one step and check everything; a refusal leaves all as it was.

        :return: whether there was anything to do
        """
        before = None
        try:
            with self.env.cr.savepoint():
                before = self.rows()
                what = getattr(self, f"do_{name}")()
        except UserError as error:
            what = f"refused: {str(error).splitlines()[0]}"
            self.case.assertEqual(self.rows(), before, self.words(name, what))
        else:
            if what is None:
                return False
            self.done[name] += 1
        self.log.append(f"{name}: {what}")
        try:
            self.check()
            if name == "post" and what == "done":
                self.check_posted()
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.words()}") from error
        return True

    def words(self, *more):
        return "\n".join([*self.log, " ".join(more)])

    # === STEPS: return what was done, None when there was nothing to do === #

    def do_version(self):
        """A new version, sometimes an older one, or the same figures again."""
        self.day = fields.Date.add(self.day, days=self.random.choice([-1, 0, 1, 2]))
        first, second, fee = (
            self.random.choice([0.0, 10.01, 33.33, 100.0, 250.5]) for _number in "123"
        )
        base = round(2000 + first + second, 2)
        vat = round(base * RATE / 100, 2) + self.random.choice([0.0, 0.0, 0.01])
        rows = [
            ("CID", first, {"number": 1}),
            ("CID", second, {"number": 2}),
            ("VAT", vat, {"base": base, "rate": RATE}),
            ("CSF", fee),
        ]
        if self.random.random() < 0.2:
            rows[0] = ("CID", first, {"number": 1, "status": "suspended"})
        if self.random.random() < 0.2:
            rows = rows[:2]
        self.case.assess(
            self.file,
            *rows,
            date=self.day,
            kind=self.random.choice(["final", "final", "provisional"]),
            settlement=self.random.choice(["offset", "offset", "receivable"]),
        )
        return [row[:2] for row in rows]

    def do_post(self):
        self.file.action_post_assessment()
        return "done"

    def do_invoice(self):
        return self.file.action_create_invoices().ids or None

    def do_confirm(self):
        move = self.pick("draft")
        if move is None:
            return None
        if move.is_invoice() and not move.invoice_date:
            move.invoice_date = self.random.choice(["2026-03-10", "2026-03-20"])
        move.action_post()
        return move.name

    def do_pay(self):
        move = self.pick("posted", lambda move: move.is_invoice())
        if move is None or not move.amount_residual:
            return None
        part = self.random.choice([1.0, 0.4])
        self.case.pay(move, amount=round(move.amount_residual * part, 2))
        return move.name

    def do_reverse(self):
        move = self.pick("posted")
        if move is None:
            return None
        if move.is_invoice():
            self.case.reverse(move, "2026-03-21")
        else:
            self.case.reverse_entry(move, "2026-03-21")
        return move.name

    def do_draft_reversal(self):
        move = self.pick("posted")
        if move is None:
            return None
        date = fields.Date.to_date("2026-03-22")
        move._reverse_moves([{"date": date, "invoice_date": date}])
        return move.name

    def do_reset(self):
        move = self.pick("posted")
        if move is None:
            return None
        name = move.name
        move.button_draft()
        return name

    def do_cancel_move(self):
        move = self.pick("draft")
        if move is None:
            return None
        move.button_cancel()
        return move.id

    def do_delete_move(self):
        move = self.pick("draft")
        if move is None:
            return None
        name = move.id
        move.unlink()
        return name

    def do_write_off(self):
        """Settle what is open of one charge without billing it."""
        control = {}
        for row in self.rows():
            if row["posted"] and row["on_control"]:
                control[row["charge"]] = control.get(row["charge"], 0) + row["balance"]
        found = sorted(key for key, amount in control.items() if round(amount, 2) > 0)
        if not found:
            return None
        charge = self.env["customs.charge"].browse(self.random.choice(found))
        amount = round(control[charge.id], 2)
        common = {"name": "Loss", "customs_declaration_id": self.file.id}
        move = self.env["account.move"]._create_customs_entry(
            self.company,
            "write_off",
            "2026-03-18",
            [
                {
                    **common,
                    "account_id": self.case.control.id,
                    "balance": -amount,
                    "customs_charge_id": charge.id,
                },
                {
                    **common,
                    "account_id": self.case.role("disb_variance").id,
                    "balance": amount,
                },
            ],
        )
        move._post(soft=False)
        return amount

    def do_change_payment(self):
        return self.random_payment(self.random.choice(["CID", "VAT", "CSF"]))

    def random_payment(self, code):
        mechanism = self.random.choice(
            ["payable", "payable", "deferment", "cash", "bank", "others"]
        )
        if mechanism == "others":  # the client itself, or on own imports the broker
            name = "p6" if self.capacity == "own" else "p5"
            method = self.env.ref(f"customs_invoicing.payment_method_{name}")
            self.case.charge(self.file, code).write(
                {"payment_method_id": method.id, "payment_account_id": False}
            )
        else:
            self.case.pay_by(self.file, mechanism, code)
        return code, mechanism

    def do_estimate(self):
        """Bill what we expect before there is an assessment."""
        self.file.action_mark_ready()
        self.file.action_bill_estimate()
        return self.file.charge_ids.mapped("amount_estimate")

    def do_workflow(self):
        action = self.random.choice(["release", "close", "reopen", "cancel", "reset"])
        name = "action_reset_to_draft" if action == "reset" else f"action_{action}"
        getattr(self.file, name)()
        return action

    def pick(self, state, accept=None):
        """Return a random move of the file in a state, or nothing."""
        moves = self.env["account.move"].search(
            [
                ("line_ids.customs_declaration_id", "=", self.file.id),
                ("state", "=", state),
            ],
            order="id",
        )
        found = [move for move in moves if accept is None or accept(move)]
        return self.random.choice(found) if found else None

    # === THE BOOKS, READ WITHOUT THE PRODUCT === #

    def rows(self):
        """Return the journal items of the file as plain rows."""
        self.env.flush_all()
        self.env.cr.execute(
            """
            SELECT line.id, line.customs_charge_id AS charge,
                   line.balance::float, line.amount_currency::float AS foreign,
                   line.parent_state = 'posted' AS posted, line.parent_state AS state,
                   line.account_id = %(control)s AS on_control,
                   line.tax_line_id IS NOT NULL AS is_tax,
                   EXISTS (SELECT 1 FROM account_move_line_account_tax_rel rel
                            WHERE rel.account_move_line_id = line.id) AS is_base,
                   line.customs_amount::float AS priced,
                   move.id AS move, move.move_type AS kind, move.customs_event AS event,
                   move.journal_id = company.currency_exchange_journal_id AS rounding,
                   move.customs_assessment_id AS assessment
              FROM account_move_line line
              JOIN account_move move ON move.id = line.move_id
              JOIN res_company company ON company.id = move.company_id
             WHERE line.customs_declaration_id = %(file)s
                OR line.customs_charge_id IN (
                    SELECT id FROM customs_charge WHERE declaration_id = %(file)s)
             ORDER BY line.id
            """,
            {"file": self.file.id, "control": self.case.control.id},
        )
        return self.env.cr.dictfetchall()

    def charges(self):
        self.env.cr.execute(
            """
            SELECT charge.id, charge.nature, charge.amount::float,
                   charge.amount_estimate::float AS estimate, tax.code,
                   COALESCE(method.payer, '') AS payer
              FROM customs_charge charge
              LEFT JOIN customs_payment_method method
                ON method.id = charge.payment_method_id
              LEFT JOIN customs_tax_code tax ON tax.id = charge.tax_code_id
             WHERE charge.declaration_id = %s
            """,
            [self.file.id],
        )
        return {row["id"]: row for row in self.env.cr.dictfetchall()}

    def version(self):
        """Return ``{tax code: (base, payable)}`` of the version in force."""
        self.env.cr.execute(
            """
            SELECT tax.code, SUM(CASE WHEN line.amount_payable = 0 THEN 0
                                      ELSE line.base END)::float,
                   SUM(line.amount_payable)::float
              FROM customs_assessment_line line
              JOIN customs_tax_code tax ON tax.id = line.tax_code_id
             WHERE line.assessment_id = (
                SELECT id FROM customs_assessment WHERE declaration_id = %s
                 ORDER BY (kind = 'final') DESC, date DESC, version DESC LIMIT 1)
             GROUP BY tax.code
            """,
            [self.file.id],
        )
        return {code: (base, paid) for code, base, paid in self.env.cr.fetchall()}

    def expected(self, rows, charge):
        """Return the amounts of one charge by the rules of the money."""
        sums = defaultdict(float)
        for row in rows:
            if row["charge"] == charge["id"]:
                for name, amount in self.parts(row, charge["nature"] == "service"):
                    sums[name] += amount
        limit = sums["charged"] + (charge["estimate"] or 0.0)
        if charge["nature"] == "service":
            limit = charge["amount"]
        settled = sums["billed"] + sums["waived"] + sums["draft"]
        too_much = min(0.0, round(limit - sums["billed"] - sums["waived"], 2))
        open_amount = round(limit - settled, 2)
        if charge["nature"] == "own_cost":
            open_amount = 0.0
        elif open_amount < 0:
            # a draft credit note counts against what was billed too much, no more
            open_amount = min(0.0, round(open_amount - sums["credit"], 2))
            # and a draft that bills too much is to be changed, not credited
            open_amount = max(open_amount, too_much)
        found = [sums[name] for name in ("charged", "billed", "waived", "control")]
        return tuple(round(amount, 2) + 0.0 for amount in (*found, open_amount))

    def parts(self, row, is_service):
        """Yield what one journal item adds to the amounts of its charge."""
        to_client = row["kind"] in CLIENT_TYPES or row["rounding"]
        amount = -row["balance"]
        if row["priced"] and (is_service or row["state"] == "draft"):
            amount = abs(row["priced"]) * (1 if amount > 0 else -1)
        if row["state"] == "draft" and to_client:
            yield ("draft" if amount > 0 else "credit"), amount
        if not row["posted"]:
            return
        if row["on_control"]:
            yield "control", row["balance"]
        if to_client:
            yield "billed", amount
        elif row["event"] == "write_off":
            yield "waived", -row["balance"]
        elif row["event"] in (None, "assessment", "outlay", "exchange"):
            yield "charged", row["balance"]

    def is_posted(self, rows, charges):
        """Whether the books say what the version in force says."""
        wanted = self.version()
        if any(charge["estimate"] for charge in charges.values()):
            return False  # what was billed on estimate gives way with the posting
        for charge in charges.values():
            if not charge["code"]:
                continue
            own_vat = charge["code"] == "VAT" and self.capacity == "own"
            base = amount = 0.0
            for row in rows:
                if row["charge"] != charge["id"] or not row["posted"]:
                    continue
                if row["assessment"]:
                    base += row["foreign"] if row["is_base"] else 0.0
                    amount += row["foreign"] if row["is_tax"] or not own_vat else 0.0
            wanted_base, payable = wanted.pop(charge["code"], (0.0, 0.0))
            if not self.is_ours_to_pay(charge):
                wanted_base = payable = 0.0
            if round(amount - payable, 2):
                return False
            if own_vat and round(base - wanted_base, 2):
                return False
        return not any(round(payable, 2) for _base, payable in wanted.values())

    def is_ours_to_pay(self, charge):
        """Whether we are whom the payment method lets pay."""
        we_are = "importer" if self.capacity == "own" else "declarant"
        return charge["payer"] in ("", we_are)

    # === CHECKS === #

    def check(self):
        assert_equal, rows, charges = self.case.assertEqual, self.rows(), self.charges()
        self.env.invalidate_all()
        totals = defaultdict(float)
        for charge_id, charge in charges.items():
            charged, billed, waived, control, open_amount = self.expected(rows, charge)
            record = self.env["customs.charge"].browse(charge_id)
            found = (
                record.amount_charged,
                record.amount_billed,
                record.amount_written_off,
                record.control_balance,
                record.amount_to_bill,
            )
            found = tuple(round(amount, 2) + 0.0 for amount in found)
            assert_equal(
                found,
                (charged, billed, waived, control, open_amount),
                f"{charge['code']}: charged, billed, written off, control, to bill",
            )
            if charge["nature"] in ("disbursement", "recharge"):
                unbilled = round(charged - billed - waived, 2) + 0.0
                assert_equal(
                    control, unbilled, f"{charge['code']}: unbilled is control"
                )
            else:
                assert_equal(control, 0.0, f"{charge['code']}: nothing on control")
            totals["control"] += control
            totals["open"] += open_amount
            totals["charged"] += charged
        self.check_file(rows, charges, totals)

    def check_file(self, rows, charges, totals):
        assert_equal, record = self.case.assertEqual, self.file
        on_control = sum(r["balance"] for r in rows if r["posted"] and r["on_control"])
        assert_equal(
            round(on_control - totals["control"], 2), 0.0, "control of the file"
        )
        assert_equal(round(record.control_balance - on_control, 2), 0.0)
        assert_equal(round(record.amount_to_bill - totals["open"], 2), 0.0)
        owed = sum(
            row["balance"]
            for row in rows
            if row["posted"] and row["event"] == "assessment" and not row["charge"]
        )
        assert_equal(
            round(owed + totals["charged"], 2), 0.0, "owed is what was charged"
        )
        if record.current_assessment_id:
            wanted = "posted" if self.is_posted(rows, charges) else "open"
            state = record.current_assessment_id.state
            assert_equal(state, wanted, "state of the assessment")
        self.check_moves()

    def check_moves(self):
        """Every move balances, and nothing is left on suspense or neutral accounts."""
        case = self.case
        self.env.cr.execute(
            """
            SELECT move_id FROM account_move_line
             WHERE move_id IN (SELECT move_id FROM account_move_line
                                WHERE customs_declaration_id = %s)
             GROUP BY move_id HAVING ROUND(SUM(balance), 2) != 0
            """,
            [self.file.id],
        )
        case.assertFalse(self.env.cr.fetchall(), "moves that do not balance")
        self.env.cr.execute(
            """
            SELECT id FROM account_move_line
             WHERE account_id = ANY(%s) AND parent_state = 'posted'
            """,
            [case.suspense.ids],
        )
        case.assertFalse(self.env.cr.fetchall(), "items on suspense accounts")
        neutral = case.account_balance(case.neutral, self.file)
        case.assertEqual(round(neutral, 2), 0.0, "neutral account")

    def check_posted(self):
        """After posting nothing is left to post, and a second time changes nothing."""
        case, before = self.case, self.rows()
        case.assertEqual(self.file.current_assessment_id.state, "posted")
        self.file.action_post_assessment()
        case.assertEqual(self.rows(), before, "posted twice")
        version = self.version()
        payable = sum(
            version.get(charge["code"], (0.0, 0.0))[1]
            for charge in self.charges().values()
            if self.is_ours_to_pay(charge)
        )
        held = sum(
            row["foreign"]
            for row in before
            if row["posted"] and row["assessment"] and not row["charge"]
        )
        case.assertEqual(round(held + payable, 2), 0.0, "owed in their currency")
