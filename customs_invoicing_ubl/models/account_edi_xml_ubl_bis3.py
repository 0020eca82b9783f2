from odoo import models

#: UNTDID 1001: the document is an object that the line is about
INVOICED_OBJECT = "130"

#: UNTDID 1153: that object is a customs declaration
CUSTOMS_DECLARATION = "ABT"

#: Name of the attribute that holds the kind of service, after the list of its codes
SERVICE_CODE = "UNCL7161"

#: Documents of BIS Billing 3; debit notes are not among them
DOCUMENTS = ("invoice", "credit_note")


def _as_list(node):
    """Return the nodes of a tag, which may hold one or several, or none."""
    return [node] if isinstance(node, dict) else list(node or ())


def _get_invoice_number(reference):
    """Return the number in a reference to an invoice."""
    document = reference.get("cac:InvoiceDocumentReference") or {}
    return (document.get("cbc:ID") or {}).get("_text")


class AccountEdiXmlUblBis3(models.AbstractModel):
    """E-invoices of customs charges name what they correct and their declarations."""

    _inherit = "account.edi.xml.ubl_bis3"

    def _add_invoice_header_nodes(self, document_node, vals):
        result = super()._add_invoice_header_nodes(document_node, vals)
        if vals["document_type"] in DOCUMENTS:
            self._add_customs_billing_references(document_node, vals["invoice"])
            self._add_customs_order_number(document_node, vals["invoice"])
        return result

    def _add_customs_billing_references(self, document_node, invoice):
        """Name the invoices that this one supplements or corrects (BG-3)."""
        corrected = invoice._get_customs_corrected_moves()
        if not corrected:
            return
        # what Odoo states is the free text of the reference, where it states anything
        texts = {invoice.ref, *corrected.mapped("name")}
        others = [
            node
            for node in _as_list(document_node.get("cac:BillingReference"))
            if _get_invoice_number(node) not in texts
        ]
        document_node["cac:BillingReference"] = others + [
            {
                "cac:InvoiceDocumentReference": {
                    "cbc:ID": {"_text": move.name},
                    "cbc:IssueDate": {"_text": move.invoice_date},
                }
            }
            for move in corrected
        ]

    def _add_customs_order_number(self, document_node, invoice):
        """Name the client's order (BT-13) rather than a number of our own."""
        node = (document_node.get("cac:OrderReference") or {}).get("cbc:ID")
        if node:
            node["_text"] = invoice._get_customs_order_number(node["_text"])

    def _add_invoice_line_nodes(self, document_node, vals):
        if vals["document_type"] in DOCUMENTS:
            lines = vals["invoice"].invoice_line_ids
            vals["customs_facts"] = lines._get_customs_facts()
        return super()._add_invoice_line_nodes(document_node, vals)

    def _get_invoice_line_node(self, vals):
        line_node = super()._get_invoice_line_node(vals)
        line = vals["base_line"].get("record")
        if facts := line and vals.get("customs_facts", {}).get(line):
            self._add_customs_line_nodes(line_node, facts)
        return line_node

    def _add_customs_line_nodes(self, line_node, facts):
        """Add the declaration (BT-128), the classification and the kind of service."""
        if facts.declaration and not line_node.get("cac:DocumentReference"):
            line_node["cac:DocumentReference"] = {
                "cbc:ID": {
                    "_text": facts.declaration,
                    "schemeID": CUSTOMS_DECLARATION,
                },
                "cbc:DocumentTypeCode": {"_text": INVOICED_OBJECT},
            }
        item = line_node["cac:Item"]
        if facts.classification:
            item["cac:CommodityClassification"] = [
                *_as_list(item.get("cac:CommodityClassification")),
                {
                    "cbc:ItemClassificationCode": {
                        "_text": facts.classification,
                        "listID": facts.scheme,
                    }
                },
            ]
        if facts.service_code:
            item["cac:AdditionalItemProperty"] = [
                *_as_list(item.get("cac:AdditionalItemProperty")),
                {
                    "cbc:Name": {"_text": SERVICE_CODE},
                    "cbc:Value": {"_text": facts.service_code},
                },
            ]

    def _export_invoice_constraints(self, invoice, vals):
        constraints = super()._export_invoice_constraints(invoice, vals)
        codes = invoice.invoice_line_ids._get_customs_charge_codes()
        problems = self.env["customs.charge.code"].union(*codes.values())
        constraints["customs_item_classification"] = "\n".join(
            problems._get_classification_problems()
        )
        return constraints
