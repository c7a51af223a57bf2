#!/usr/bin/env bash
# Makes the demo company when it is not there, then serves it.
. "$(dirname "$0")/database.sh"

if ! exists demo; then
  # A name of its own until it is whole: an interrupted start begins anew.
  dropdb --if-exists --force building
  install building "$upstream"
  odoo i18n loadlang -d building -l zh_TW zh_CN
  # Only our demo data, none of Odoo's: it asks that all below have theirs.
  sql building "UPDATE ir_module_module SET demo = true WHERE state = 'installed'"
  install building "$suite"
  sql building "UPDATE ir_module_module SET demo = false
                WHERE NOT name = ANY(string_to_array('$suite', ','))"
  # PDFs are made from pages that the container fetches from itself.
  sql building "INSERT INTO ir_config_parameter (key, value)
                VALUES ('report.url', 'http://127.0.0.1:8069')"
  mkdir -p /var/lib/odoo/filestore
  rm -rf /var/lib/odoo/filestore/demo
  [ ! -d /var/lib/odoo/filestore/building ] ||
    mv /var/lib/odoo/filestore/building /var/lib/odoo/filestore/demo
  sql postgres 'ALTER DATABASE building RENAME TO demo'
fi
exec odoo -d demo --db-filter='^demo$' --no-database-list
