"""Queries do not grow with items, and as little as Odoo allows with files."""

from collections import Counter

from common import CustomsCase, build_sad, item, tax

from odoo.tests import Form

MONEY = (
    "amount_expected",
    "amount_assessed",
    "amount_payable",
    "amount_charged",
    "amount_billed",
    "amount_service_billed",
    "amount_to_bill",
    "control_balance",
    "amount_paid",
    "amount_received",
    "billing_state",
    "settlement_state",
)
OTHER = (
    "display_name",
    "line_count",
    "difference_count",
    "current_assessment_id",
    "has_unposted_assessment",
    "warning_message",
    "blocking_message",
    "purchase_order_count",
    "sale_order_count",
    "authority_move_count",
    "client_move_count",
    "payment_count",
)
#: Queries that may come on top for many: Odoo creates and reads in chunks
SLACK = 6


def items(count):
    """Return items with freight, a document, duty and VAT; codes differ."""
    return [
        item(
            code=f"85167{number:05d}",
            price="100.00",
            freight="1.00",
            taxes=[tax("CID", rate="5"), tax("VAT", "+", "15")],
        )
        for number in range(count)
    ]


class TestQueryCounts(CustomsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for number in range(10):
            cls._create_measure(cls.duty_type, f"8516700{number:03d}", 5)
        cls._import_once(0, 1)  # what is cached for all that follow

    # === HELPERS === #

    @classmethod
    def _import_once(cls, number, count, assessment="4802"):
        content = build_sad(
            items(count),
            office="TEST1",
            registration=("C", str(number), "3/5/26"),
            reference=("2026", f"JOB-{number}"),
            assessment=("A", assessment, "3/6/26"),
        )
        return cls.env["customs.declaration"].import_files([("sad.xml", content)])

    def files(self, count, start=100):
        """Return files of two items each."""
        declarations = self.env["customs.declaration"]
        for number in range(start, start + count):
            declarations += self._import_once(number, 2)
        return declarations

    def queries(self, function, *args):
        """Return ``(number of queries, result)`` of a call with an empty cache."""
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        result = function(*args)
        self.env.flush_all()
        return self.env.cr.sql_log_count - before, result

    def assert_same(self, few, many, slack=0, **what):
        """Assert that many need no more queries than few."""
        with self.subTest(**what):
            self.assertLessEqual(many, few + slack)

    def worked(self, count, start):
        """Return files posted, billed and paid, all in the same way."""
        declarations = self.files(count, start)
        self.env["customs.charge"].create(
            [
                {
                    "declaration_id": declaration.id,
                    "charge_code_id": self.service_code.id,
                    "amount": 80.00,
                }
                for declaration in declarations
            ]
        )
        declarations.action_post_assessment()
        invoices = declarations.action_create_invoices()
        invoices.invoice_date = "2026-03-10"
        invoices.action_post()
        self.pay(invoices)
        self.pay(declarations._get_authority_moves())
        return declarations

    # === LISTS === #

    def test_reading_fields_of_many_files_takes_no_more_queries(self):
        few, many = self.worked(2, 100), self.worked(8, 200)
        declarations = self.env["customs.declaration"]
        for fields in (*([name] for name in (*MONEY, *OTHER)), [*MONEY, *OTHER]):
            two, _values = self.queries(declarations.browse(few.ids).read, fields)
            eight, values = self.queries(declarations.browse(many.ids).read, fields)
            self.assert_same(two, eight, fields=fields)
        self.assertLess(eight, 60)
        for row in values:  # nor is anything left out: duty 11.12, VAT 35.00, fee 45.00
            self.assertEqual(
                (row["amount_charged"], row["amount_billed"], row["control_balance"]),
                (91.12, 91.12, 0.0),
            )
            self.assertEqual(
                (row["amount_paid"], row["amount_received"]), (91.12, 183.12)
            )
            self.assertEqual(row["settlement_state"], "settled")
            self.assertEqual(
                (
                    row["authority_move_count"],
                    row["client_move_count"],
                    row["payment_count"],
                ),
                (1, 1, 2),
            )

    def test_list_view_takes_no_more_queries(self):
        many = self.worked(8, 200)
        declarations = self.env["customs.declaration"]
        arch = self.env.ref("customs_invoicing.customs_declaration_view_list")
        view = declarations.get_view(arch.id, "list")
        fields = view["models"]["customs.declaration"]
        spec = {name: {} for name in fields}
        counts = [
            self.queries(declarations.web_search_read, [("id", "in", ids)], spec)[0]
            for ids in (many[:2].ids, many.ids)
        ]
        self.assert_same(*counts)

    def test_charges_and_assessments_of_many_files_take_no_more_queries(self):
        few, many = self.worked(2, 100), self.worked(8, 200)
        for name in ("charge_ids", "assessment_ids", "duty_line_ids", "line_ids"):
            model = few[name].browse()
            two, _values = self.queries(model.browse(few[name].ids).read)
            eight, _values = self.queries(model.browse(many[name].ids).read)
            self.assert_same(two, eight, name=name)

    def test_filters_take_no_more_queries_with_more_files(self):
        declarations = self.env["customs.declaration"]
        filters = {
            "to bill": [("amount_to_bill", "!=", 0)],
            "nothing to bill": [("amount_to_bill", "=", 0)],
            "control not zero": [("control_balance", "!=", 0)],
            "to post": [("has_unposted_assessment", "=", True)],
            "charges to bill": [("charge_ids.amount_to_bill", "!=", 0)],
        }
        self.files(2, 100).action_post_assessment()
        unposted = self.files(2, 200)
        few = {
            name: self.queries(declarations.search, filters[name]) for name in filters
        }
        posted = self.files(8, 300)
        posted.action_post_assessment()
        self.files(8, 400)
        many = {
            name: self.queries(declarations.search, filters[name]) for name in filters
        }
        for name in filters:
            self.assert_same(few[name][0], many[name][0], filter=name)
        self.assertEqual(len(few["to bill"][1]), 2)
        self.assertEqual(len(many["to bill"][1]), 10)
        self.assertEqual(many["to bill"][1], many["control not zero"][1])
        self.assertEqual(many["to bill"][1], many["charges to bill"][1])
        everything = declarations.search([])
        self.assertEqual(
            set(many["nothing to bill"][1]), set(everything - many["to bill"][1])
        )
        self.assertLessEqual(set(unposted), set(many["to post"][1]))
        self.assertFalse(set(posted) & set(many["to post"][1]))

    def test_searched_amounts_are_the_computed_ones(self):
        """What the database says about open amounts agrees with the fields."""
        states = self.files(6, 100)
        states[1:].action_post_assessment()
        states[2].action_create_invoices()
        self.bill(states[3])
        self.add_service(states[4], 80.00)
        self.add_service(states[5], 0.00)
        self.add_service(states[0], 10.00)
        reversal = (
            states[3]
            ._get_client_moves()
            ._reverse_moves([{"invoice_date": "2026-03-12"}])
        )
        reversal.action_post()
        self.env.invalidate_all()
        for field in ("amount_to_bill", "control_balance"):
            expected = states.filtered(lambda d, f=field: d[f])
            found = states.search([("id", "in", states.ids), (field, "!=", 0)])
            self.assertEqual(set(found), set(expected), field)
            rest = states.search([("id", "in", states.ids), (field, "=", 0)])
            self.assertEqual(set(rest), set(states - expected), field)
        charges = states.charge_ids
        expected = charges.filtered("amount_to_bill")
        found = charges.search([("id", "in", charges.ids), ("amount_to_bill", "!=", 0)])
        self.assertEqual(set(found), set(expected))
        self.assertTrue(expected and charges - expected)

    def test_open_charges_of_an_invoice_are_looked_up_among_its_client(self):
        few = self.env["account.move"].create(
            {"move_type": "out_invoice", "partner_id": self.client.id}
        )
        self.files(2, 100).action_post_assessment()
        two, _values = self.queries(few.read, ["customs_open_charge_count"])
        self.files(8, 200).action_post_assessment()
        many, values = self.queries(few.read, ["customs_open_charge_count"])
        self.assertEqual(values[0]["customs_open_charge_count"], 30)
        self.assert_same(two, many)

    # === ITEMS === #

    def test_import_of_many_items_takes_no_more_queries(self):
        few, _declaration = self.queries(self._import_once, 1, 3)
        many, declaration = self.queries(self._import_once, 2, 60)
        self.assert_same(few, many, SLACK, step="first")
        self.assertEqual(len(declaration.line_ids), 60)
        self.assertEqual(len(declaration.duty_line_ids), 121)
        self.assertLess(many, 150)

    def test_new_version_with_many_items_takes_no_more_queries(self):
        for number, count in ((1, 3), (2, 60), (3, 3)):
            self._import_once(number, count)
        self._import_once(3, 3, "4900")  # what only versions need is cached
        few, _declaration = self.queries(self._import_once, 1, 3, "4900")
        many, declaration = self.queries(self._import_once, 2, 60, "4900")
        self.assert_same(few, many, SLACK, step="version")
        self.assertEqual(declaration.assessment_ids.mapped("version"), [2, 1])
        same, _declaration = self.queries(self._import_once, 2, 60, "4900")
        self.assertLess(same, 25)

    def test_calculating_many_items_takes_no_more_queries(self):
        few, many = self._import_once(1, 3), self._import_once(2, 60)
        self.queries(few.action_calculate)
        counts = []
        for declaration in (few, many):
            declaration.registration_date = "2026-03-07"
            self.measure_of_the_day()
            counts.append(self.queries(declaration.action_calculate)[0])
        self.assert_same(*counts, SLACK)
        self.assertEqual(many.amount_expected, 1460.40)  # 60 × (6.67 + 17.67)

    def measure_of_the_day(self):
        """Make every amount change, so every duty line is written."""
        measures = self.env["customs.measure"].search(
            [("measure_type_id", "=", self.duty_type.id)]
        )
        measures.rate_percent = 6

    def test_form_of_many_items_takes_no_more_queries(self):
        few, many = self._import_once(1, 3), self._import_once(2, 60)
        Form(few)
        declarations = self.env["customs.declaration"]
        counts = [
            self.queries(lambda record: Form(record), declarations.browse(file.ids))[0]
            for file in (few, many)
        ]
        self.assert_same(*counts)

    def test_posting_and_billing_many_items_takes_no_more_queries(self):
        warm, few, many = (
            self._import_once(number, count)
            for number, count in ((1, 2), (2, 3), (3, 60))
        )
        for step in ("action_post_assessment", "action_create_invoices"):
            getattr(warm, step)()
            counts = [self.queries(getattr(file, step))[0] for file in (few, many)]
            self.assert_same(*counts, step=step)
        self.assertEqual(len(many._get_authority_moves().invoice_line_ids), 3)

    # === MANY FILES AT ONCE === #

    def test_steps_over_many_files_grow_little_per_file(self):
        """Per file Odoo itself asks for numbers, analytics and matches of its move."""
        warm, few, many = self.files(2, 100), self.files(2, 200), self.files(8, 300)
        limits = {
            "action_calculate": 0,
            "action_post_assessment": 7,
            "action_create_invoices": 5,
            "action_release": 0,
        }
        for step, limit in limits.items():
            getattr(warm, step)()
            two, _result = self.queries(getattr(few, step))
            eight, _result = self.queries(getattr(many, step))
            self.assert_same(two, eight, 6 * limit, step=step)
        invoices = [file._get_client_moves() for file in (warm, few, many)]
        for moves in invoices:
            moves.invoice_date = "2026-03-10"
        invoices[0].action_post()
        two, eight = (self.queries(moves.action_post)[0] for moves in invoices[1:])
        self.assert_same(two, eight, 6 * 6, step="post invoices")
        warm.action_close()
        two, eight = (self.queries(file.action_close)[0] for file in (few, many))
        self.assert_same(two, eight, step="action_close")
        self.assertEqual(Counter(many.mapped("state")), {"closed": 8})
        self.assertEqual(set(many.mapped("control_balance")), {0.0})

    def test_one_invoice_for_many_files_grows_little_per_file(self):
        declarations = self.files(12, 100)
        declarations.action_post_assessment()
        counts = []
        for files in (declarations[:2], declarations[2:4], declarations[4:]):
            invoice = self.env["account.move"].create(
                {"move_type": "out_invoice", "partner_id": self.client.id}
            )
            wizard = self.env["customs.add.charges"].create({"move_id": invoice.id})
            wizard.chosen_ids = files.charge_ids.ids
            counts.append(self.queries(wizard.action_add)[0])
            charged = invoice.invoice_line_ids.filtered("customs_charge_id")
            self.assertEqual(len(charged), 3 * len(files))
            headings = invoice.invoice_line_ids - charged
            self.assertEqual(headings.customs_declaration_id, files)
        self.assert_same(*counts[1:], 6 * 4)

    def test_amounts_survive_a_company_without_exchange_journal(self):
        declaration = self.files(1)
        declaration.action_post_assessment()
        self.company.currency_exchange_journal_id = False
        self.assert_money(declaration, charged=91.12, control_balance=91.12)
