{
    "name": "Order Confirmation: Repairs",
    "summary": "Transfers open for those who do not work in the warehouse",
    "version": "19.0.1.0.0",
    "category": "Sales/Sales",
    "author": "Order Confirmation Suite",
    "license": "LGPL-3",
    "depends": ["order_confirmation", "repair"],
    "auto_install": True,
    "data": ["views/stock_picking_views.xml"],
}
