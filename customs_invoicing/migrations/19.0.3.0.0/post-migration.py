"""Charges that were passed on before somebody could say who bears them stay so."""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {})
    companies = env["res.company"].search([])
    lines = env["account.move.line"].search(
        [
            ("customs_charge_id.borne_by_us", "=", True),
            ("account_id", "in", companies.customs_disbursement_account_id.ids),
        ]
    )
    charges = lines.customs_charge_id
    # in SQL: a charge on journal entries is guarded against this very change
    cr.execute(
        "UPDATE customs_charge SET borne_by_us = FALSE WHERE id = ANY(%s)",
        [charges.ids],
    )
    charges.invalidate_recordset(["borne_by_us"])
    env.add_to_compute(charges._fields["nature"], charges)
    env.flush_all()
