"""Every assessed ASYCUDA file of the shared cases in the books, in every way.

``test_asycuda_job.py`` proves each journal item of the bills; here the sums have to be
the authority's whatever the capacity and the document.
"""

from collections import defaultdict

from asycuda import VAT_CODES, AsycudaCase

from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestAsycudaPosting(AsycudaCase):
    def test_direct_as_bill(self):
        self._use("bill")
        self.for_each_file(self._assert_direct)

    def test_direct_as_entry(self):
        self._use("entry")
        self.for_each_file(self._assert_direct)

    def test_indirect_as_entry(self):
        self._use("entry")
        self.for_each_file(self._assert_indirect)

    def test_own_as_bill(self):
        self._use("bill")
        self.for_each_file(self._assert_own)

    def test_own_as_entry(self):
        self._use("entry")
        self.for_each_file(self._assert_own)

    def _use(self, document):
        self.company.customs_assessment_document = document
        self.move_types = {
            "bill": {"in_invoice"},
            "entry": {"entry"},
        }[document]

    # === CHECKS === #

    def _balances(self, declaration):
        sums = defaultdict(float)
        for line in declaration._get_customs_moves().line_ids:
            self.assertEqual(line.parent_state, "posted")
            self.assertEqual(line.customs_declaration_id, declaration)
            sums[line.account_id] += line.balance
        return {account: round(n, 2) for account, n in sums.items() if round(n, 2)}

    def _post(self, declaration):
        declaration.action_post_assessment()
        moves = declaration._get_customs_moves()
        if moves:
            self.assertEqual(set(moves.mapped("move_type")), self.move_types)
        declaration.action_post_assessment()
        self.assertEqual(declaration._get_customs_moves(), moves, "posted twice")
        self.assertEqual(declaration.current_assessment_id.state, "posted")
        return moves

    def _assert_direct(self, name, content, capacity="direct"):
        _document, declaration, payable = self._import(name, content)
        self.assertEqual(declaration.capacity, capacity)
        total = round(float(sum(payable.values())), 2)
        self._post(declaration)
        self.assertEqual(
            self._balances(declaration),
            {key: n for key, n in self._debt(self.control, total).items() if n},
            name,
        )
        self.assertEqual(
            {
                charge.tax_code_id.code: round(charge.control_balance, 2)
                for charge in declaration.charge_ids
                if charge.control_balance
            },
            {code: round(float(amount), 2) for code, amount in payable.items()},
        )
        self.assert_money(declaration, payable=total, charged=total, to_bill=total)
        self.bill(declaration)
        self.assert_money(declaration, billed=total, control_balance=0)

    def _debt(self, account, total):
        return {account: total, self.payable: -total}

    def _assert_indirect(self, name, content):
        self.company.customs_default_capacity = "indirect"
        self._assert_direct(name, content, "indirect")

    def _assert_own(self, name, content):
        self.make_own(name, content)
        document, declaration, payable = self._import(name, content)
        self.assertEqual(declaration.capacity, "own")
        moves = self._post(declaration)
        total = round(float(sum(payable.values())), 2)
        vat = sum(float(n) for code, n in payable.items() if code in VAT_CODES)
        expected = {
            self.clearing: round(total - vat, 2),
            self.company_data["default_account_tax_purchase"]: round(vat, 2),
            self.payable: -total,
        }
        self.assertEqual(
            self._balances(declaration),
            {account: n for account, n in expected.items() if n},
            name,
        )
        bases = defaultdict(float)
        for line in moves.line_ids.filtered("tax_ids"):
            bases[line.customs_tax_code, line.tax_ids.amount] += line.balance
        self.assertEqual(
            {key: round(base, 2) for key, base in bases.items()},
            {
                (code, float(rate)): round(float(base), 2)
                for (code, rate), (base, _vat) in self._vat_by_rate(document).items()
            },
        )
        self.assert_money(declaration, charged=total, to_bill=0, control_balance=0)
