{
    "name": "Service Clocks",
    "summary": "Promises of time counted in the company's working hours",
    "version": "19.0.1.0.0",
    "category": "Productivity",
    "author": "Order Confirmation Suite",
    "license": "LGPL-3",
    "depends": ["mail", "resource"],
    "data": [
        "security/service_clock_security.xml",
        "security/ir.model.access.csv",
        "data/service_clock_cron.xml",
        "wizards/service_clock_declare_views.xml",
        "views/service_clock_views.xml",
        "views/service_clock_event_views.xml",
        "views/service_clock_kind_views.xml",
        "views/service_clock_menus.xml",
    ],
}
