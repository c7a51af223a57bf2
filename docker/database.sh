# Sourced by demo.sh and test.sh inside Odoo's official image.
set -eu

suite=$(cd /mnt/extra-addons && printf '%s,' */ | tr -d /)
suite=${suite%,}
upstream=sale_management,sale_mrp,sale_stock,stock,mrp,repair,stock_picking_batch,account,spreadsheet_dashboard

# Read by psql and by Odoo 19 alike. Odoo is called without the image's entry point,
# whose arguments for the database not every command of Odoo takes.
export PGHOST="$HOST" PGUSER="$USER" PGPASSWORD="$PASSWORD"

install() { odoo --no-http --stop-after-init -d "$1" -i "$2"; }

sql() { psql --quiet --set ON_ERROR_STOP=1 --dbname "$1" --command "$2"; }

exists() {
  [ "$(psql -At -d postgres -c "SELECT 1 FROM pg_database WHERE datname = '$1'")" = 1 ]
}
