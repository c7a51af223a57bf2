import { expect, test } from "@odoo/hoot";
import { queryAllTexts } from "@odoo/hoot-dom";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { contains, defineModels, fields, models, mountView } from "@web/../tests/web_test_helpers";

const MET = {
    code: "balance",
    name: "Balance arrived",
    state: "met",
    state_name: "met",
    treatment: "required",
    days: 0,
    detail: "",
    who: "Finance",
    where: "Accounting",
    since: "11/21/26, 9:00 AM",
};
const MISSING = {
    ...MET,
    code: "clearance",
    name: "Finance clearance",
    state: "missing",
    state_name: "missing",
    detail: "USD 120 open",
};
const OWED = {
    ...MET,
    code: "sheet",
    name: "Returned sheet",
    state: "owed",
    state_name: "owed later",
    treatment: "owed",
    days: 5,
};

const DATED = { ...OWED, code: "dated", due: "12/4/2026" };
const EXCEPTED = {
    ...MISSING,
    code: "deposit",
    name: "Deposit arrived",
    state: "excepted",
    state_name: "excepted",
    by: "Daniel Hsu",
    until: "12/4/26, 5:30 PM",
};

class Order extends models.Model {
    name = fields.Char();
    gate = fields.Selection({
        selection: [
            ["open", "Open"],
            ["blocked", "Blocked"],
            ["free", "Not controlled"],
        ],
    });
    gate_lines = fields.Json();
    _records = [
        { id: 1, gate: "blocked", gate_lines: [MET, OWED, MISSING] },
        { id: 2, gate: "open", gate_lines: [MET, OWED] },
        { id: 3, gate: "open", gate_lines: [MET] },
        { id: 4, gate: "blocked", gate_lines: false },
        { id: 5, gate: "free", gate_lines: false },
        { id: 6, gate: "open", gate_lines: [MET, EXCEPTED, DATED] },
    ];
}

defineMailModels();
defineModels([Order]);

const ARCH = `
    <form>
        <field name="name"/>
        <field name="gate" invisible="1"/>
        <field name="gate_lines" widget="release_gate"/>
    </form>`;

const mountGate = (resId, arch = ARCH) =>
    mountView({ type: "form", resModel: "order", resId, arch });

test("a blocked gate names first what is missing, from whom, where, since when", async () => {
    await mountGate(1);
    expect(".o_release_gate_headline").toHaveText("Blocked: 1 thing missing");
    expect(".o_release_gate > ul > li:eq(0)").toHaveAttribute("data-state", "missing");
    expect(".o_release_gate > ul > li:eq(0)").toHaveText(/Finance clearance – missing/);
    expect(".o_release_gate > ul > li:eq(0)").toHaveText(/USD 120 open/);
    expect(queryAllTexts(".o_release_gate > ul > li:eq(0) .list-inline-item")).toEqual([
        "From Finance",
        "Accounting",
        "Waiting since 11/21/26, 9:00 AM",
    ]);
});

test("an open gate says what is still owed, and by when", async () => {
    await mountGate(2);
    expect(".o_release_gate_headline").toHaveText("Open: 1 thing still owed");
    expect(".o_release_gate [data-state=owed]").toHaveText(
        /Returned sheet – owed within 5 working days of the release/
    );
});

test("what is owed names its date, what is excepted who signed it and until when", async () => {
    await mountGate(6);
    expect(".o_release_gate [data-state=owed]").toHaveText(
        /Returned sheet – owed by 12\/4\/2026/
    );
    expect(".o_release_gate [data-state=excepted]").toHaveText(
        /Deposit arrived – excepted by Daniel Hsu until 12\/4\/26, 5:30 PM/
    );
    expect(queryAllTexts(".o_release_gate [data-state=excepted] .list-inline-item")).toEqual([
        "From Finance",
        "Accounting",
        "Waiting since 11/21/26, 9:00 AM",
    ]);
});

test("a gate with everything there is open", async () => {
    await mountGate(3);
    expect(".o_release_gate_headline").toHaveText("Open");
    expect(".o_release_gate [data-state=met]").toHaveText(/Balance arrived – met/);
});

test("a gate without any requirement is not called open", async () => {
    await mountGate(4);
    expect(".o_release_gate_headline").toHaveText(
        "Blocked: no requirement is set up for this gate"
    );
});

test("a record outside the rules is not controlled; one being changed is unknown", async () => {
    await mountGate(5);
    expect(".o_release_gate_headline").toHaveText("Not controlled");
    await contains(".o_field_widget[name=name] input").edit("changed");
    expect(".o_release_gate_headline").toHaveText("Save to see what is missing");
});

test("the gate's field may have another name and need not be in the view", async () => {
    const field = `<field name="gate_lines" widget="release_gate"
        options="{'gate_field': 'gate'}"/>`;
    await mountGate(4, `<form>${field}</form>`);
    expect(".o_release_gate").toHaveAttribute("data-gate", "blocked");
});

test("without the gate's field the rows decide", async () => {
    await mountGate(1, `<form><field name="gate_lines" widget="release_gate"/></form>`);
    expect(".o_release_gate").toHaveAttribute("data-gate", "blocked");
});
