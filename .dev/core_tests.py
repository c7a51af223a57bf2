"""`./dev core-tests`: Odoo's own tests with the suite installed, against without it."""

import xml.etree.ElementTree as ElementTree
from collections import Counter

import modules
import paths
import templates
import testing

COMPARED = ("sale", "sale_stock", "sale_mrp", "mrp", "stock", "repair", "account")
# pytest's exit codes: all passed, some failed.
RAN = (0, 1)


def run(odoo, wanted):
    """Run the modules' tests on both databases and compare; 0 when nothing differs."""
    targets = [odoo.module_folder(name) / "tests" for name in wanted or COMPARED]
    without = _outcomes("without the suite", templates.layer1(), targets)
    with_suite = _outcomes("with the suite", templates.suite(modules.suite()), targets)
    return report(without, with_suite)


def _outcomes(label, template, targets):
    """Outcome of each test: passed, failed or skipped, by its name."""
    name = label.replace(" ", "-")
    # Below it, tests have names that tell their modules apart.
    root = targets[0].parents[1]
    result = paths.LOGS / f"core-tests-{name}.xml"
    with testing.database(template) as database:
        testing.pytest_logged(
            f"Odoo's own tests {label}",
            database,
            [*testing.WORKERS, f"--rootdir={root}", f"--junitxml={result}", *targets],
            f"core-tests-{name}",
            RAN,
        )
    return read(result)


def read(result):
    """Outcomes in a JUnit file."""
    found = {}
    for case in ElementTree.parse(result).iter("testcase"):
        test = f"{case.get('classname')}.{case.get('name')}"
        kinds = {child.tag for child in case}
        if kinds & {"failure", "error"}:
            found[test] = "failed"
        elif "skipped" in kinds:
            found.setdefault(test, "skipped")
        else:
            found.setdefault(test, "passed")
    return found


def report(without, with_suite):
    """Print both results and every test whose outcome differs."""
    for label, outcomes in (("without", without), ("with", with_suite)):
        counts = Counter(outcomes.values())
        print(
            f"{label + ' the suite:':19} {counts['passed']} passed, "
            f"{counts['failed']} failed, {counts['skipped']} skipped"
        )
    tests = sorted(without.keys() | with_suite.keys())
    differing = [test for test in tests if without.get(test) != with_suite.get(test)]
    for test in differing:
        before, after = without.get(test, "not run"), with_suite.get(test, "not run")
        print(f"  {test}: {before} without, {after} with the suite")
    print(f"{len(differing)} of {len(tests)} tests differ.")
    return 1 if differing else 0
