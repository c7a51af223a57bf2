import { _t } from "@web/core/l10n/translation";

/**
 * Texts that Odoo's Chinese catalogues leave in English, and that every form shows.
 * Where a module has no translation of its own, the web client takes that of another.
 */
export const ODOO_TEXTS = [_t("Missing required fields")];
