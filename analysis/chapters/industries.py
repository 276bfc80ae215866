"""Short industry names for figures, English with the core of the printed Chinese."""

from __future__ import annotations

SHORT = {
    "C": "All 製造業",
    "C08": "Food, feed 食品",
    "C13": "Leather 皮革毛皮",
    "C18": "Chem. materials 化材",
    "C19": "Other chemicals 化製",
    "C20": "Pharma 藥品",
    "C22": "Plastics 塑膠",
    "C23": "Minerals 非金屬",
    "C24": "Basic metals 基本金屬",
    "C25": "Metal products 金屬",
    "C26": "Components 電子零組件",
    "C27": "Computers 電腦光學",
    "C28": "Electrical 電力設備",
    "C29": "Machinery 機械設備",
    "C30": "Motor vehicles 汽車",
    "C31": "Other transport 運輸",
    "C33": "Other 其他製造",
    "REST": "Not listed 其他業別",
    "other": "Not listed 其他業別",
}
