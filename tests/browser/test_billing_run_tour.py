"""Billing many files by clicking, in a real browser."""

from unittest.mock import patch

from common import CustomsCase, build_sad, item, tax
from tours import TourCase

from odoo.exceptions import UserError
from odoo.tests import tagged

GOODS = [item(price="1000.00", taxes=[tax("CID", rate="5"), tax("VAT", "+", "15")])]


@tagged("post_install", "-at_install")
class TestBillingRunTour(TourCase, CustomsCase):
    def imported(self, number):
        content = build_sad(
            GOODS,
            office="TEST1",
            registration=("C", str(number), "3/5/26"),
            reference=f"JOB-{number}",
        )
        return self.env["customs.declaration"].import_files([("sad.xml", content)])

    def posted(self, number):
        declaration = self.imported(number)
        self.post_assessment(declaration)
        return declaration

    def work(self, run):
        """Do what the scheduled action does, in this transaction."""
        worker = run.with_user(run.user_id).with_company(run.company_id)
        worker._run(lambda processed=0, remaining=None: float("inf"))

    def test_bill_in_the_background(self):
        files = self.env["customs.declaration"].union(
            *(self.posted(number) for number in (4731, 4732, 4733))
        )
        self.add_service(self.imported(4734), 50)  # not posted: blocked
        self.click_through("customs_invoicing_billing_run")
        run = self.env["customs.billing.run"].search(
            [("company_id", "=", self.company.id)]
        )
        self.assertEqual((run.state, run.user_id), ("running", self.officer))
        self.assertEqual(run.line_ids.declaration_id, files)
        bad, prepare = files[1], type(files)._prepare_invoice_vals

        def fail(record, charges):
            if bad in record:
                raise UserError("Not this one.")
            return prepare(record, charges)

        with patch.object(type(files), "_prepare_invoice_vals", fail):
            self.work(run)
        self.assertEqual((run.state, run.count_failed), ("done", 1))
        self.click_through("customs_invoicing_billing_run_result")
        self.env.invalidate_all()
        self.assertEqual((run.state, run.count_done), ("done", 3))
        for declaration in files:
            self.assert_money(declaration, charged=273.25, to_bill=0)

    def test_blocked_and_billed_anyway(self):
        declaration = self.posted(4735)
        self.company.customs_difference_policy = "block"
        self.env["customs.measure"].search(
            [("measure_type_id", "=", self.duty_type.id)], limit=1
        ).rate_percent = 6
        declaration.action_calculate()
        self.click_through("customs_invoicing_blocked")
        self.env.invalidate_all()
        self.assert_money(declaration, to_bill=0)
        release = declaration.billing_release_ids
        self.assertEqual(release.user_id, self.officer)
        self.assertEqual(release.reason, "Agreed with the client")
