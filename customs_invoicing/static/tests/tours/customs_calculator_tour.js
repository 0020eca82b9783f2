import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

function pick(field, text) {
    return [
        {
            content: `look for ${text}`,
            trigger: `div[name=${field}] input`,
            run: `edit ${text}`,
        },
        {
            content: `take ${text}`,
            trigger: `.o-autocomplete--dropdown-menu .dropdown-item:contains(${text})`,
            run: "click",
        },
    ];
}

registry.category("web_tour.tours").add("customs_invoicing_calculator", {
    url: "/odoo",
    steps: () => [
        ...stepUtils.goToAppSteps("customs_invoicing.menu_customs_root", "Open Customs"),
        {
            content: "open the menu of the tariff",
            trigger: ".o_main_navbar button[data-menu-xmlid='customs_invoicing.menu_customs_tariff']",
            run: "click",
        },
        {
            content: "the calculator is the first entry",
            trigger: ".o-dropdown--menu [data-menu-xmlid='customs_invoicing.menu_customs_calculator']",
            run: "click",
        },
        ...pick("tariff_id", "Tariff of Demo"),
        {
            content: "it says what to fill in",
            trigger: ".o_customs_empty:contains(the tariff code)",
        },
        ...pick("code", "Sparkling"),
        {
            content: "the path of the code is shown",
            trigger: "div[name=code_path]:contains(Wine › Sparkling)",
        },
        {
            content: "the rate is there before any value",
            trigger: ".o_customs_options tr[data-type='103'] .o_customs_total:contains(unknown)",
        },
        {
            content: "type a value",
            trigger: "div[name=value] input",
            run: "edit 1000 && press Tab",
        },
        {
            content: "amounts appear at once",
            trigger: ".o_customs_options tr[data-type='103'] .o_customs_total:contains(265.00)",
        },
        ...pick("origin_id", "Japan"),
        {
            content: "the preference of this origin is an option, not claimed",
            trigger: ".o_customs_options tr[data-type='142']:not(.o_customs_chosen):contains(claim preference 300)",
        },
        {
            content: "nothing was claimed",
            trigger: ".o_customs_sum:contains(265.00)",
        },
        {
            content: "suppose it is claimed",
            trigger: ".o_customs_options tr[data-type='142']",
            run: "click",
        },
        {
            content: "it is chosen, and the taxes follow",
            trigger: ".o_customs_options tr[data-type='142'].o_customs_chosen",
        },
        {
            content: "the total is that of the preference",
            trigger: ".o_customs_sum:contains(173.00)",
        },
        {
            content: "compare with another origin",
            trigger: ".o_customs_origins button:contains(Chile)",
            run: "click",
        },
        {
            content: "its rate stands beside",
            trigger: ".o_customs_options tr[data-origin='CL'] .o_customs_total:contains(196.00)",
            run: "click",
        },
        {
            content: "a click switches to it",
            trigger: ".o_customs_options tr[data-origin='CL'].o_customs_chosen",
        },
        {
            content: "the origin was filled in, the claim taken back",
            trigger: ".o_customs_sum:contains(196.00)",
        },
        {
            content: "leave without saving anything",
            trigger: ".o_main_navbar .o_menu_brand, .o_main_navbar [data-section]:contains(Declarations)",
            run: "click",
        },
        {
            content: "the list of declarations",
            trigger: ".o_control_panel button:contains(Upload)",
        },
    ],
});
