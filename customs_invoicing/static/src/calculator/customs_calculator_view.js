import { registry } from "@web/core/registry";
import { FormController } from "@web/views/form/form_controller";
import { formView } from "@web/views/form/form_view";

/** A calculator is never saved: neither on leaving it nor by hand. */
class CustomsCalculatorController extends FormController {
    async beforeLeave() {}
    async beforeUnload() {}
    beforeVisibilityChange() {}
}

registry.category("views").add("customs_duty_calculator", {
    ...formView,
    Controller: CustomsCalculatorController,
});
