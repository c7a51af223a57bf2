{
    "name": "Written Sign-off by Passkey",
    "summary": "Signing with a passkey instead of the password",
    "version": "19.0.1.0.0",
    "category": "Productivity",
    "license": "LGPL-3",
    "author": "Order Confirmation Suite",
    "depends": ["written_signoff", "auth_passkey"],
    "auto_install": True,
    "data": [
        "security/ir.model.access.csv",
        "views/signoff_identity_views.xml",
    ],
    "assets": {
        "web.assets_backend": ["written_signoff_passkey/static/src/**/*"],
    },
}
