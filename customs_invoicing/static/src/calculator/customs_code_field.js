import { AutoComplete } from "@web/core/autocomplete/autocomplete";
import { CharField, charField } from "@web/views/fields/char/char_field";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";

/**
 * A tariff code: digits or words typed are looked up in the nomenclature. What is not
 * found there can be entered all the same, for not every tariff has a nomenclature.
 */
export class CustomsCodeField extends CharField {
    static template = "customs_invoicing.CodeField";
    static components = { ...CharField.components, AutoComplete };
    static props = {
        ...CharField.props,
        tariffField: { type: String, optional: true },
        dateField: { type: String, optional: true },
    };

    setup() {
        super.setup();
        this.orm = useService("orm");
    }

    get tariffId() {
        const tariff = this.props.record.data[this.props.tariffField || "tariff_id"];
        return tariff ? tariff.id : false;
    }

    get day() {
        const day = this.props.dateField && this.props.record.data[this.props.dateField];
        return day ? day.toISODate() : false;
    }

    get sources() {
        return [
            {
                placeholder: _t("Looking it up…"),
                optionSlot: "option",
                options: (request) => this.lookUp(request),
            },
        ];
    }

    async lookUp(request) {
        const text = (request || "").trim();
        if (!this.tariffId || text.length < 2) {
            return [];
        }
        const lines = await this.orm.call("customs.tariff.code", "lookup", [
            this.tariffId,
            text,
            this.day,
        ]);
        return lines.map((line) => ({
            data: line,
            label: line.code,
            onSelect: () => this.update(line.code),
        }));
    }

    onTyped({ inputValue }) {
        return this.update(inputValue);
    }

    update(value) {
        const code = (value || "").replace(/[.\s]/g, "");
        return this.props.record.update({ [this.props.name]: code });
    }
}

registry.category("fields").add("customs_code", {
    ...charField,
    component: CustomsCodeField,
    displayName: _t("Tariff code"),
    supportedTypes: ["char"],
    extractProps: (info, dynamicInfo) => ({
        ...charField.extractProps(info, dynamicInfo),
        tariffField: info.options.tariff,
        dateField: info.options.date,
    }),
});
