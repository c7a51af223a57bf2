import { startAuthentication } from "@auth_passkey/../lib/simplewebauthn";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { FormController } from "@web/views/form/form_controller";
import { formView } from "@web/views/form/form_view";

/** A signing dialog: buttons with `passkey` in their context ask for it before. */
export class SignoffPasskeyController extends FormController {
    setup() {
        super.setup();
        this.notification = useService("notification");
    }

    /** @override */
    async beforeExecuteActionButton(clickParams) {
        const saved = await super.beforeExecuteActionButton(...arguments);
        if (saved === false || !clickParams.context?.includes("'passkey'")) {
            return saved;
        }
        const answer = await this.askPasskey();
        if (!answer) {
            return false;
        }
        clickParams.buttonContext = { passkey: JSON.stringify(answer) };
        return saved;
    }

    /** Returns the answer of the passkey, or nothing when there was none. */
    async askPasskey() {
        const { resModel, resId } = this.model.root;
        const options = await this.orm.call(resModel, "passkey_options", [[resId]]);
        try {
            return await startAuthentication(options);
        } catch (error) {
            const text =
                error.name === "NotAllowedError" || error.name === "AbortError"
                    ? _t("No passkey was given, so nothing was signed.")
                    : _t(
                          "This browser cannot use a passkey at this address, so nothing was signed. Please sign with your password."
                      );
            this.notification.add(text, { type: "warning" });
        }
    }
}

registry.category("views").add("signoff_passkey_form", {
    ...formView,
    Controller: SignoffPasskeyController,
});
