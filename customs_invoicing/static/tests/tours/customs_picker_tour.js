import { registry } from "@web/core/registry";

const row = (text) => `.modal .o_customs_picker_row:contains(${text})`;

registry.category("web_tour.tours").add("customs_invoicing_picker", {
    url: "/odoo/customer-invoices/new",
    steps: () => [
        {
            content: "choose the customer on the standard invoice",
            trigger: ".o_field_widget[name=partner_id] input",
            run: "edit Harbour Home Goods",
        },
        {
            trigger: ".ui-menu-item a:contains(Harbour Home Goods)",
            run: "click",
        },
        {
            content: "open the picker",
            trigger: ".o_form_view button[name=action_add_customs_charges].btn-primary",
            run: "click",
        },
        {
            content: "all that is ready is ticked; the unposted file says why it is not",
            trigger: ".modal .o_customs_picker_total:contains(8 of 9 selected)",
        },
        {
            trigger: ".modal .o_customs_picker_group .o_customs_picker_problem:contains(not posted)",
        },
        {
            trigger: ".modal .o_customs_picker_row.text-muted input:disabled",
        },
        {
            content: "see one file only",
            trigger: ".modal .o_customs_picker_search",
            run: "edit ORDER-2",
        },
        {
            trigger: ".modal .o_customs_picker table:not(:has(tbody ~ tbody))",
        },
        {
            content: "untick what is shown",
            trigger: ".modal .o_customs_picker_none",
            run: "click",
        },
        {
            trigger: ".modal .o_customs_picker_total:contains(shown, 4 selected)",
        },
        {
            content: "its duty goes on this invoice all the same; a click on the row ticks it",
            trigger: row("CID"),
            run: "click",
        },
        {
            trigger: ".modal .o_customs_picker_total:contains(5 selected):contains(382.50)",
        },
        {
            content: "back to all files: what was ticked there still is",
            trigger: ".modal .o_customs_picker_search",
            run: "edit TEST1",
        },
        {
            content: "untick the service of the first file with its box",
            trigger: `${row("Customs clearance")}:first input`,
            run: "click",
        },
        {
            trigger: ".modal .o_customs_picker_total:contains(4 of 9 selected):contains(302.50)",
        },
        {
            content: "a partly ticked file is ticked in full by its heading",
            trigger: ".modal .o_customs_picker_group:first input",
            run: "click",
        },
        {
            trigger: ".modal .o_customs_picker_total:contains(5 of 9 selected)",
        },
        {
            trigger: ".modal button[name=action_add]",
            run: "click",
        },
        {
            content: "the lines are on the invoice, each file under its heading",
            trigger:
                ".o_form_view .o_field_widget[name=invoice_line_ids] .o_is_line_section:contains(ORDER-2)",
        },
        {
            content: "confirm",
            trigger: ".o_form_view button[name=action_post]:contains(Confirm)",
            run: "click",
        },
        {
            trigger: ".o_form_view .o_arrow_button_current:contains(Posted)",
        },
    ],
});
