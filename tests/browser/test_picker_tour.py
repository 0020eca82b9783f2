"""The picker of customs charges on the standard invoice, by clicking."""

from billing import DUTY, OUTLAYS, SERVICE, BillingCase
from tours import TourCase

from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestPickerTour(TourCase, BillingCase):
    def test_pick_by_clicking(self):
        first, second = self.files(2)
        self.file(3, post=False)
        second.client_order_reference = "ORDER-2"
        self.click_through(
            "customs_invoicing_picker", url="/odoo/customer-invoices/new"
        )
        invoice = first._get_client_moves()
        self.assertEqual(invoice, second._get_client_moves())
        self.assert_items(
            invoice,
            [
                *self.outlay_items(self.client),
                *self.outlay_items(self.client)[:1],
                *self.service_items(self.client),
                self.due(self.client, OUTLAYS + DUTY + SERVICE * 1.15),
            ],
        )
        self.assert_money(first, to_bill=0, control_balance=0)
        self.assert_money(
            second,
            to_bill=OUTLAYS - DUTY + SERVICE,
            control_balance=OUTLAYS - DUTY,
        )
