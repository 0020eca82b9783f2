"""Every button of a screen can be pressed."""

from common import CustomsCase


class TestButtons(CustomsCase):
    def test_buttons_call_methods_of_records(self):
        """A browser hands over the records: a method of the model would refuse."""
        views = self.env["ir.ui.view"].search(
            [("model_data_id.module", "=like", "customs_invoicing%")]
        )
        while views.inherit_id:
            views = views.filtered(lambda view: not view.inherit_id) | views.inherit_id
        wrong, pressed = [], set()
        for view in views.filtered("model"):
            for model, name in self._find_buttons(view):
                if not model.startswith("customs.") and "customs" not in name:
                    continue  # somebody else's
                pressed.add((model, name))
                method = getattr(self.env[model], name, None)
                if method is None or getattr(method, "_api_model", False):
                    wrong.append(f"{view.xml_id}: {model}.{name}")
        self.assertIn(("customs.fee.period", "action_count_month"), pressed)
        self.assertIn(("customs.charge", "action_why_this_price"), pressed)
        self.assertFalse(wrong)

    def _find_buttons(self, view):
        """Yield the model and method of the buttons of a view, as it is shown."""
        for button in view._get_combined_arch().iter("button"):
            if button.get("type") != "object":
                continue
            model = view.model
            for node in reversed(list(button.iterancestors("field"))):
                field = self.env[model]._fields[node.get("name")]
                model = field.comodel_name or model
            yield model, button.get("name")
