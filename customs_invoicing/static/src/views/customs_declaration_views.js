import { registry } from "@web/core/registry";
import { _t } from "@web/core/l10n/translation";
import { FileUploadKanbanController } from "@account/views/file_upload_kanban/file_upload_kanban_controller";
import { FileUploadKanbanRenderer } from "@account/views/file_upload_kanban/file_upload_kanban_renderer";
import { fileUploadKanbanView } from "@account/views/file_upload_kanban/file_upload_kanban_view";
import { FileUploadListController } from "@account/views/file_upload_list/file_upload_list_controller";
import { FileUploadListRenderer } from "@account/views/file_upload_list/file_upload_list_renderer";
import { fileUploadListView } from "@account/views/file_upload_list/file_upload_list_view";

/*
 * Lists and kanbans of declarations take declaration files by upload button, by drag
 * and drop and by paste. Who may not create declarations sees no upload button.
 */

const withUploadRight = (Controller) =>
    class extends Controller {
        get hideUploadButton() {
            return !this.props.archInfo.activeActions.create;
        }
    };

const withDropText = (Renderer) =>
    class extends Renderer {
        setup() {
            super.setup();
            this.dropZoneTitle = _t("Drop assessed declarations");
            this.dropZoneDescription = _t("ASYCUDA World XML files, one or many");
        }
    };

registry.category("views").add("customs_declaration_list", {
    ...fileUploadListView,
    Controller: withUploadRight(FileUploadListController),
    Renderer: withDropText(FileUploadListRenderer),
});

registry.category("views").add("customs_declaration_kanban", {
    ...fileUploadKanbanView,
    Controller: withUploadRight(FileUploadKanbanController),
    Renderer: withDropText(FileUploadKanbanRenderer),
});
