"""PostgreSQL itself refuses to alter or delete evidence.

Server actions can run SQL as the application's own database role; this stops what
slips past the ORM. Who owns the database can still switch it off, which is what the
verification of the chain is for.
"""

from odoo.tools import SQL

_SIGNATURE = """
CREATE OR REPLACE FUNCTION signoff_evidence_guard() RETURNS trigger AS $$
BEGIN
    RAISE EXCEPTION 'Signatures are evidence: they stay as they were given'
          USING ERRCODE = 'insufficient_privilege';
END $$ LANGUAGE plpgsql;

-- The shortcut for lists may only follow a fact that is on record.
CREATE OR REPLACE FUNCTION signoff_state_guard() RETURNS trigger AS $$
BEGIN
    IF NEW.state IS NOT DISTINCT FROM OLD.state OR OLD.state = 'valid' AND EXISTS (
        SELECT 1 FROM signoff_signature c
         WHERE c.target_id = OLD.id AND c.kind = NEW.state
    ) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'Signatures are evidence: no fact puts row % in state %',
          OLD.id, NEW.state USING ERRCODE = 'insufficient_privilege';
END $$ LANGUAGE plpgsql;

CREATE OR REPLACE TRIGGER signoff_evidence_guard
BEFORE DELETE OR UPDATE OF %s ON signoff_signature
FOR EACH ROW EXECUTE FUNCTION signoff_evidence_guard();

CREATE OR REPLACE TRIGGER signoff_truncate_guard
BEFORE TRUNCATE ON signoff_signature
FOR EACH STATEMENT EXECUTE FUNCTION signoff_evidence_guard();

CREATE OR REPLACE TRIGGER signoff_state_guard
BEFORE UPDATE OF state ON signoff_signature
FOR EACH ROW EXECUTE FUNCTION signoff_state_guard();
"""

_CHAIN = """
CREATE OR REPLACE FUNCTION signoff_chain_guard() RETURNS trigger AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.company_id = OLD.company_id AND (
        NEW.last_no > OLD.last_no
        OR NEW.last_no = OLD.last_no AND NEW.last_digest = OLD.last_digest
    ) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'The chain of signatures only grows'
          USING ERRCODE = 'insufficient_privilege';
END $$ LANGUAGE plpgsql;

CREATE OR REPLACE TRIGGER signoff_chain_guard
BEFORE DELETE OR UPDATE ON signoff_chain
FOR EACH ROW EXECUTE FUNCTION signoff_chain_guard();

CREATE OR REPLACE TRIGGER signoff_chain_truncate_guard
BEFORE TRUNCATE ON signoff_chain
FOR EACH STATEMENT EXECUTE FUNCTION signoff_chain_guard();
"""

FUNCTIONS = ("signoff_evidence_guard", "signoff_state_guard", "signoff_chain_guard")


def protect_signatures(cr, columns):
    """Refuse to change these columns of a signature, or to delete one."""
    names = SQL(", ").join(map(SQL.identifier, columns))
    cr.execute(SQL(_SIGNATURE.replace("%", "%%").replace("OF %%s", "OF %s"), names))


def protect_chain(cr):
    """Refuse to take the head of a chain back."""
    cr.execute(_CHAIN)


def release(cr):
    """Take the guards out of the database."""
    for name in FUNCTIONS:
        cr.execute(SQL("DROP FUNCTION IF EXISTS %s() CASCADE", SQL.identifier(name)))
