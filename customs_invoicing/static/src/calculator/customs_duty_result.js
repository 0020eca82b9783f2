import { registry } from "@web/core/registry";
import { _t } from "@web/core/l10n/translation";
import { browser } from "@web/core/browser/browser";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

import { Component } from "@odoo/owl";

/**
 * The answer of the duty calculator: options side by side, the chosen one tax by tax,
 * what was flagged. A click on an option supposes it, in the fields beside.
 */
export class CustomsDutyResult extends Component {
    static template = "customs_invoicing.DutyResult";
    static props = { ...standardFieldProps };

    setup() {
        this.action = useService("action");
        this.notification = useService("notification");
    }

    get result() {
        return this.props.record.data[this.props.name] || {};
    }

    get unknown() {
        return _t("unknown");
    }

    /** A comparison of one origin needs no column that repeats it. */
    get hasOrigins() {
        return new Set(this.result.options.map((option) => option.origin)).size > 1;
    }

    suppose(option) {
        return this.props.record.update(option.use);
    }

    onKeydown(ev, option) {
        if (ev.key === "Enter") {
            this.suppose(option);
        }
    }

    take(line) {
        return this.props.record.update({ code: line.code });
    }

    compare(country) {
        return this.props.record.data.compare_origin_ids.addAndRemove({ add: [country.id] });
    }

    openMeasure(key) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "customs.measure",
            res_id: key,
            views: [[false, "form"]],
        });
    }

    /** Put both tables on the clipboard, ready to be pasted into a spreadsheet. */
    async copy() {
        const { options, duties, currency, total } = this.result;
        const rows = [
            [
                _t("Origin"),
                _t("Option"),
                _t("Rate"),
                _t("Duty"),
                _t("All taxes"),
                _t("Saving"),
                _t("Missing"),
                currency,
            ],
            ...options.map((one) => [
                one.origin_name,
                one.name,
                one.rate,
                one.amount,
                one.total || this.unknown,
                one.saving,
                one.missing.join("; "),
                one.is_chosen ? _t("as declared") : "",
            ]),
            [],
            [_t("Tax"), _t("Measure"), _t("Base"), _t("Rate"), _t("Amount"), _t("Explanation")],
            ...duties.map((one) => [
                one.tax_code,
                one.name,
                one.base,
                one.rate,
                one.amount || this.unknown,
                one.explanation,
            ]),
            [_t("Total"), "", "", "", total || this.unknown],
        ];
        const text = rows.map((row) => row.join("\t")).join("\n");
        try {
            await browser.navigator.clipboard.writeText(text);
        } catch {
            const words = _t("This browser does not allow it: mark the tables and copy them.");
            this.notification.add(words, { type: "warning" });
            return;
        }
        this.notification.add(_t("Copied. Paste it into a spreadsheet."), { type: "success" });
    }
}

registry.category("fields").add("customs_duty_result", {
    component: CustomsDutyResult,
    supportedTypes: ["json"],
});

/** Today's codes of a product in every tariff, as data computed by the server. */
export class CustomsCurrentCodes extends Component {
    static template = "customs_invoicing.CurrentCodes";
    static props = { ...standardFieldProps };

    get rows() {
        return this.props.record.data[this.props.name] || [];
    }
}

registry.category("fields").add("customs_current_codes", {
    component: CustomsCurrentCodes,
    supportedTypes: ["json"],
});
