import { registry } from "@web/core/registry";
import { _t } from "@web/core/l10n/translation";
import { useAutofocus } from "@web/core/utils/hooks";
import { formatMonetary } from "@web/views/fields/formatters";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

import { Component, useState } from "@odoo/owl";

/**
 * Open charges of a customer, file by file, to be ticked for an invoice.
 *
 * The field holds the ids of the ticked charges; what there is to tick, computed by the
 * server, is in the field named by the option "rows".
 */
export class CustomsChargePicker extends Component {
    static template = "customs_invoicing.ChargePicker";
    static props = { ...standardFieldProps, rows: String };

    setup() {
        this.state = useState({ query: "", file: "", readyOnly: false });
        useAutofocus({ refName: "search" });
    }

    get data() {
        return this.props.record.data[this.props.rows] || { files: [] };
    }

    get chosen() {
        return new Set(this.props.record.data[this.props.name] || []);
    }

    /** Files with the charges that pass the filters, without those that have none. */
    get files() {
        const query = this.state.query.trim().toLowerCase();
        const matches = (text) => (text || "").toLowerCase().includes(query);
        return this.data.files
            .filter((file) => !this.state.file || String(file.id) === this.state.file)
            .map((file) => {
                const all = [file.name, file.mrn, file.order, file.client].some(matches);
                const charges = file.charges.filter(
                    (one) =>
                        (all || matches(one.name) || matches(one.evidence)) &&
                        !(this.state.readyOnly && one.problem)
                );
                return { ...file, charges };
            })
            .filter((file) => file.charges.length);
    }

    get counts() {
        const all = this.data.files.flatMap((file) => file.charges);
        const picked = all.filter((one) => this.chosen.has(one.id));
        const sum = (name) => picked.reduce((total, one) => total + one[name], 0);
        return {
            all: all.length,
            blocked: all.filter((one) => one.problem).length,
            picked: picked.length,
            shown: this.files.reduce((total, file) => total + file.charges.length, 0),
            amount: this.money(sum("amount"), this.data.currency),
            price: this.money(sum("price"), this.data.invoice_currency),
        };
    }

    get isForeign() {
        return this.data.currency !== this.data.invoice_currency;
    }

    money(amount, currencyId) {
        return formatMonetary(amount, { currencyId });
    }

    /** "all", "some" or "none" of what can be ticked. */
    ticked(charges) {
        const free = charges.filter((one) => !one.problem);
        const picked = free.filter((one) => this.chosen.has(one.id));
        if (!picked.length) {
            return "none";
        }
        return picked.length === free.length ? "all" : "some";
    }

    isBlocked(file) {
        return file.charges.every((one) => one.problem);
    }

    tick(charges, on) {
        const chosen = this.chosen;
        for (const charge of charges.filter((one) => !one.problem)) {
            if (on) {
                chosen.add(charge.id);
            } else {
                chosen.delete(charge.id);
            }
        }
        return this.props.record.update({ [this.props.name]: [...chosen] });
    }

    toggleFile(file) {
        return this.tick(file.charges, this.ticked(file.charges) !== "all");
    }

    toggle(charge) {
        return this.tick([charge], !this.chosen.has(charge.id));
    }

    tickShown(on) {
        return this.tick(
            this.files.flatMap((file) => file.charges),
            on
        );
    }

    /** A click anywhere on a row ticks it, but not twice. */
    onRowClick(ev, charge) {
        if (!charge.problem && ev.target.tagName !== "INPUT") {
            return this.toggle(charge);
        }
    }

    get searchHint() {
        return _t("File, declaration, order, charge");
    }
}

registry.category("fields").add("customs_charge_picker", {
    component: CustomsChargePicker,
    supportedTypes: ["json"],
    extractProps: ({ options }) => ({ rows: options.rows }),
});
