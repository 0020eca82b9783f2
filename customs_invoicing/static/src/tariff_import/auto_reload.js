import { Component, onWillUnmount, xml } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

const SECONDS = 2;
const WORKING = ["queued", "running"];

/*
 * Shows how far an import is while somebody looks at it: reads the record again every
 * two seconds as long as a worker has it. Fields being edited are left alone.
 */
export class CustomsAutoReload extends Component {
    static template = xml``;
    static props = { ...standardWidgetProps };

    setup() {
        const timer = setInterval(() => this.reload(), SECONDS * 1000);
        onWillUnmount(() => clearInterval(timer));
    }

    async reload() {
        const { record } = this.props;
        if (!this.isReading && record.resId && WORKING.includes(record.data.state)) {
            if (!(await record.isDirty())) {
                this.isReading = true;
                await record.load().finally(() => (this.isReading = false));
            }
        }
    }
}

registry.category("view_widgets").add("customs_auto_reload", {
    component: CustomsAutoReload,
});
