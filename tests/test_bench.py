"""The measurements of `./dev bench` run, and do what they say they measure."""

import modules
import pytest
import run
import templates


@pytest.fixture(scope="module")
def suite():
    return templates.suite(modules.suite())


def test_one_order_through_all_steps(suite):
    """PLT-07: each step of an order costs something, and the order is confirmed."""
    steps = run.measure(run.VARIANTS[-1], suite, [1])[1]
    names = ["enter", "show list", "sign", "return sheet", "ask gates", "confirm"]
    assert [name for name, *_cost in steps] == names
    assert all(queries > 0 for _name, queries, _time in steps)


def test_the_jobs_write_for_everybody(suite, capsys):
    """TIER-02, ORD-26: every customer gets a proposal, every order its slips."""
    run.measure_jobs(suite, [5])
    measured, slipped = capsys.readouterr().out.splitlines()[-2:]
    # The customer of whom the others are copies is the sixth.
    assert measured.split()[:4] == ["measure", "customers", "5", "6"]
    assert slipped.split()[:3] == ["write", "slips", "5"]
    # Two weeks out, at least the working days of one beyond the day it may stay.
    assert int(slipped.split()[3]) >= 5 * 5
