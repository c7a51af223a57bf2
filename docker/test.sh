#!/usr/bin/env bash
# Runs the add-ons' tests with Odoo's own runner on a new database. Those that need a
# browser are in `./dev test`.
. "$(dirname "$0")/database.sh"

dropdb --if-exists --force test
install test "$upstream"
tags=/$(printf '%s' "$suite" | sed 's#,#,/#g')
exec odoo -d test -i "$suite" --test-tags "$tags" --stop-after-init
