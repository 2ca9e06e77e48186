//! What a line or product is when it is not goods: gift cards, services, shipping. Suggestions from names and codes.

use crate::shop::{LineKind, Product};

/// The kind of an order line by its SKU and title.
pub(super) fn kind(sku: Option<&str>, title: Option<&str>) -> LineKind {
    if let Some(title) = title {
        let kind = by_title(title);
        if kind != LineKind::Goods {
            return kind;
        }
    }
    match sku.map(|sku| sku.trim().to_ascii_uppercase()).as_deref() {
        Some("POST" | "DOT" | "SHIPPING" | "POSTAGE" | "C2" | "CARRIAGE" | "FREIGHT") => LineKind::Shipping,
        Some("AMAZONFEE" | "BANK CHARGES" | "CRUK" | "ADJUST" | "ADJUST2" | "TIP" | "DONATION") => {
            LineKind::Service
        }
        Some("M" | "D" | "S" | "B") if title.is_none_or(|title| title.trim().len() <= 16) => {
            LineKind::Service
        }
        Some(sku)
            if sku.starts_with("GIFT_0001")
                || sku.starts_with("GIFTCARD")
                || sku.starts_with("GIFT-CARD") =>
        {
            LineKind::GiftCard
        }
        _ => LineKind::Goods,
    }
}

pub(super) fn product_kind(product: &Product) -> LineKind {
    let by_type = product.product_type.as_deref().map_or(LineKind::Goods, by_type);
    if by_type == LineKind::Goods { by_title(&product.title) } else { by_type }
}

pub(super) fn by_type(kind: &str) -> LineKind {
    match kind.trim().to_lowercase().replace(['_', '-'], " ").as_str() {
        "gift card" | "gift cards" | "giftcard" | "gift voucher" | "gift vouchers" => LineKind::GiftCard,
        "service" | "services" | "donation" | "donations" | "warranty" | "tip" | "insurance" => {
            LineKind::Service
        }
        "shipping" | "postage" => LineKind::Shipping,
        _ => LineKind::Goods,
    }
}

fn by_title(title: &str) -> LineKind {
    const WHOLE: &[(&str, LineKind)] = &[
        ("postage", LineKind::Shipping),
        ("dotcom postage", LineKind::Shipping),
        ("carriage", LineKind::Shipping),
        ("shipping", LineKind::Shipping),
        ("next day carriage", LineKind::Shipping),
        ("manual", LineKind::Service),
        ("discount", LineKind::Service),
        ("samples", LineKind::Service),
        ("bank charges", LineKind::Service),
        ("amazon fee", LineKind::Service),
        ("cruk commission", LineKind::Service),
        ("adjust bad debt", LineKind::Service),
        ("tip", LineKind::Service),
        ("donation", LineKind::Service),
        ("gift card", LineKind::GiftCard),
        ("e-gift card", LineKind::GiftCard),
        ("gift voucher", LineKind::GiftCard),
        ("geschenkgutschein", LineKind::GiftCard),
        ("carte cadeau", LineKind::GiftCard),
        ("custom amount", LineKind::Service),
    ];
    const PARTS: &[(&str, LineKind)] = &[
        ("gift card", LineKind::GiftCard),
        ("gift voucher", LineKind::GiftCard),
        ("shipping protection", LineKind::Service),
        ("route package protection", LineKind::Service),
        ("shipping insurance", LineKind::Service),
        ("extended warranty", LineKind::Service),
    ];
    if !title.is_ascii() || title.len() > 80 {
        return LineKind::Goods;
    }
    let title = title.trim();
    if let Some((_, kind)) = WHOLE.iter().find(|(name, _)| title.eq_ignore_ascii_case(name)) {
        return *kind;
    }
    let has = |part: &str| {
        title.len() >= part.len()
            && title.as_bytes().windows(part.len()).any(|window| window.eq_ignore_ascii_case(part.as_bytes()))
    };
    // A "gift card holder" is goods.
    if has("holder") || has("box") || has("envelope") {
        return LineKind::Goods;
    }
    PARTS.iter().find(|(part, _)| has(part)).map_or(LineKind::Goods, |(_, kind)| *kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_goods_is_told_by_code_or_title() {
        assert_eq!(kind(Some("POST"), Some("POSTAGE")), LineKind::Shipping);
        assert_eq!(kind(Some("M"), Some("Manual")), LineKind::Service);
        assert_eq!(kind(Some("m"), Some("Merino pullover, long")), LineKind::Goods);
        assert_eq!(kind(None, Some("Gift Card - $50")), LineKind::GiftCard);
        assert_eq!(kind(None, Some("Gift card holder")), LineKind::Goods);
        assert_eq!(kind(Some("85123A"), Some("WHITE HANGING HEART")), LineKind::Goods);
    }
}
