from datetime import timedelta

from odoo import Command, models

CATEGORIES = {
    "booklets": ("Brochures and calendars", "型錄與月曆", "画册与月历"),
    "boxes": ("Boxes and bags", "盒與袋", "盒与袋"),
    "labels": ("Labels", "標籤", "标签"),
    "semi": ("Printed sheets", "印張", "印张"),
    "paper": ("Paper and board", "紙與紙板", "纸与纸板"),
    "chemicals": ("Inks, varnish, glue", "油墨、光油、膠", "油墨、光油、胶"),
    "press": ("Plates and trimmings", "印版與配件", "印版与配件"),
}
VENDORS = {
    "paper": ("Greywater Paper Mill 灰水紙廠", "sales@greywater.example"),
    "ink": ("Zhuyan Inks 朱硯油墨", "sales@zhuyan.example"),
    "press": ("Tin Lantern Supplies 錫燈器材", "sales@tinlantern.example"),
}
UNITS = {
    "unit": "uom.product_uom_unit",
    "kg": "uom.product_uom_kgm",
    "m": "uom.product_uom_meter",
}
# What the final inspection looks at, by category: English, 繁體, 简体.
POINTS = {
    "booklets": [
        ("Pages complete and in order", "頁序完整", "页序完整"),
        ("Colour within ΔE 3 of the proof", "色差 ΔE 3 以內", "色差 ΔE 3 以内"),
    ],
    "boxes": [
        ("Edges glued, no glue outside", "膠合牢固無溢膠", "粘合牢固无溢胶"),
        ("Opens and closes twenty times", "開合二十次", "开合二十次"),
        ("Colour within ΔE 3 of the proof", "色差 ΔE 3 以內", "色差 ΔE 3 以内"),
    ],
    "labels": [
        ("Adhesion after 24 hours on glass", "玻璃貼附 24 小時", "玻璃贴附 24 小时"),
    ],
}


class OrderDemo(models.AbstractModel):
    """Goods, their bills of materials, their vendors, and what is in stock."""

    _inherit = "order.demo"

    def _make_goods(self):
        routes = self.env.ref("mrp.route_warehouse0_manufacture") | self.env.ref(
            "stock.route_warehouse0_mto"
        )
        routes.active = True
        self._make_categories()
        self._make_vendors()
        for row in self._rows("products"):
            self._make_product(row, routes)
        self._make_boms()
        self._make_stock()
        self._make_incoming()

    def _make_categories(self):
        for key, (english, *chinese) in CATEGORIES.items():
            category = self.env["product.category"].create({"name": english})
            self._named(category, f"category_{key}")
            if category._fields["name"].translate:
                self._translate(category, "name", chinese)

    def _make_vendors(self):
        for key, (name, email) in VENDORS.items():
            vendor = self.env["res.partner"].create(
                {"name": name, "email": email, "is_company": True, "supplier_rank": 1}
            )
            self._named(vendor, f"vendor_{key}")

    def _make_product(self, row, routes):
        made = row["kind"] in ("good", "sheet")
        values = {
            "name": row["en"],
            "default_code": row["code"],
            "type": "consu",
            "is_storable": True,
            "categ_id": self._get(f"category_{row['category']}").id,
            "uom_id": self.env.ref(UNITS[row["unit"]]).id,
            "list_price": float(row["price"]),
            "standard_price": float(row["cost"]),
            "sale_ok": row["kind"] == "good",
            "route_ids": [Command.set(routes.ids)] if made else [],
        }
        if row["vendor"]:
            values["seller_ids"] = [
                Command.create(
                    {
                        "partner_id": self._get(f"vendor_{row['vendor']}").id,
                        "delay": int(row["lead_days"]),
                        "price": float(row["cost"]),
                    }
                )
            ]
        product = self._named(
            self.env["product.product"].create(values), f"product_{row['code']}"
        )
        self._translate(product.product_tmpl_id, "name", (row["zh_TW"], row["zh_CN"]))
        self._make_standard(product.product_tmpl_id, POINTS.get(row["category"], ()))

    def _make_standard(self, template, points):
        for english, *chinese in points:
            point = self.env["exfactory.point"].create(
                {"product_tmpl_id": template.id, "name": english}
            )
            self._translate(point, "name", chinese)

    def _make_boms(self):
        """Make the bills of materials of the printed sheets and of the goods."""
        parts = {}
        for row in self._rows("boms"):
            made = row["code"], row["quantity"], row["days"]
            parts.setdefault(made, []).append(row)
        for (code, quantity, days), rows in parts.items():
            self.env["mrp.bom"].create(
                {
                    "product_tmpl_id": self._get(f"product_{code}").product_tmpl_id.id,
                    "product_qty": float(quantity),
                    "produce_delay": int(days),
                    "company_id": self.env.ref("base.main_company").id,
                    "bom_line_ids": [
                        Command.create(
                            {
                                "product_id": self._get(f"product_{row['part']}").id,
                                "product_qty": float(row["part_quantity"]),
                            }
                        )
                        for row in rows
                    ],
                }
            )

    def _stock_location(self):
        company = self.env.ref("base.main_company")
        warehouse = self.env["stock.warehouse"].search(
            [("company_id", "=", company.id)], limit=1
        )
        return warehouse.lot_stock_id

    def _make_stock(self):
        """Count the materials in, as a stocktaking does."""
        location = self._stock_location()
        quants = self.env["stock.quant"].with_context(inventory_mode=True)
        quants.create(
            [
                {
                    "product_id": self._get(f"product_{row['code']}").id,
                    "location_id": location.id,
                    "inventory_quantity": float(row["stock"]),
                }
                for row in self._rows("products")
                if float(row["stock"])
            ]
        ).action_apply_inventory()

    def _make_incoming(self):
        """Let some of what is scarce be on its way."""
        location = self._stock_location()
        kind = location.warehouse_id.in_type_id
        for code, vendor, quantity, ahead in (
            ("MG-12", "press", 20000, 9),
            ("WR-O", "press", 3000, 16),
        ):
            product = self._get(f"product_{code}")
            source = self._get(f"vendor_{vendor}").property_stock_supplier
            self.env["stock.picking"].create(
                {
                    "picking_type_id": kind.id,
                    "partner_id": self._get(f"vendor_{vendor}").id,
                    "location_id": source.id,
                    "location_dest_id": location.id,
                    "scheduled_date": self._now() + timedelta(days=ahead),
                    "move_ids": [
                        Command.create(
                            {
                                "product_id": product.id,
                                "product_uom_qty": quantity,
                                "product_uom": product.uom_id.id,
                                "location_id": source.id,
                                "location_dest_id": location.id,
                            }
                        )
                    ],
                }
            ).action_confirm()
