import { registry } from "@web/core/registry";
import { CharField, charField } from "@web/views/fields/char/char_field";

import { useEffect } from "@odoo/owl";

/** A password at the end of a dialog: Enter presses the button that asked for it. */
export class SignoffPasswordField extends CharField {
    static props = { ...CharField.props, button: { type: String } };

    setup() {
        super.setup();
        useEffect(
            (input) => {
                const onKeydown = (ev) => this.onKeydown(ev);
                input?.addEventListener("keydown", onKeydown);
                return () => input?.removeEventListener("keydown", onKeydown);
            },
            () => [this.input.el]
        );
    }

    onKeydown(ev) {
        if (ev.key !== "Enter" || ev.isComposing) {
            return;
        }
        ev.preventDefault();
        const dialog = ev.target.closest(".modal-content");
        dialog?.querySelector(`footer button[name="${this.props.button}"]`)?.click();
    }
}

registry.category("fields").add("signoff_password", {
    ...charField,
    component: SignoffPasswordField,
    extractProps: (fieldInfo, dynamicInfo) => ({
        ...charField.extractProps(fieldInfo, dynamicInfo),
        button: fieldInfo.options.button,
    }),
});
