import { formatDate } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { browser } from "@web/core/browser/browser";
import { RPCError } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { Mutex } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { useSetupAction } from "@web/search/action_hook";
import { user } from "@web/core/user";
import { Layout } from "@web/search/layout";
import { getDefaultConfig } from "@web/views/view";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { Component, onWillStart, onWillUnmount, useState, useSubEnv } from "@odoo/owl";
import { moveBetweenCells } from "./cell_navigation";
import { ReleaseCell } from "./release_cell";
import { cellWords } from "./treatments";

const SAVED_SHOWN_MS = 2500;

/** Refusals that a person can act on; anything else is left to Odoo's error dialog. */
const REFUSALS = ["ValidationError", "UserError", "AccessError"].map(
    (name) => `odoo.exceptions.${name}`
);

/** The rules of release as a matrix: a block per gate, requirements by tiers (TIER-03). */
export class ReleaseMatrix extends Component {
    static template = "customer_tiering.ReleaseMatrix";
    static components = { Layout, ReleaseCell };
    static props = { ...standardActionServiceProps };

    setup() {
        useSubEnv({ config: { ...getDefaultConfig(), ...this.env.config } });
        this.orm = useService("orm");
        this.action = useService("action");
        this.notification = useService("notification");
        this.ui = useService("ui");
        this.moveBetweenCells = moveBetweenCells;
        // One write after the other: two quick changes of one cell keep their order.
        this.saving = new Mutex();
        this.pending = 0;
        this.state = useState({ matrix: null, saved: null, announcement: "" });
        useSetupAction({
            beforeLeave: () => this.settle(),
            beforeUnload: (ev) => this.warn(ev),
        });
        onWillStart(() => this.load());
        onWillUnmount(() => browser.clearTimeout(this.savedTimer));
    }

    async load() {
        const matrix = await this.orm.call("release.rule", "get_matrix", []);
        let row = 0;
        for (const gate of matrix.gates) {
            for (const requirement of gate.requirements) {
                requirement.row = row++;
                for (const cell of Object.values(requirement.cells)) {
                    cell.stored = { ...cell };
                }
            }
        }
        this.state.matrix = matrix;
    }

    get matrix() {
        return this.state.matrix;
    }

    /** What a paper on the wall must say: whose rules these are, and of which day. */
    get company() {
        return user.activeCompany.name;
    }

    get today() {
        return formatDate(luxon.DateTime.now());
    }

    cellProps(gate, requirement, tier) {
        const cell = requirement.cells[tier.id];
        const key = `${gate.id}-${requirement.id}-${tier.id}`;
        return {
            cell,
            gate,
            requirement,
            tier,
            editable: this.matrix.editable && tier.editable !== false,
            saved: this.state.saved === key,
            save: (treatment, days, onRefused) =>
                this.save(
                    { key, cell, gate, requirement, tier },
                    { treatment, owed_days: days, ruled: true },
                    onRefused
                ),
            refuseDays: () => this.refuse(_t("Give the working days as a whole number.")),
        };
    }

    /**
     * Show a choice at once, store it, and take it back where the server refuses it.
     *
     * @param {Object} place the cell, with its gate, requirement and tier
     * @param {{treatment: string, owed_days: number, ruled: boolean}} values
     * @param {Function} [onRefused] called after the cell shows again what is stored
     */
    async save({ key, cell, gate, requirement, tier }, values, onRefused = () => {}) {
        Object.assign(cell, values);
        this.pending++;
        try {
            await this.saving.exec(() =>
                this.orm.call("release.rule", "set_cell", [
                    tier.id,
                    gate.id,
                    requirement.id,
                    values.treatment,
                    values.owed_days,
                ])
            );
        } catch (error) {
            Object.assign(cell, cell.stored);
            onRefused();
            if (error instanceof RPCError && REFUSALS.includes(error.exceptionName)) {
                this.refuse(error.data.message);
                return;
            }
            throw error;
        } finally {
            this.pending--;
        }
        cell.stored = { ...values };
        this.confirm(key, requirement, tier, values);
    }

    confirm(key, requirement, tier, values) {
        this.state.saved = key;
        this.state.announcement = _t("Saved: %(requirement)s, tier %(tier)s: %(words)s", {
            requirement: requirement.name,
            tier: tier.name,
            words: cellWords(values),
        });
        browser.clearTimeout(this.savedTimer);
        this.savedTimer = browser.setTimeout(() => {
            this.state.saved = null;
        }, SAVED_SHOWN_MS);
    }

    /** Store days that were typed and not left yet, and wait until all is stored. */
    settle() {
        this.leaveField();
        return this.saving.getUnlockedDef();
    }

    /** The tab is closed: store what was typed; ask to stay while that is under way. */
    warn(ev) {
        this.leaveField();
        if (this.pending) {
            ev.preventDefault();
            ev.returnValue = "Unsaved changes";
        }
    }

    leaveField() {
        const field = document.activeElement;
        if (field?.closest(".o_release_matrix .o_release_days")) {
            field.blur();
        }
    }

    /** Print what is on the screen, without the buttons around it. */
    print() {
        window.print();
    }

    refuse(message) {
        this.notification.add(message, { type: "danger", title: _t("Not changed") });
    }

    openTiers() {
        return this.action.doAction("customer_tiering.customer_tier_action");
    }

    openList() {
        return this.action.doAction("customer_tiering.release_rule_action");
    }
}

registry.category("actions").add("customer_tiering.release_matrix", ReleaseMatrix);
