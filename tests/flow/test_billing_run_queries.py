"""A chunk of a billing run asks the same however many files it bills.

Odoo asks some things for each invoice; these are counted apart.
"""

from unittest.mock import patch

from test_billing_run import BillingRunCase

from odoo.addons.account.models.account_move import AccountMove


class TestBillingRunQueries(BillingRunCase):
    def queries(self, function):
        """Return the queries of a call besides those of Odoo's own for invoices."""
        create, inside = AccountMove.create, []

        def counted(moves, vals_list):
            before = moves.env.cr.sql_log_count
            result = create(moves, vals_list)
            moves.env.flush_all()
            inside.append(moves.env.cr.sql_log_count - before)
            return result

        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        with patch.object(AccountMove, "create", counted):
            function()
            self.env.flush_all()
        return self.env.cr.sql_log_count - before - sum(inside)

    def billed(self, count):
        """Return the queries of planning and of billing as many files, one chunk."""
        run = self.start(self.ready(count), finish="draft")
        plan = self.queries(run._process_next)
        bill = self.queries(run._process_next)
        self.queries(run._process_next)
        self.assertEqual((run.state, run.count_done), ("done", count))
        self.assertEqual(set(run.line_ids.mapped("chunk")), {1})
        return plan, bill

    def test_many_files_take_no_more_queries(self):
        self.billed(3)  # warms what Odoo caches by the way
        few, many = self.billed(3), self.billed(12)
        for step, count, more in zip(("plan", "bill"), few, many, strict=True):
            with self.subTest(step):
                self.assertLessEqual(more, count)
