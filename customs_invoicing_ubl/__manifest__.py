{
    "name": "Customs Invoicing: e-invoices",
    "version": "19.0.1.0.0",
    "category": "Accounting/Accounting",
    "summary": "E-invoices of customs charges name the declarations, orders and "
    "invoices that they refer to",
    "author": "customs_invoicing contributors",
    "license": "LGPL-3",
    "depends": ["customs_invoicing", "account_edi_ubl_cii"],
    "data": ["data/cii_templates.xml"],
    "auto_install": True,
}
