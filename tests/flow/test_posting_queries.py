"""Posting an assessment takes the same queries whatever the number of items."""

from posting import CAPACITIES, DOCUMENTS, PostingCase

FEW, MANY = 3, 999


class TestPostingQueries(PostingCase):
    def _assessed(self, capacity, count):
        """Return a file whose every item bears duty and VAT, with one fee."""
        declaration = self.env["customs.declaration"].create(
            {
                "office_id": self.office.id,
                "registration_date": "2026-03-05",
                "capacity": capacity,
                "client_id": self.client.id if capacity != "own" else False,
                "line_ids": [
                    (0, 0, {"number": number, "code": "8516710000"})
                    for number in range(1, count + 1)
                ],
            }
        )
        rows = [("CSF", 45.0, {})]
        for number in range(1, count + 1):
            rows.append(("CID", 10.0, {"number": number, "base": 200.0, "rate": 5.0}))
            rows.append(("VAT", 31.5, {"number": number, "base": 210.0, "rate": 15.0}))
        self.assess(declaration, *rows)
        return declaration

    def queries(self, function, *args):
        """Return the number of queries of a call with an empty cache."""
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        function(*args)
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def assert_same(self, files, function, what):
        """Assert that a call takes as many queries for many items as for few.

        The files before the last two only warm what Odoo caches by the way: a number
        is looked up among those of the entries before it.
        """
        counts = [(len(f.line_ids), self.queries(function, f)) for f in files]
        self.assertEqual(counts[-1][1], counts[-2][1], (what, counts))

    def post(self, declaration):
        declaration.action_post_assessment()

    def read_state(self, declaration):
        declaration.current_assessment_id.read(["state"])

    def test_many_items_take_no_more_queries(self):
        """Posting, posting again, and reading the state: 3 items and 999."""
        files = {
            capacity: [self._assessed(capacity, n) for n in (2, 2, FEW, MANY)]
            for capacity in ("own", "direct")
        }
        for document in DOCUMENTS:
            self.company.customs_assessment_document = document
            for capacity, found in files.items():
                with (
                    self.subTest(f"{capacity} {document}"),
                    self.env.cr.savepoint() as savepoint,
                ):
                    self.assert_same(found, self.post, "post")
                    self.assert_same(found, self.post, "post again")
                    self.assert_same(found, self.read_state, "state")
                    many = found[-1]
                    self.assertEqual(many.current_assessment_id.state, "posted")
                    self.assert_money(many, charged=45.0 + MANY * 41.5)
                    items = {len(f._get_customs_moves().line_ids) for f in found}
                    self.assertEqual(len(items), 1)
                    savepoint.rollback()
                    self.env.invalidate_all(flush=False)

    def test_many_items_of_a_new_version_take_no_more_queries(self):
        files = [self._assessed("own", count) for count in (2, 2, FEW, 60)]
        for declaration in files:
            declaration.action_post_assessment()
            count = len(declaration.line_ids)
            self.assess(
                declaration,
                *(("CID", 12.0, {"number": number}) for number in range(1, count + 1)),
                date="2026-03-09",
            )
        self.assert_same(files, self.post, "version")

    def test_analytic_of_many_items_takes_no_more_queries(self):
        plan = self.env["account.analytic.plan"].create({"name": "Projects"})
        north = self.env["account.analytic.account"].create(
            {"name": "North", "plan_id": plan.id, "company_id": self.company.id}
        )
        files = [self._assessed("own", count) for count in (2, 2, FEW, 60)]
        for declaration in files:
            declaration.line_ids[1:].analytic_distribution = {str(north.id): 100.0}
        self.assert_same(files, self.post, "analytic")

    def test_files_of_every_capacity_posted_together(self):
        """Odoo asks a few things for each move; what is ours is asked once."""
        self.company.customs_assessment_document = "entry"
        model = self.env["customs.declaration"]
        for capacity in CAPACITIES:
            with self.subTest(capacity):
                batches = [
                    model.union(*(self._assessed(capacity, 2) for _file in range(n)))
                    for n in (1, 2, 8)
                ]
                batches[0].action_post_assessment()
                two, eight = (
                    self.queries(batch.action_post_assessment) for batch in batches[1:]
                )
                self.assertLessEqual(eight, two + 6 * 20)
