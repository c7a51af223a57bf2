import { useState } from "@odoo/owl";
import { rpc } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { redirect } from "@web/core/utils/urls";
import { SignatureForm } from "@portal/signature_form/signature_form";

/**
 * Name, drawn signature, and what was short or damaged when the goods arrived.
 */
export class ArrivalForm extends SignatureForm {
    static template = "order_confirmation.ArrivalForm";

    setup() {
        super.setup();
        this.arrival = useState({ remarks: "", busy: false });
    }

    async onClickSubmit() {
        this.arrival.busy = true;
        this.state.error = false;
        try {
            const answer = await rpc(this.props.callUrl, {
                name: this.signature.name,
                signature: this.signature.getSignatureImage().split(",")[1],
                remarks: this.arrival.remarks,
            });
            if (answer.redirect_url) {
                redirect(answer.redirect_url);
            } else {
                this.state.error = answer.error;
            }
        } finally {
            this.arrival.busy = false;
        }
    }
}

registry.category("public_components").add("order_confirmation.arrival_form", ArrivalForm);
