import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { Component } from "@odoo/owl";

const ICONS = {
    missing: "fa-times-circle text-danger",
    owed: "fa-clock-o text-warning",
    excepted: "fa-unlock-alt text-warning",
    met: "fa-check-circle text-success",
    waived: "fa-minus-circle text-muted",
    not_needed: "fa-circle-o text-muted",
};

/** What somebody has to act on comes first; within a state the gate's order stays. */
const ORDER = Object.keys(ICONS);

/**
 * What a gate answers, on a form (TIER-05): open or blocked, and each requirement.
 *
 * For Json fields whose rows are those of `sale.order.release_status()`. The state of
 * the gate is read from the field named by the option `gate_field`; by default from the
 * field of the same name without `_lines`, where the view has it.
 */
export class ReleaseGateField extends Component {
    static template = "customer_tiering.ReleaseGateField";
    static props = { ...standardFieldProps, gateField: { type: String, optional: true } };

    get rows() {
        const rows = [...(this.props.record.data[this.props.name] || [])];
        return rows.sort((one, other) => ORDER.indexOf(one.state) - ORDER.indexOf(other.state));
    }

    get gate() {
        const field = this.props.gateField || this.props.name.replace(/_lines$/, "");
        const { data, isNew, dirty } = this.props.record;
        const gate = field === this.props.name ? undefined : data[field];
        if (["open", "blocked"].includes(gate)) {
            return gate;
        }
        if (gate === undefined && this.rows.length) {
            return this.count("missing") ? "blocked" : "open";
        }
        // A record under change is not asked about; saving answers.
        return isNew || dirty ? "unsaved" : "free";
    }

    get headline() {
        const missing = this.count("missing");
        const owed = this.count("owed");
        switch (this.gate) {
            case "blocked":
                return missing === 1
                    ? _t("Blocked: 1 thing missing")
                    : _t("Blocked: %s things missing", missing);
            case "open":
                if (!owed) {
                    return _t("Open");
                }
                return owed === 1
                    ? _t("Open: 1 thing still owed")
                    : _t("Open: %s things still owed", owed);
            case "unsaved":
                return _t("Save to see what is missing");
        }
        return _t("Not controlled");
    }

    get headlineIcon() {
        return {
            blocked: "fa-lock text-danger",
            open: "fa-unlock text-success",
            unsaved: "fa-question-circle-o text-muted",
            free: "fa-circle-o text-muted",
        }[this.gate];
    }

    /** A gate nobody gave a requirement stays shut; say so instead of "0 missing". */
    get emptyGate() {
        return this.gate === "blocked" && !this.rows.length;
    }

    count(state) {
        return this.rows.filter((row) => row.state === state).length;
    }

    icon(row) {
        return ICONS[row.state] || "fa-circle-o text-muted";
    }

    isWaited(row) {
        return ["missing", "owed", "excepted"].includes(row.state);
    }

    isQuiet(row) {
        return ["waived", "not_needed"].includes(row.state);
    }

    stateWords(row) {
        if (row.state === "excepted" && row.until) {
            return _t("excepted by %(name)s until %(moment)s", {
                name: row.by,
                moment: row.until,
            });
        }
        if (row.state === "owed" && row.due) {
            return _t("owed by %s", row.due);
        }
        if (row.state !== "owed" || !row.days) {
            return row.state_name;
        }
        return row.days === 1
            ? _t("owed within 1 working day of the release")
            : _t("owed within %s working days of the release", row.days);
    }

    fromWords(row) {
        return _t("From %s", row.who);
    }

    sinceWords(row) {
        return this.isWaited(row)
            ? _t("Waiting since %s", row.since)
            : _t("Since %s", row.since);
    }
}

export const releaseGateField = {
    component: ReleaseGateField,
    displayName: _t("Release Gate"),
    supportedTypes: ["json"],
    supportedOptions: [
        {
            label: _t("Gate field"),
            name: "gate_field",
            type: "field",
            availableTypes: ["selection"],
            help: _t("The field that says whether the gate is open, blocked or free."),
        },
    ],
    isEmpty: () => false,
    fieldDependencies: ({ options }) =>
        options.gate_field
            ? [{ name: options.gate_field, type: "selection", readonly: true }]
            : [],
    extractProps: ({ options }) => ({ gateField: options.gate_field }),
};

registry.category("fields").add("release_gate", releaseGateField);
