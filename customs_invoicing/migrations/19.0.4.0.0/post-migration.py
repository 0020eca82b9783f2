"""Charge codes get their heading, and the new ones their accounts."""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {})
    codes = env["customs.charge.code"].with_context(active_test=False)
    bare = codes.search([("group_id", "=", False)])
    # the headings were not there yet when the column was made
    env.add_to_compute(codes._fields["group_id"], bare)
    env.flush_all()
    for company in env["res.company"].search(
        [("customs_disbursement_account_id", "!=", False)]
    ):
        company.with_company(company)._set_customs_product_accounts()
