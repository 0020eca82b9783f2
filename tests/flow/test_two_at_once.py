"""Two users at the same moment: the second must not go on with older money."""

from unittest.mock import patch

import psycopg2.errors

from odoo import SUPERUSER_ID, api
from odoo.exceptions import UserError
from odoo.sql_db import db_connect
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger


@tagged("post_install", "-at_install")
class TestTwoAtOnce(TransactionCase):
    """Uses connections of its own, so what it makes is committed and deleted again."""

    def setUp(self):
        super().setUp()
        self.connection = db_connect(self.env.cr.dbname)
        with self.connection.cursor() as cursor:
            env = api.Environment(cursor, SUPERUSER_ID, {})
            self.file_id = env["customs.declaration"].create({"capacity": "own"}).id
        self.addCleanup(self._delete_file)

    def _delete_file(self):
        with self.connection.cursor() as cursor:
            env = api.Environment(cursor, SUPERUSER_ID, {})
            env["customs.declaration"].browse(self.file_id).unlink()

    def _browse(self, cursor):
        env = api.Environment(cursor, SUPERUSER_ID, {})
        return env["customs.declaration"].browse(self.file_id)

    @mute_logger("odoo.sql_db")
    def test_older_view_of_the_money_is_refused(self):
        with self.connection.cursor() as slow:
            late = self._browse(slow)
            self.assertEqual(late.state, "draft")  # its view of the data starts here
            with self.connection.cursor() as fast:
                self._browse(fast)._lock_for_money()
            # Odoo tries such a request again, now with the new data
            with self.assertRaises(psycopg2.errors.SerializationFailure):
                late._lock_for_money()
            slow.rollback()

    def test_one_after_the_other_is_fine(self):
        for _turn in range(2):
            with self.connection.cursor() as cursor:
                self._browse(cursor)._lock_for_money()
        with self.connection.cursor() as cursor:
            self.assertEqual(self._browse(cursor).money_version, 2)


@tagged("post_install", "-at_install")
class TestTwoPickers(TransactionCase):
    """Two users add the same charge to two invoices, each over a connection."""

    def setUp(self):
        super().setUp()
        self.connection = db_connect(self.env.cr.dbname)
        # a service needs none of the accounts that only outlays need
        gaps = patch.object(
            type(self.env["res.company"]), "_get_customs_setup_gaps", lambda *args: []
        )
        gaps.start()
        self.addCleanup(gaps.stop)
        with self.connection.cursor() as cursor:
            self._create(api.Environment(cursor, SUPERUSER_ID, {}))
        self.addCleanup(self._delete)

    def _create(self, env):
        client = env["res.partner"].create({"name": "Two Pickers Ltd"})
        declaration = env["customs.declaration"].create(
            {"capacity": "direct", "client_id": client.id}
        )
        self._set_state(declaration, "assessed")
        charge = env["customs.charge"].create(
            {
                "declaration_id": declaration.id,
                "charge_code_id": env.ref("customs_invoicing.charge_code_clearance").id,
                "amount": 80.00,
            }
        )
        invoices = env["account.move"].create(
            [{"move_type": "out_invoice", "partner_id": client.id}] * 2
        )
        pickers = [invoice.action_add_customs_charges() for invoice in invoices]
        self.charge_id = charge.id
        self.picker_ids = [action["res_id"] for action in pickers]
        self.made = [invoices, charge, declaration, client]

    def _set_state(self, declaration, state):
        """Skip the assessment, which would need the accounts."""
        env = declaration.env
        env.flush_all()
        env.cr.execute(
            "UPDATE customs_declaration SET state = %s WHERE id = %s",
            [state, declaration.id],
        )
        env.invalidate_all()

    def _delete(self):
        with self.connection.cursor() as cursor:
            env = api.Environment(cursor, SUPERUSER_ID, {})
            env["customs.add.charges"].browse(self.picker_ids).exists().unlink()
            invoices, charge, declaration, client = (
                records.with_env(env) for records in self.made
            )
            self._set_state(declaration, "draft")
            (invoices | charge.move_line_ids.move_id).unlink()
            declaration.unlink()
            client.unlink()

    def _picker(self, cursor, place):
        env = api.Environment(cursor, SUPERUSER_ID, {})
        return env["customs.add.charges"].browse(self.picker_ids[place])

    @mute_logger("odoo.sql_db")
    def test_one_wins_the_other_is_told(self):
        with self.connection.cursor() as slow:
            late = self._picker(slow, 1)
            self.assertEqual(late.chosen_ids, [self.charge_id])
            with self.connection.cursor() as fast:
                self._picker(fast, 0).action_add()
            with self.assertRaises(psycopg2.errors.SerializationFailure):
                late.action_add()
            slow.rollback()
        with self.connection.cursor() as again:  # as Odoo tries it again
            late = self._picker(again, 1)
            with self.assertRaisesRegex(UserError, "is on .* by now"):
                late.action_add()
            self.assertFalse(late.move_id.invoice_line_ids)
            charge = late.env["customs.charge"].browse(self.charge_id)
            self.assertEqual(len(charge.move_line_ids), 1)
            self.assertEqual((charge.amount_in_draft, charge.amount_to_bill), (80, 0))
            again.rollback()
