"""Actions that open records on the screen, as every button needs them."""


def form_of(record):
    """Return the action that opens one record in its form."""
    return {
        "type": "ir.actions.act_window",
        "res_model": record._name,
        "res_id": record.id,
        "views": [(False, "form")],
    }


def listed(model, domain, name, kinds=("list", "form"), **context):
    """Return the action that lists the records of a model that a domain names."""
    return {
        "type": "ir.actions.act_window",
        "name": name,
        "res_model": model,
        "views": [(False, kind) for kind in kinds],
        "domain": domain,
        "context": context,
    }


def shown(records, name):
    """Return the action that shows one record in its form, and several as a list."""
    if len(records) == 1:
        return {**form_of(records), "name": name}
    return listed(records._name, [("id", "in", records.ids)], name)


def dialog(model, name, **defaults):
    """Return the action that opens a dialog, with what its fields begin with."""
    return {
        "type": "ir.actions.act_window",
        "name": name,
        "res_model": model,
        "views": [(False, "form")],
        "target": "new",
        "context": {f"default_{field}": value for field, value in defaults.items()},
    }


def letter(records, name, template, **context):
    """Return the action that opens Odoo's composer with a letter about the records.

    :param str template: the XML id of the mail template
    :param context: what the composer is told besides
    """
    return {
        "type": "ir.actions.act_window",
        "name": name,
        "res_model": "mail.compose.message",
        "views": [(False, "form")],
        "target": "new",
        "context": {
            "default_model": records._name,
            "default_res_ids": records.ids,
            "default_composition_mode": "comment",
            "default_template_id": records.env.ref(template).id,
            "force_email": True,
            **context,
        },
    }
