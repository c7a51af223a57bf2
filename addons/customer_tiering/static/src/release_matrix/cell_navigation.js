import { localization } from "@web/core/l10n/localization";

const STEPS = {
    ArrowUp: [-1, 0],
    ArrowDown: [1, 0],
    ArrowLeft: [0, -1],
    ArrowRight: [0, 1],
};

function stepOf(ev) {
    if (ev.altKey || ev.ctrlKey || ev.metaKey || ev.shiftKey || !STEPS[ev.key]) {
        return null;
    }
    const [down, along] = STEPS[ev.key];
    // Inside the box with the days, left and right move the caret.
    if (along && ev.target.tagName === "INPUT") {
        return null;
    }
    return [down, localization.direction === "rtl" ? -along : along];
}

/**
 * Move the focus to the neighbouring cell, over cells that cannot be changed.
 *
 * Cells are elements with `data-row` and `data-column`, counted over all blocks.
 *
 * @param {KeyboardEvent} ev heard on the element around all cells
 */
export function moveBetweenCells(ev) {
    const step = stepOf(ev);
    const cell = ev.target.closest("[data-row]");
    // An open list of choices uses the arrows itself.
    if (!step || !cell || ev.target.ariaExpanded === "true") {
        return;
    }
    let row = Number(cell.dataset.row);
    let column = Number(cell.dataset.column);
    let next;
    do {
        row += step[0];
        column += step[1];
        next = ev.currentTarget.querySelector(
            `[data-row="${row}"][data-column="${column}"]`
        );
    } while (next && !next.querySelector("button"));
    if (next) {
        ev.preventDefault();
        next.querySelector("button").focus();
    }
}
