import { _t } from "@web/core/l10n/translation";

export const REQUIRED = "required";
export const OWED = "owed";
export const WAIVED = "waived";

/** The days offered when a requirement is first allowed to follow later. */
export const FIRST_OWED_DAYS = 5;

/** The choices of one cell, in the order of trust. Icons never speak alone. */
export const TREATMENTS = [
    { value: REQUIRED, label: _t("Required"), icon: "fa-check-square-o" },
    { value: OWED, label: _t("Owed later"), icon: "fa-clock-o" },
    { value: WAIVED, label: _t("Waived"), icon: "fa-minus-square-o" },
];

export function treatmentOf(value) {
    return TREATMENTS.find((treatment) => treatment.value === value);
}

/**
 * Tell what one cell says, in words that need neither colour nor icon.
 *
 * @param {{treatment: string, owed_days: number, ruled: boolean}} cell
 * @returns {string}
 */
export function cellWords(cell) {
    if (cell.treatment === OWED) {
        return cell.owed_days === 1
            ? _t("Owed later, within 1 working day")
            : _t("Owed later, within %s working days", cell.owed_days);
    }
    if (!cell.ruled) {
        return _t("Required (no rule)");
    }
    return treatmentOf(cell.treatment).label.toString();
}
