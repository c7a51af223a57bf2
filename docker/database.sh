# Sourced by demo.sh and test.sh inside Odoo's official image.
set -eu

suite=$(cd /mnt/extra-addons && printf '%s,' */ | tr -d /)
suite=${suite%,}
upstream=sale_management,sale_mrp,sale_stock,stock,mrp,repair,account,spreadsheet_dashboard
export PGHOST="$HOST" PGUSER="$USER" PGPASSWORD="$PASSWORD"

# The image's own entry adds the database's address to Odoo's arguments.
odoo_once() { /entrypoint.sh odoo --no-http --stop-after-init "$@"; }

sql() { psql --quiet --set ON_ERROR_STOP=1 --dbname "$1" --command "$2"; }

exists() {
  [ "$(psql -At -d postgres -c "SELECT 1 FROM pg_database WHERE datname = '$1'")" = 1 ]
}
