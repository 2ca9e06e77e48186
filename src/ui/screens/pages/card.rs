//! One product card: what the shopper sees, and the merchandiser's marks over it.

use egui::epaint::{RectShape, TextShape};
use egui::{
    Align2, Color32, CornerRadius, FontFamily, FontId, Galley, Painter, Pos2, Rect, Stroke, StrokeKind, Ui,
    pos2, vec2,
};
use std::sync::Arc;

use super::layout::Metrics;
use crate::bundle::CatalogProduct;
use crate::decide::{Badge, Slot, TermKind};
use crate::ui::format::Formats;
use crate::ui::icons;
use crate::ui::pictures::{Picture, Pictures, Size, paint_tile};
use crate::ui::strings::Phrase as _;
use crate::ui::strings::canvas::Canvas;
use crate::ui::theme::{ShopLook, Tokens, bold, medium, number_semibold};

/// How the card moved against what was exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    Same,
    Up(u32),
    Down(u32),
    New,
}

/// Everything a card shows.
#[derive(Clone, Copy, Debug)]
pub(super) struct CardView<'a> {
    pub product: &'a CatalogProduct,
    pub slot: &'a Slot,
    /// 1, 2 or 3 arrows; negative is buried.
    pub strength: i8,
    pub change: Option<Change>,
    pub scores: bool,
    pub selected: bool,
    pub hovered: bool,
    pub opacity: f32,
    /// The merchandiser's marks; off in a peek.
    pub marks: bool,
    pub twin: Option<Color32>,
    pub focused: bool,
}

/// The title as it is painted: at most two lines.
pub(super) fn title_galley(
    painter: &Painter,
    title: &str,
    metrics: &Metrics,
    width: f32,
    color: Color32,
) -> Arc<Galley> {
    let mut job = egui::text::LayoutJob::simple(
        title.to_owned(),
        FontId::new(metrics.card_title, medium()),
        color,
        width,
    );
    job.wrap.max_rows = 2;
    job.wrap.break_anywhere = false;
    painter.layout_job(job)
}

/// Paints the card into `rect`; interaction is the caller's.
pub(super) fn paint(
    ui: &Ui,
    rect: Rect,
    metrics: &Metrics,
    card: &CardView<'_>,
    formats: &Formats,
    pictures: &Pictures,
) {
    let painter = ui.painter();
    let picture = Rect::from_min_size(rect.min, egui::Vec2::splat(rect.width()));
    let sold_out = card.slot.badges.contains(&Badge::SoldOut) || !card.product.sellable();
    let opacity = card.opacity;
    paint_picture(ui, picture, card.product, pictures, if sold_out { opacity * 0.45 } else { opacity });
    if let Some(color) = card.twin {
        let tab = Rect::from_min_size(picture.left_bottom() - vec2(0.0, 4.0), vec2(picture.width(), 4.0));
        painter.rect_filled(tab, 2, color);
    }
    shop_badges(painter, picture, card, opacity);
    let mut y = picture.bottom();
    if card.scores {
        score_bar(ui, Rect::from_min_size(pos2(rect.left(), y + 4.0), vec2(rect.width(), 4.0)), card.slot);
        y += 10.0;
    }
    y += 8.0;
    let ink = ShopLook::INK.gamma_multiply(opacity);
    let title = title_galley(painter, &card.product.title, metrics, rect.width(), ink);
    let title_height = title.size().y;
    painter.galley(pos2(rect.left(), y), title, ink);
    price(painter, pos2(rect.left(), y + title_height + 4.0), card.product, metrics, formats, opacity);
    if card.marks {
        marks(painter, picture, card);
    }
    if card.selected {
        painter.rect_stroke(
            picture.expand(4.0),
            CornerRadius::same(11),
            Stroke::new(2.0, ShopLook::SELECTED),
            StrokeKind::Inside,
        );
    } else if card.focused || card.hovered {
        let color = if card.focused { ShopLook::SELECTED } else { ShopLook::LINE };
        painter.rect_stroke(
            picture.expand(3.0),
            CornerRadius::same(10),
            Stroke::new(1.5, color),
            StrokeKind::Inside,
        );
    }
}

/// The product's picture, a quiet placeholder while it loads, or its tile.
pub(super) fn paint_picture(
    ui: &Ui,
    rect: Rect,
    product: &CatalogProduct,
    pictures: &Pictures,
    opacity: f32,
) {
    let size = if rect.width() <= 96.0 { Size::Thumbnail } else { Size::Card };
    let radius = CornerRadius::same(if rect.width() <= 56.0 { 4 } else { 8 });
    match pictures.get(product.image.as_deref(), size) {
        Picture::Ready { texture, .. } => {
            let uv = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
            ui.painter().rect_filled(rect, radius, ShopLook::PLACEHOLDER.gamma_multiply(opacity.min(0.999)));
            let tint = Color32::WHITE.gamma_multiply(opacity);
            ui.painter().add(RectShape::filled(rect, radius, tint).with_texture(texture, uv));
        }
        Picture::Loading => {
            ui.painter().rect_filled(rect, radius, ShopLook::PLACEHOLDER);
        }
        Picture::Missing => {
            let category = product.product_type.as_deref().unwrap_or_default();
            paint_tile(ui.painter(), rect, &product.id, &product.title, category);
        }
    }
}

fn price(
    painter: &Painter,
    at: Pos2,
    product: &CatalogProduct,
    m: &Metrics,
    formats: &Formats,
    opacity: f32,
) {
    let Some(price) = product.price else { return };
    let on_sale = 0 < product.discount_percent();
    let color = if on_sale { ShopLook::SALE } else { ShopLook::INK }.gamma_multiply(opacity);
    let font = FontId::new(m.card_title, number_semibold());
    let shown = painter.text(at, Align2::LEFT_TOP, formats.price(price), font, color);
    if on_sale && let Some(was) = product.compare_at {
        let mut job = egui::text::LayoutJob::default();
        let quiet = ShopLook::QUIET.gamma_multiply(opacity);
        job.append(
            &formats.price(was),
            0.0,
            egui::TextFormat {
                font_id: FontId::new(m.card_title, FontFamily::Proportional),
                color: quiet,
                strikethrough: Stroke::new(1.0, quiet),
                ..Default::default()
            },
        );
        let galley = painter.layout_job(job);
        painter.galley(pos2(shown.right() + 6.0, at.y), galley, quiet);
    }
}

/// Sale, new, low stock, sold out: part of the shop.
fn shop_badges(painter: &Painter, picture: Rect, card: &CardView<'_>, opacity: f32) {
    let badges = &card.slot.badges;
    let percent = card.product.discount_percent();
    let (label, fill) = if badges.contains(&Badge::SoldOut) || !card.product.sellable() {
        (Canvas::SoldOut.text().to_owned(), ShopLook::BADGE)
    } else if 0 < percent {
        (format!("{}{percent}%", crate::ui::format::MINUS), ShopLook::SALE)
    } else if badges.contains(&Badge::LowStock) {
        (Canvas::LowStock.text().to_owned(), ShopLook::BADGE)
    } else if badges.contains(&Badge::New) {
        (Canvas::New.text().to_owned(), ShopLook::BADGE)
    } else {
        return;
    };
    let galley = painter.layout_no_wrap(label, FontId::new(11.5, bold()), Color32::WHITE);
    let size = galley.size() + vec2(12.0, 6.0);
    let rect = Rect::from_min_size(picture.left_bottom() + vec2(6.0, -6.0 - size.y), size);
    painter.rect_filled(rect, 4, fill.gamma_multiply(opacity));
    painter.galley(rect.center() - galley.size() / 2.0, galley, Color32::WHITE);
}

/// Where one can press to type another place: at least 28 points, whatever the pill takes.
pub(super) fn number_rect(card: Rect) -> Rect {
    Rect::from_min_size(card.min + vec2(4.0, 4.0), vec2(32.0, 28.0))
}

/// Slot number with pin or arrows at the left, change at the right. Never exported.
fn marks(painter: &Painter, picture: Rect, card: &CardView<'_>) {
    let badges = &card.slot.badges;
    let pinned = badges.contains(&Badge::Pinned);
    let (icon, fill) = if pinned {
        (Some(icons::PUSH_PIN), ShopLook::PIN)
    } else if 0 < card.strength {
        (Some(icons::ARROW_FAT_UP), ShopLook::RAISED)
    } else if card.strength < 0 {
        (Some(icons::ARROW_FAT_DOWN), ShopLook::LOWERED)
    } else {
        (None, ShopLook::BADGE)
    };
    let number = painter.layout_no_wrap(
        card.slot.position.to_string(),
        FontId::new(12.0, number_semibold()),
        Color32::WHITE,
    );
    let arrows =
        if icon.is_some() && !pinned { usize::from(card.strength.unsigned_abs()).clamp(1, 3) } else { 1 };
    let icons_width = if icon.is_some() { 13.0 * arrows as f32 + 4.0 } else { 0.0 };
    let width = (number.size().x + icons_width + 14.0).max(24.0);
    let rect = Rect::from_min_size(picture.min + vec2(6.0, 6.0), vec2(width, 22.0));
    painter.rect_filled(rect, 11, fill);
    let mut x = rect.left() + 7.0;
    if let Some(icon) = icon {
        for _ in 0..arrows {
            icon.paint_filled(painter, pos2(x + 6.5, rect.center().y), 12.0, Color32::WHITE);
            x += 13.0;
        }
        x += 3.0;
    } else {
        x = rect.center().x - number.size().x / 2.0;
    }
    painter.galley(pos2(x, rect.center().y - number.size().y / 2.0), number, Color32::WHITE);
    let mut next_x = rect.right() + 4.0;
    for (badge, icon, color) in [
        (Badge::Scheduled, icons::CLOCK, ShopLook::BADGE),
        (Badge::Conflict, icons::WARNING, ShopLook::LOWERED),
    ] {
        if badges.contains(&badge) {
            let at = pos2(next_x + 11.0, rect.center().y);
            painter.circle_filled(at, 11.0, color);
            icon.paint_filled(painter, at, 13.0, Color32::WHITE);
            next_x += 26.0;
        }
    }
    change_mark(painter, picture, card.change);
}

fn change_mark(painter: &Painter, picture: Rect, change: Option<Change>) {
    let (up, text, color) = match change {
        Some(Change::Up(places)) => (Some(true), places.to_string(), ShopLook::RAISED),
        Some(Change::Down(places)) => (Some(false), places.to_string(), ShopLook::LOWERED),
        Some(Change::New) => (None, Canvas::NewHere.text().to_owned(), ShopLook::RAISED),
        _ => return,
    };
    let galley = painter.layout_no_wrap(text, FontId::new(12.0, number_semibold()), color);
    let triangle = if up.is_some() { 12.0 } else { 0.0 };
    let size = vec2(galley.size().x + triangle + 12.0, 20.0);
    let rect = Rect::from_min_size(pos2(picture.right() - 6.0 - size.x, picture.top() + 7.0), size);
    painter.rect_filled(rect, 10, Color32::WHITE);
    painter.rect_stroke(rect, 10, Stroke::new(1.0, ShopLook::LINE), StrokeKind::Inside);
    let mut x = rect.left() + 6.0;
    if let Some(up) = up {
        let marker =
            if up { crate::ui::theme::Marker::TriangleUp } else { crate::ui::theme::Marker::TriangleDown };
        crate::ui::kit::marker::paint(painter, pos2(x + 4.5, rect.center().y), 4.2, marker, color);
        x += triangle;
    }
    painter.add(TextShape::new(pos2(x, rect.center().y - galley.size().y / 2.0), galley, color));
}

/// Four pixels of what the score is made of; rules and variety that take away are left out.
fn score_bar(ui: &Ui, rect: Rect, slot: &Slot) {
    let tokens = crate::ui::theme::tokens_of(egui::Theme::Light);
    let total: i64 = slot.why.terms.iter().map(|term| term.points.max(0)).sum();
    ui.painter().rect_filled(rect, 2, ShopLook::LINE);
    if total <= 0 {
        return;
    }
    let full = rect.width() * (slot.score.clamp(0, 10_000_000) as f32 / 10_000_000.0);
    let mut x = rect.left();
    for term in &slot.why.terms {
        let width = full * term.points.max(0) as f32 / total as f32;
        let part = Rect::from_min_size(pos2(x, rect.top()), vec2(width, rect.height()));
        ui.painter().rect_filled(part, 0, term_color(tokens, term.kind));
        x += width;
    }
}

pub(super) fn term_color(tokens: &Tokens, kind: TermKind) -> Color32 {
    use crate::merch::Signal;
    tokens.terms[match kind {
        TermKind::Signal(Signal::Relevance) => 0,
        TermKind::Signal(Signal::Popularity) => 1,
        TermKind::Signal(Signal::Newness) => 2,
        TermKind::Signal(Signal::Margin) => 3,
        TermKind::Signal(Signal::Stock) => 4,
        TermKind::Variety => 5,
        TermKind::Rules => 6,
    }]
}

/// What a screen reader hears: `Slot 2 of 8. Peace lily. $32. Pinned for Plant people. Moved up 2.`
pub(super) fn spoken(card: &CardView<'_>, of: usize, formats: &Formats, scope: &str) -> String {
    let mut parts = vec![
        Canvas::SpokenSlot.with(&[("n", card.slot.position.into()), ("of", of.into())]),
        card.product.title.clone(),
    ];
    parts.extend(card.product.price.map(|price| formats.price(price)));
    if card.slot.badges.contains(&Badge::Pinned) {
        parts.push(Canvas::SpokenPinned.with(&[("scope", scope.into())]));
    }
    if 0 < card.strength {
        parts.push(Canvas::Boosted.text().to_owned());
    } else if card.strength < 0 {
        parts.push(Canvas::Buried.text().to_owned());
    }
    if !card.product.sellable() {
        parts.push(Canvas::SoldOut.text().to_owned());
    }
    if card.product.image.is_none() {
        parts.push(Canvas::NoPicture.text().to_owned());
    }
    match card.change {
        Some(Change::Up(n)) => parts.push(Canvas::MovedUp.with(&[("n", n.into())])),
        Some(Change::Down(n)) => parts.push(Canvas::MovedDown.with(&[("n", n.into())])),
        _ => {}
    }
    parts.join(". ")
}
