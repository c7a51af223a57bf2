import { registry } from "@web/core/registry";
import { useBus } from "@web/core/utils/hooks";
import { CharField, charField } from "@web/views/fields/char/char_field";

import { useEffect } from "@odoo/owl";

/**
 * A password at the end of a dialog: Enter presses the button that asked for it.
 *
 * The server keeps no password, so each saving carries it again: else somebody who was
 * refused for another field would correct that one, and lose the password unseen.
 */
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
        useBus(this.props.record.model.bus, "NEED_LOCAL_CHANGES", (ev) =>
            ev.detail.proms.push(this.sendAgain())
        );
    }

    async sendAgain() {
        const { name, record } = this.props;
        const password = this.input.el?.value;
        if (password) {
            await record.update({ [name]: password });
        }
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
