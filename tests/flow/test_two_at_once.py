"""Two users at the same moment: the second must not go on with older money."""

import psycopg2.errors

from odoo import SUPERUSER_ID, api
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
