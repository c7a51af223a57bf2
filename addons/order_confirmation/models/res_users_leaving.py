"""What somebody who has left was asked to do is done by a colleague (ROL-01)."""

from odoo import api, models

ROLES = "customer_tiering.category_roles"
SUPERVISOR = "customer_tiering.role_supervisor"


class ResUsers(models.Model):
    _inherit = "res.users"

    def action_archive(self):
        """Hand over first what the system asked of them: Odoo deletes their to-dos."""
        self._hand_over_todos()
        return super().action_archive()

    def write(self, vals):
        """Hand over the to-dos of those who are archived without the button."""
        result = super().write(vals)
        if "active" in vals and not vals["active"]:
            self._hand_over_todos()
        return result

    def _hand_over_todos(self):
        """Give the to-dos that the system gave these people to colleagues of theirs.

        Where nobody is left who could do it, the to-do stays as it is.
        """
        todos = (
            self.env["mail.activity"]
            .sudo()
            .search([("user_id", "in", self.ids), ("automated", "=", True)])
        )
        for (user, model), rows in todos.grouped(
            lambda todo: (todo.user_id, todo.res_model)
        ).items():
            if model not in self.env:
                continue
            records = self.env[model].browse(rows.mapped("res_id")).exists()
            for person, found in user._colleagues(records, without=self).items():
                rows.filtered(lambda todo, found=found: todo.res_id in found.ids).write(
                    {"user_id": person.id}
                )

    def _colleagues(self, records, without=None):
        """Return ``{user: records}``: who does in this person's place what is to do.

        Somebody in the same role, who works in the company of the record and may read
        it; where there is none, a supervisor.

        :param records: of one model
        :param without: people who are leaving, too
        """
        self.ensure_one()
        found = {}
        for company, rows in (
            records.sudo()
            .grouped(lambda record: _company_of(record) or self.sudo().company_id)
            .items()
        ):
            rest = rows
            for person in self._who_could(company) - self - (without or self):
                # Who is asked has to see it, whatever rules hold for the document.
                mine = rest.with_user(person).with_company(company)
                mine = mine.with_context(allowed_company_ids=company.ids)
                mine = mine._filtered_access("read").with_env(rest.env)
                if mine:
                    found[person] = found.get(person, records.browse()) | mine
                    rest -= mine
                if not rest:
                    break
        return found

    def _who_could(self, company):
        """Return the people in this person's roles, then supervisors; nearest first."""
        user = self.sudo()
        category = self.env.ref(ROLES)

        def roles(groups):
            return groups.filtered(
                lambda group: group.privilege_id.category_id == category
            )

        own = roles(user.group_ids)
        steps = [*own, *(roles(user.all_group_ids) - own), self.env.ref(SUPERVISOR)]
        people = user.browse()
        for role in steps:
            people |= company._nearest_of(role)
        return people


def _company_of(record):
    return record.company_id if "company_id" in record._fields else None


class ResCompany(models.Model):
    _inherit = "res.company"

    def _nearest_of(self, role):
        """Return the people in a role: who has it, before who has a higher one."""
        self.ensure_one()
        people = self._people_of(role)
        role = role.sudo()
        return people.sorted(lambda user: (role not in user.group_ids, user.id))


class MailActivity(models.Model):
    _inherit = "mail.activity"

    @api.model_create_multi
    def create(self, vals_list):
        """Ask a colleague where the system would ask somebody who has left."""
        return super().create(self._for_those_here(vals_list))

    @api.model
    def _for_those_here(self, vals_list):
        """Return the values with a colleague in the place of who is archived."""
        asked = {
            vals["user_id"]
            for vals in vals_list
            if vals.get("automated") and vals.get("user_id")
        }
        users = self.env["res.users"].sudo().browse(asked)
        gone = users.filtered(lambda user: not user.active)
        return [
            self._for_a_colleague(vals, gone.browse(vals["user_id"]))
            if vals.get("automated") and vals.get("user_id") in gone.ids
            else vals
            for vals in vals_list
        ]

    @api.model
    def _for_a_colleague(self, vals, user):
        model = self.env["ir.model"].sudo().browse(vals.get("res_model_id") or ())
        if not model.model or not vals.get("res_id") or model.model not in self.env:
            return vals
        people = user._colleagues(self.env[model.model].browse(vals["res_id"]))
        return {**vals, "user_id": next(iter(people), user).id}
