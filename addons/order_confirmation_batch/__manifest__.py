{
    "name": "Order Confirmation: Batch Transfers",
    "summary": "One lorry for all transfers of a batch, entered once",
    "version": "19.0.1.0.0",
    "category": "Sales/Sales",
    "author": "Order Confirmation Suite",
    "license": "LGPL-3",
    "depends": ["order_confirmation", "stock_picking_batch"],
    "auto_install": True,
    "data": [
        "security/ir.model.access.csv",
        "views/stock_picking_batch_transport_views.xml",
        "views/stock_picking_batch_views.xml",
    ],
}
