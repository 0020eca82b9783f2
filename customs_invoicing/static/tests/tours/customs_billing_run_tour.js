import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

const TO_BILL = "button[data-menu-xmlid='customs_invoicing.menu_customs_to_bill']";

function openMenu(xmlid, title) {
    return [
        ...stepUtils.goToAppSteps("customs_invoicing.menu_customs_root", "Open Customs"),
        {
            content: "open the menu To bill",
            trigger: TO_BILL,
            run: "click",
        },
        {
            content: `open ${title}`,
            trigger: `.o-dropdown--menu .dropdown-item[data-menu-xmlid='customs_invoicing.${xmlid}']`,
            run: "click",
        },
        {
            trigger: `.o_breadcrumb .active:contains(${title})`,
        },
    ];
}

/* Files that are ready are selected and handed over to the background. */
registry.category("web_tour.tours").add("customs_invoicing_billing_run", {
    url: "/odoo",
    steps: () => [
        ...openMenu("menu_customs_ready_to_bill", "Ready to bill"),
        {
            content: "three files are ready, the fourth is not; select them",
            trigger: ".o_list_view .o_data_row:nth-child(3):contains(CUS/)",
        },
        {
            trigger: ".o_list_view:not(:has(.o_data_row:nth-child(4))) thead .o_list_record_selector input",
            run: "click",
        },
        {
            content: "bill them in the background",
            trigger: "button[name=action_bill_in_background]",
            run: "click",
        },
        {
            content: "the run opens with its files; start it",
            trigger: ".o_form_view .o_field_widget[name=line_ids] .o_data_row:nth-child(3):contains(Waiting)",
        },
        {
            trigger: ".o_form_view button[name=action_start]",
            run: "click",
        },
        {
            content: "it is running, and says so",
            trigger: ".o_form_view .o_arrow_button_current:contains(Running)",
        },
        {
            trigger: ".o_form_view .alert:contains(working in the background)",
        },
    ],
});

/* Afterwards the run says what became of each file. */
registry.category("web_tour.tours").add("customs_invoicing_billing_run_result", {
    url: "/odoo",
    steps: () => [
        ...openMenu("menu_customs_billing_runs", "Billing runs"),
        {
            content: "open the run, which is done",
            trigger: ".o_list_view .o_data_row:contains(Done) .o_data_cell[name=name]",
            run: "click",
        },
        {
            content: "it says how many were billed",
            trigger: ".o_form_view .o_field_widget[name=summary]:contains(2 billed, 1 failed)",
        },
        {
            content: "and why one was not",
            trigger: ".o_form_view .o_data_row:contains(Failed):contains(Not this one)",
        },
        {
            content: "try that one again",
            trigger: ".o_form_view button[name=action_retry]",
            run: "click",
        },
        {
            content: "do it at once, without waiting for the scheduled action",
            trigger: ".o_form_view button[name=action_process_now]",
            run: "click",
        },
        {
            content: "now all are billed",
            trigger: ".o_form_view .o_field_widget[name=summary]:contains(3 files: 3 billed; 3 invoices)",
        },
        {
            content: "open the invoices",
            trigger: ".o_form_view button[name=action_view_invoices]",
            run: "click",
        },
        {
            trigger: ".o_list_view .o_data_row:nth-child(3)",
        },
    ],
});

/* What is blocked is listed with the reason, and billed anyway by who may. */
registry.category("web_tour.tours").add("customs_invoicing_blocked", {
    url: "/odoo",
    steps: () => [
        ...openMenu("menu_customs_blocked", "Blocked, and why"),
        {
            content: "the file says why it is blocked; open it",
            trigger: ".o_list_view .o_data_row:contains(assessed otherwise) .o_data_cell[name=name]",
            run: "click",
        },
        {
            content: "the banner says it too",
            trigger: ".o_form_view [name=billing_blockers]:contains(assessed otherwise)",
        },
        {
            content: "look at the differences, and come back",
            trigger: ".o_form_view [name=billing_blockers] button[name=action_view_differences]",
            run: "click",
        },
        {
            trigger: ".o_list_view .o_data_row",
        },
        {
            trigger: ".o_breadcrumb a:contains(CUS/), .breadcrumb-item a:contains(CUS/)",
            run: "click",
        },
        {
            content: "bill it anyway",
            trigger: ".o_form_view [name=billing_blockers] button[name=action_release_billing]",
            run: "click",
        },
        {
            content: "say why",
            trigger: ".modal .o_field_widget[name=reason] input",
            run: "edit Agreed with the client",
        },
        {
            trigger: ".modal button[name=action_release_and_bill]",
            run: "click",
        },
        {
            content: "the invoice opens",
            trigger: ".o_form_view button[name=action_post]:contains(Confirm)",
        },
    ],
});
