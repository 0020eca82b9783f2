"""Charge codes that a company made itself keep their place: the shipped ones of the
same code are taken to be those."""

from lxml import etree

from odoo.tools import file_open

SHIPPED = "customs_invoicing/data/customs_charge_code_more.xml"


def _get_shipped():
    """Return ``[(name of the code, name of its product, code)]`` of the file."""
    with file_open(SHIPPED, "rb") as stream:
        root = etree.parse(stream).getroot()
    return [
        (
            record.get("id"),
            record.find("field[@name='product_id']").get("ref"),
            record.findtext("field[@name='code']"),
        )
        for record in root.iterfind("record[@model='customs.charge.code']")
    ]


def migrate(cr, version):
    for name, product_name, code in _get_shipped():
        cr.execute(
            "SELECT id, product_id FROM customs_charge_code WHERE code = %s", [code]
        )
        for res_id, product_id in cr.fetchall():
            for xml_name, model, found_id in (
                (name, "customs.charge.code", res_id),
                (product_name, "product.product", product_id),
            ):
                cr.execute(
                    """
                    INSERT INTO ir_model_data
                           (module, name, model, res_id, noupdate)
                    VALUES ('customs_invoicing', %s, %s, %s, TRUE)
                        ON CONFLICT DO NOTHING
                    """,
                    [xml_name, model, found_id],
                )
