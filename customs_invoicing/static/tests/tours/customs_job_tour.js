import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

/** Return a DataTransfer that carries the declaration file the test serves. */
async function declarationFile(name) {
    const response = await fetch(`/customs_test/${name}`);
    const file = new File([await response.blob()], name, { type: "text/xml" });
    const transfer = new DataTransfer();
    transfer.items.add(file);
    return transfer;
}

function openDeclarations() {
    return [
        ...stepUtils.goToAppSteps("customs_invoicing.menu_customs_root", "Open Customs"),
        {
            content: "the list of declarations with its upload button",
            trigger: ".o_control_panel button:contains(Upload)",
        },
    ];
}

function payMove(what) {
    return [
        {
            content: `register the payment of the ${what}`,
            trigger: ".o_form_view button[name=action_register_payment]:enabled",
            run: "click",
        },
        {
            content: `confirm the payment of the ${what}`,
            trigger: ".modal button[name=action_create_payments]",
            run: "click",
        },
        {
            content: `the ${what} is paid`,
            trigger: ".o_form_view .ribbon:contains(/Paid|In payment/i)",
        },
    ];
}

function backToDeclaration() {
    return {
        content: "back to the declaration",
        trigger: ".o_breadcrumb a:contains(CUS/), .breadcrumb-item a:contains(CUS/)",
        run: "click",
    };
}

registry.category("web_tour.tours").add("customs_invoicing_job", {
    url: "/odoo",
    steps: () => [
        ...openDeclarations(),
        {
            content: "upload the assessed declaration",
            trigger: ".o_control_panel:has(button:contains(Upload))",
            async run() {
                const input = document.querySelector(".document_file_uploader.o_input_file");
                input.files = (await declarationFile("sad.xml")).files;
                input.dispatchEvent(new Event("change"));
            },
        },
        {
            content: "the declaration opens, assessed; post it",
            trigger: ".o_form_view button[name=action_post_assessment]",
            run: "click",
        },
        {
            content: "the bill of the authority opens, posted",
            trigger: ".o_form_view .o_arrow_button_current:contains(Posted)",
        },
        ...payMove("bill"),
        backToDeclaration(),
        {
            content: "bill the client",
            trigger: ".o_form_view button[name=action_bill_client]",
            run: "click",
        },
        {
            content: "confirm the client's invoice",
            trigger: ".o_form_view button[name=action_post]:contains(Confirm)",
            run: "click",
        },
        {
            content: "the invoice is posted",
            trigger: ".o_form_view .o_arrow_button_current:contains(Posted)",
        },
        ...payMove("invoice"),
        backToDeclaration(),
        {
            content: "nothing is left on the disbursement account",
            trigger: ".o_form_view div[name=control_balance]:contains(0.00)",
        },
        {
            content: "record the release",
            trigger: ".o_form_view button[name=action_release]",
            run: "click",
        },
        {
            content: "close the file",
            trigger: ".o_form_view button[name=action_close]",
            run: "click",
        },
        {
            content: "the file is closed",
            trigger: ".o_form_view .ribbon:contains(Closed)",
        },
    ],
});

registry.category("web_tour.tours").add("customs_invoicing_drop", {
    url: "/odoo",
    steps: () => [
        ...openDeclarations(),
        {
            content: "drag a declaration over the list",
            trigger: ".o_list_renderer",
            async run() {
                const dataTransfer = await declarationFile("sad.xml");
                this.anchor.dispatchEvent(
                    new DragEvent("dragenter", { dataTransfer, bubbles: true })
                );
            },
        },
        {
            content: "the drop area says what it takes; drop the file",
            trigger: ".o_drop_area:contains(Drop assessed declarations)",
            async run() {
                const dataTransfer = await declarationFile("sad.xml");
                this.anchor.dispatchEvent(
                    new DragEvent("drop", { dataTransfer, bubbles: true })
                );
            },
        },
        {
            content: "the declaration opens",
            trigger: ".o_form_view .o_arrow_button_current:contains(Assessed)",
        },
    ],
});

registry.category("web_tour.tours").add("customs_invoicing_standard_invoice", {
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
            content: "add its open customs charges",
            trigger: ".o_form_view button[name=action_add_customs_charges].btn-primary",
            run: "click",
        },
        {
            content: "all open charges are proposed; add them",
            trigger: ".modal .o_customs_picker_row:contains(CID)",
        },
        {
            trigger: ".modal button[name=action_add]",
            run: "click",
        },
        {
            content: "the lines are on the invoice; confirm it",
            trigger: ".o_form_view .o_field_widget[name=invoice_line_ids] .o_data_row:contains(CID)",
        },
        {
            trigger: ".o_form_view button[name=action_post]:contains(Confirm)",
            run: "click",
        },
        {
            content: "open the file from the invoice",
            trigger: ".o_form_view button[name=action_view_customs_declarations]",
            run: "click",
        },
        {
            content: "the file is billed",
            trigger: ".o_form_view div[name=amount_to_bill]:contains(0.00)",
        },
    ],
});
