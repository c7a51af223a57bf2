import { onMounted } from "@odoo/owl";
import { patch } from "@web/core/utils/patch";
import { SignatureForm } from "@portal/signature_form/signature_form";

/**
 * A paper is read before it is signed: Odoo puts the cursor into the name, by which the
 * page opens at its end. Where a paper stands above the form, the page stays at its head.
 */
patch(SignatureForm.prototype, {
    setup() {
        super.setup();
        onMounted(() => {
            const page = this.rootRef.el && this.rootRef.el.closest(".o_sheet_page");
            const focused = document.activeElement;
            if (!page || window.location.hash || !page.contains(focused)) {
                return;
            }
            focused.blur();
            for (let el = page.parentElement; el; el = el.parentElement) {
                el.scrollTop = 0;
            }
        });
    },
});
