import { beforeEach, describe, expect, test } from "@odoo/hoot";
import { press, queryAllTexts, queryFirst } from "@odoo/hoot-dom";
import { animationFrame, Deferred } from "@odoo/hoot-mock";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import {
    contains,
    getService,
    makeServerError,
    mountWebClient,
    onRpc,
    patchWithCleanup,
} from "@web/../tests/web_test_helpers";

describe.current.tags("desktop");
defineMailModels();

const REQUIRED = { treatment: "required", owed_days: 0, ruled: true };
const UNRULED = { ...REQUIRED, ruled: false };
const TIERS = [
    { id: 1, name: "A" },
    { id: 2, name: "B" },
];
const SHEET = {
    id: 10,
    name: "Returned sheet",
    who: "Salesperson",
    never_waived: false,
    cells: { 1: { treatment: "owed", owed_days: 5, ruled: true }, 2: UNRULED },
};
const STATEMENT = {
    id: 11,
    name: "Technical statement",
    who: "Technical",
    never_waived: true,
    cells: { 1: REQUIRED, 2: REQUIRED },
};
const BALANCE = {
    id: 12,
    name: "Balance arrived",
    who: "Finance",
    never_waived: false,
    cells: { 1: REQUIRED, 2: REQUIRED },
};

let matrix;
beforeEach(() => {
    matrix = structuredClone({
        editable: true,
        tiers: TIERS,
        gates: [
            { id: 20, name: "To production", requirements: [SHEET, STATEMENT] },
            { id: 21, name: "To ship", requirements: [BALANCE] },
        ],
    });
    onRpc("release.rule", "get_matrix", () => matrix);
});

const cell = (row, column) => `[data-row="${row}"][data-column="${column}"]`;
const button = (row, column) => `${cell(row, column)} button`;

async function openMatrix() {
    await mountWebClient();
    await getService("action").doAction({
        type: "ir.actions.client",
        tag: "customer_tiering.release_matrix",
        name: "Release Rules",
    });
}

async function choose(row, column, treatment) {
    await contains(button(row, column)).click();
    await contains(`.o-dropdown--menu [data-treatment=${treatment}]`).click();
}

function refusal(text) {
    return makeServerError({ type: "ValidationError", message: text });
}

test("each gate is a block of requirements by tiers, every cell in words", async () => {
    await openMatrix();
    expect(queryAllTexts(".o_release_matrix h2")).toEqual(["To production", "To ship"]);
    expect(queryAllTexts("table:first thead th")).toEqual(["Requirement", "A", "B"]);
    expect(`${cell(0, 0)} button`).toHaveText("Owed later");
    expect(`${cell(0, 0)} input`).toHaveValue("5");
    expect(`${cell(0, 1)} button`).toHaveText("Required (no rule)");
    expect(`${cell(0, 1)} button`).toHaveAttribute(
        "aria-label",
        "Returned sheet, tier B, To production: Required (no rule)"
    );
});

test("what is never waived shows a lock and offers no choice", async () => {
    await openMatrix();
    expect(`${cell(1, 0)} .fa-lock`).toHaveCount(1);
    expect(cell(1, 0)).toHaveText("Required");
    expect(`${cell(1, 0)} button`).toHaveCount(0);
});

test("a choice is stored at once and confirmed quietly", async () => {
    onRpc("release.rule", "set_cell", ({ args }) => {
        expect.step(args);
        return 1;
    });
    await openMatrix();
    await choose(0, 1, "waived");
    expect.verifySteps([[2, 20, 10, "waived", 0]]);
    expect(button(0, 1)).toHaveText("Waived");
    expect(`${cell(0, 1)} .o_release_saved`).not.toHaveClass("invisible");
    expect(".o_release_matrix [role=status]").toHaveText(
        "Saved: Returned sheet, tier B: Waived"
    );
    expect(".o_notification").toHaveCount(0);
});

test("owed later asks for working days and stores each change of them", async () => {
    onRpc("release.rule", "set_cell", ({ args }) => {
        expect.step(args);
        return 1;
    });
    await openMatrix();
    await choose(2, 0, "owed");
    expect.verifySteps([[1, 21, 12, "owed", 5]]);
    await contains(`${cell(2, 0)} input`).edit("12");
    expect.verifySteps([[1, 21, 12, "owed", 12]]);
});

test("what the server refuses is said and taken back", async () => {
    onRpc("release.rule", "set_cell", () => {
        throw refusal("Balance cannot be waived");
    });
    await openMatrix();
    await choose(2, 0, "waived");
    await animationFrame();
    expect(".o_notification").toHaveText(/Balance cannot be waived/);
    expect(button(2, 0)).toHaveText("Required");
    expect(".o_release_saved:not(.invisible)").toHaveCount(0);
});

test("days that are refused, or no number, are taken back", async () => {
    onRpc("release.rule", "set_cell", () => {
        expect.step("set_cell");
        throw refusal("needs the number of working days");
    });
    await openMatrix();
    await contains(`${cell(0, 0)} input`).edit("0");
    await animationFrame();
    expect(`${cell(0, 0)} input`).toHaveValue("5");
    expect.verifySteps(["set_cell"]);
    await contains(`${cell(0, 0)} input`).edit("two");
    expect(`${cell(0, 0)} input`).toHaveValue("5");
    expect.verifySteps([]);
    expect(".o_notification").toHaveCount(2);
});

test("days that were typed are stored when the screen is left", async () => {
    onRpc("release.rule", "set_cell", ({ args }) => {
        expect.step(args);
        return 1;
    });
    await openMatrix();
    await contains(`${cell(0, 0)} input`).edit("9", { confirm: false });
    expect.verifySteps([]);
    await contains(".o_control_panel button:contains(As a List)").focus();
    expect.verifySteps([[1, 20, 10, "owed", 9]]);
});

test("the matrix is printed as it stands", async () => {
    patchWithCleanup(window, { print: () => expect.step("print") });
    await openMatrix();
    await contains(".o_release_print").click();
    expect.verifySteps(["print"]);
});

test("two quick changes reach the server one after the other", async () => {
    const first = new Deferred();
    onRpc("release.rule", "set_cell", async ({ args }) => {
        expect.step(args[3]);
        await first;
        return 1;
    });
    await openMatrix();
    await choose(2, 0, "waived");
    await choose(2, 0, "required");
    expect.verifySteps(["waived"]);
    first.resolve();
    await animationFrame();
    expect.verifySteps(["required"]);
    expect(button(2, 0)).toHaveText("Required");
});

test("arrows walk over the cells, across locks and gates", async () => {
    await openMatrix();
    queryFirst(button(0, 0)).focus();
    await press("ArrowRight");
    expect(button(0, 1)).toBeFocused();
    await press("ArrowDown");
    expect(button(2, 1)).toBeFocused();
    await press("ArrowLeft");
    expect(button(2, 0)).toBeFocused();
    await press("ArrowUp");
    expect(button(0, 0)).toBeFocused();
});

test("who may not change the rules reads them", async () => {
    matrix.editable = false;
    await openMatrix();
    expect(".o_release_matrix table button").toHaveCount(0);
    expect(".o_release_matrix table input").toHaveCount(0);
    expect(cell(0, 0)).toHaveText("Owed later, within 5 working days");
    expect(cell(0, 1)).toHaveText("Required (no rule)");
});

test("without tiers the screen says how to begin", async () => {
    matrix.tiers = [];
    await openMatrix();
    expect(".o_nocontent_help").toHaveText(/No tiers yet/);
    expect(".o_nocontent_help button").toHaveText("Make the Tiers");
});

test("a gate that nobody gave a requirement is said to stay shut", async () => {
    matrix.gates[1].requirements = [];
    await openMatrix();
    expect("section:eq(1)").toHaveText(/No requirement is set up for this gate/);
});
