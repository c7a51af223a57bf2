import { _t } from "@web/core/l10n/translation";
import { Dropdown } from "@web/core/dropdown/dropdown";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { Component } from "@odoo/owl";
import {
    cellWords,
    FIRST_OWED_DAYS,
    OWED,
    REQUIRED,
    treatmentOf,
    TREATMENTS,
} from "./treatments";

/** One cell of the matrix: how a requirement is treated for one tier at one gate. */
export class ReleaseCell extends Component {
    static template = "customer_tiering.ReleaseCell";
    static components = { Dropdown, DropdownItem };
    static props = {
        cell: Object,
        requirement: Object,
        tier: Object,
        gate: Object,
        editable: Boolean,
        saved: Boolean,
        save: Function,
        refuseDays: Function,
    };

    setup() {
        this.treatments = TREATMENTS;
    }

    get locked() {
        return this.props.requirement.never_waived && this.props.cell.treatment === REQUIRED;
    }

    get current() {
        return treatmentOf(this.props.cell.treatment);
    }

    get isOwed() {
        return this.props.cell.treatment === OWED;
    }

    get unruled() {
        return !this.props.cell.ruled;
    }

    get words() {
        return cellWords(this.props.cell);
    }

    /** What a screen reader says: the words of row and column come along. */
    get label() {
        return _t("%(requirement)s, tier %(tier)s, %(gate)s: %(words)s", {
            requirement: this.props.requirement.name,
            tier: this.props.tier.name,
            gate: this.props.gate.name,
            words: this.locked ? this.current.label : this.words,
        });
    }

    get daysLabel() {
        return _t("Working days for %(requirement)s, tier %(tier)s, %(gate)s", {
            requirement: this.props.requirement.name,
            tier: this.props.tier.name,
            gate: this.props.gate.name,
        });
    }

    get daysUnit() {
        return this.props.cell.owed_days === 1 ? _t("working day") : _t("working days");
    }

    choose(treatment) {
        const days = treatment === OWED ? this.props.cell.owed_days || FIRST_OWED_DAYS : 0;
        return this.props.save(treatment, days);
    }

    changeDays(ev) {
        const text = ev.target.value.trim();
        if (/^-?\d+$/.test(text)) {
            return this.props.save(OWED, Number(text), () => this.showDays(ev.target));
        }
        this.showDays(ev.target);
        this.props.refuseDays();
    }

    showDays(input) {
        input.value = this.props.cell.owed_days;
    }
}
