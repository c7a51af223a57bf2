"""What the suite costs: bare Odoo and this suite, side by side in one run.

    ./dev bench [--most N]
    ./dev bench --jobs

Each step is done for 1, 8 and 80 orders (and N, when given) in three databases: Odoo as
it comes, with the suite and release control off, with the suite and release control on.
With `--jobs`, the two jobs that touch everybody instead, for 100, 1,000 and 10,000:
measuring all customers for their tiers, and writing the slips of sheets that are out.
Printed per step: SQL queries and milliseconds. Queries are the same on every machine;
times are only to be compared with the others of the same run.
"""

import argparse
import json
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / ".dev"))

import databases
import modules
import odoo_command
import templates

SIZES = (1, 8, 80)
VARIANTS = ("bare Odoo", "suite, control off", "suite, control on")
SCENARIO = Path(__file__).with_name("scenario.py")
JOBS = Path(__file__).with_name("jobs.py")
JOB_SIZES = (100, 1_000, 10_000)
MARK = "BENCH "


def run(template, title, code):
    """Run Python source on a copy of the template; what it printed after the mark."""
    name = "bench"
    databases.drop(name)
    databases.copy(template, name)
    try:
        log = odoo_command.script(name, title, "bench", code)
    finally:
        databases.drop(name)
    lines = log.read_text(encoding="utf-8").splitlines()
    return [json.loads(line.split(MARK, 1)[1]) for line in lines if MARK in line]


def measure(variant, template, sizes):
    """Run the scenario on a copy of the template.

    :return: ``{size: [[step, queries, milliseconds], …]}``
    """
    code = SCENARIO.read_text(encoding="utf-8")
    code += f"\nmeasure(env, {variant == VARIANTS[2]}, {list(sizes)})\n"
    found = run(template, f"Measuring {variant}", code)
    return {row["orders"]: row["steps"] for row in found}


def measure_jobs(template, sizes=JOB_SIZES):
    """Print what the jobs cost, a line for each job and number of records."""
    print(f"\n{'':20}{'records':>10}{'written':>10}{'queries':>10}{'seconds':>10}")
    for size in sizes:
        code = SCENARIO.read_text(encoding="utf-8")
        code += JOBS.read_text(encoding="utf-8")
        code += f"\nmeasure_jobs(env, Scene(env, True), {size})\n"
        for job, written, queries, took in run(template, f"Jobs, {size:,}", code):
            print(f"{job:20}{size:10,}{written:10,}{queries:10,}{took:10.1f}")


def table(size, results):
    """Print the steps for one number of orders, a column for each variant."""
    print(f"\n{size} {'order' if size == 1 else 'orders'}")
    print(f"{'':34}" + "".join(f"{variant:>24}" for variant in VARIANTS))
    # The last variant has every step, in the order in which they are done.
    rows = {step: {} for step, *_figures in results[VARIANTS[-1]][size]}
    for variant in VARIANTS:
        for step, queries, milliseconds in results[variant][size]:
            cell = f"{queries} queries {milliseconds:6.0f} ms"
            rows[step][variant] = cell
    for step, cells in rows.items():
        line = "".join(f"{cells.get(variant, '–'):>24}" for variant in VARIANTS)
        print(f"{step:34}{line}")


def main():
    parser = argparse.ArgumentParser(prog="./dev bench")
    parser.add_argument("--most", type=int, help="measure this many orders as well")
    parser.add_argument("--jobs", action="store_true", help="the two jobs instead")
    options = parser.parse_args()
    if options.jobs:
        measure_jobs(templates.suite(modules.suite()))
        return
    sizes = sorted({*SIZES, *([options.most] if options.most else [])})
    suite = templates.suite(modules.suite())
    results = {
        variant: measure(variant, template, sizes)
        for variant, template in zip(
            VARIANTS, (templates.layer1(), suite, suite), strict=True
        )
    }
    for size in sizes:
        table(size, results)


if __name__ == "__main__":
    main()
