import { Component } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

const VERIFIER = "customs_invoicing.group_customs_verifier";

/**
 * Why a file is not billed yet, each reason with the button that puts it right, and one
 * to bill it anyway for those who may.
 */
export class CustomsBlockers extends Component {
    static template = "customs_invoicing.Blockers";
    static props = { ...standardFieldProps };

    setup() {
        this.action = useService("action");
        this.state = {};
        user.hasGroup(VERIFIER).then((isVerifier) => {
            this.state.isVerifier = isVerifier;
            this.render();
        });
    }

    get rows() {
        return this.props.record.data[this.props.name] || [];
    }

    get stops() {
        return this.rows.filter((row) => !row.warning && !row.released);
    }

    get rest() {
        return this.rows.filter((row) => row.warning || row.released);
    }

    get canRelease() {
        return this.state.isVerifier && this.stops.some((row) => !row.hard);
    }

    call(name) {
        const { resModel, resId } = this.props.record;
        return this.callOn(resModel, resId, name);
    }

    revoke(row) {
        return this.callOn("customs.billing.release", row.release_id, "action_revoke");
    }

    async callOn(resModel, resId, name) {
        const { record } = this.props;
        if (!(await record.save())) {
            return;
        }
        await this.action.doActionButton({
            type: "object",
            name,
            resModel,
            resId,
            resIds: [resId],
            context: record.context,
            onClose: () => record.load(),
        });
    }
}

registry.category("fields").add("customs_blockers", {
    component: CustomsBlockers,
    supportedTypes: ["json"],
});
