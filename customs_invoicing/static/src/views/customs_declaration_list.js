import { registry } from "@web/core/registry";
import { _t } from "@web/core/l10n/translation";
import { FileUploadListRenderer } from "@account/views/file_upload_list/file_upload_list_renderer";
import { fileUploadListView } from "@account/views/file_upload_list/file_upload_list_view";

/**
 * List of declarations that takes declaration files by upload button, by drag and
 * drop and by paste.
 */
export class CustomsDeclarationListRenderer extends FileUploadListRenderer {
    setup() {
        super.setup();
        this.dropZoneTitle = _t("Drop assessed declarations");
        this.dropZoneDescription = _t("ASYCUDA World XML files, one or many");
    }
}

registry.category("views").add("customs_declaration_list", {
    ...fileUploadListView,
    Renderer: CustomsDeclarationListRenderer,
});
