//! What surrounds the products: the shop's header, banners, tiles, and the subject of a page.

use egui::epaint::RectShape;
use egui::{
    Align2, Color32, CornerRadius, FontId, Rect, Role, Sense, Stroke, Ui, Vec2, WidgetInfo, pos2, vec2,
};

use super::card::paint_picture;
use super::layout::Metrics;
use super::state::{PagesState, page_title};
use crate::bundle::CatalogProduct;
use crate::decide::PageRef;
use crate::merch::{BlockKind, Hero, PageKey, Tile};
use crate::ui::command::Command;
use crate::ui::icons::{self, Icon};
use crate::ui::pictures::{Picture, Size};
use crate::ui::screens::Scene;
use crate::ui::strings::Phrase as _;
use crate::ui::strings::canvas::Canvas;
use crate::ui::theme::{ShopLook, bold, medium, number_semibold, semibold, shop_heading, tile_tint};

/// Logo, menu, and the three icons every shop has.
pub(super) fn header(ui: &Ui, rect: Rect, scene: &Scene<'_>, look: &ShopLook, m: &Metrics) {
    let painter = ui.painter();
    let logo = if look.logo.is_empty() { &scene.view.store.name } else { &look.logo };
    let logo_size = if m.columns == 2 { 17.0 } else { 20.0 };
    let shown = painter.text(
        pos2(rect.left() + m.pad, rect.center().y),
        Align2::LEFT_CENTER,
        logo,
        FontId::new(logo_size, shop_heading()),
        ShopLook::INK,
    );
    let mut x = rect.right() - m.pad;
    for icon in [icons::SHOPPING_BAG, icons::HEART, icons::MAGNIFYING_GLASS] {
        icon.paint(painter, pos2(x - 10.0, rect.center().y), 19.0, ShopLook::INK);
        x -= 28.0;
    }
    if m.columns == 2 {
        return;
    }
    let mut left = shown.right() + m.pad.max(24.0) * 1.6;
    for title in menu_titles(scene) {
        let font = FontId::new(14.0, medium());
        let galley = painter.layout_no_wrap(title, font, ShopLook::INK);
        let right = left + galley.size().x;
        if x - 24.0 < right {
            break;
        }
        painter.galley(pos2(left, rect.center().y - galley.size().y / 2.0), galley, ShopLook::INK);
        left = right + 20.0;
    }
}

/// The menu is what the homepage's tiles lead to, shortened to the first word; without tiles, the categories.
fn menu_titles(scene: &Scene<'_>) -> Vec<String> {
    let tiles =
        scene.document.layout(&PageKey::Home).into_iter().flat_map(|layout| &layout.default).find_map(
            |block| match &block.kind {
                BlockKind::Tiles { tiles } => {
                    Some(tiles.iter().map(|tile| tile.title.clone()).collect::<Vec<_>>())
                }
                _ => None,
            },
        );
    let titles = tiles.unwrap_or_else(|| {
        scene.draft.map_or_else(Vec::new, |draft| {
            draft.bundle().catalog.collections.iter().map(|collection| collection.title.clone()).collect()
        })
    });
    titles.iter().take(6).map(|title| title.split(" & ").next().unwrap_or(title).to_owned()).collect()
}

/// A banner: the picture covers, the words stand on its empty third.
pub(super) fn hero(
    ui: &Ui,
    rect: Rect,
    heroes: &[Hero],
    first_products: &[u32],
    scene: &Scene<'_>,
    look: &ShopLook,
    m: &Metrics,
) {
    let Some(hero) = heroes.first() else { return };
    let painter = ui.painter();
    let mut without_picture = false;
    match scene.pictures.get(Some(&hero.image), Size::Full) {
        Picture::Ready { texture, size } => {
            painter.add(
                RectShape::filled(rect, 0, Color32::WHITE).with_texture(texture, cover(size, rect.size())),
            );
        }
        Picture::Loading => {
            painter.rect_filled(rect, 0, ShopLook::PLACEHOLDER);
        }
        Picture::Missing => {
            painter.rect_filled(rect, 0, tile_tint(0));
            without_picture = true;
        }
    }
    let left = rect.left() + m.pad + 8.0;
    let width = rect.width() * if m.columns == 2 { 0.62 } else { 0.34 };
    let width = if m.low { rect.width() * 0.5 } else { width };
    let headline =
        painter.layout(hero.headline.clone(), FontId::new(m.headline, shop_heading()), ShopLook::INK, width);
    let button = painter.layout_no_wrap(hero.button.clone(), FontId::new(14.0, semibold()), look.on_accent());
    let has_button = !hero.button.is_empty();
    let button_size = if has_button { button.size() + vec2(40.0, 20.0) } else { Vec2::ZERO };
    let gap = if has_button { 12.0 } else { 0.0 };
    let (headline_width, headline_height) = (headline.size().x, headline.size().y);
    // In a low banner the button stands beside the words.
    let (top, button_at) = if m.low {
        let beside = pos2(left + headline_width + 24.0, rect.center().y - button_size.y / 2.0);
        (rect.center().y - headline_height / 2.0, beside)
    } else {
        let top = rect.center().y - (headline_height + gap + button_size.y) / 2.0;
        (top, pos2(left, top + headline_height + gap))
    };
    if without_picture {
        let words_end = (button_at.x + button_size.x).max(left + headline_width) + 16.0;
        collage(ui, rect.with_min_x(words_end), rect.width(), first_products, scene);
    }
    painter.galley(pos2(left, top), headline, ShopLook::INK);
    if has_button {
        let at = Rect::from_min_size(button_at, button_size);
        painter.rect_filled(at, look.corner_radius, look.accent_color());
        painter.galley(at.center() - button.size() / 2.0, button, look.on_accent());
    }
}

/// A banner without a picture of its own shows what stands first on the page: as many as its words leave room for.
fn collage(ui: &Ui, room: Rect, width: f32, products: &[u32], scene: &Scene<'_>) {
    let Some(draft) = scene.draft else { return };
    let rect = room;
    let side = (rect.height() * 0.74).min(width * 0.18);
    let gap = side * 0.12;
    let mut right = rect.right() - width * 0.04;
    for (index, product) in products.iter().take(3).enumerate() {
        if right - side < room.left() {
            break;
        }
        let lift = if index == 1 { -0.05 } else { 0.05 } * rect.height();
        let at = Rect::from_center_size(pos2(right - side / 2.0, rect.center().y + lift), Vec2::splat(side));
        paint_picture(ui, at, &draft.bundle().catalog.products[*product as usize], scene.pictures, 1.0);
        right = at.left() - gap;
    }
}

/// The part of a picture that covers a frame without distortion.
fn cover(picture: Vec2, frame: Vec2) -> Rect {
    let (wide, want) = (picture.x / picture.y, frame.x / frame.y);
    if want < wide {
        // Cut the sides; the left third carries the words and the right the subject, so keep the right.
        let share = want / wide;
        Rect::from_min_max(pos2((1.0 - share) * 0.72, 0.0), pos2((1.0 - share) * 0.72 + share, 1.0))
    } else {
        let share = wide / want;
        Rect::from_min_max(pos2(0.0, (1.0 - share) * 0.42), pos2(1.0, (1.0 - share) * 0.42 + share))
    }
}

pub(super) fn tile_rects(rect: Rect, n: usize, m: &Metrics) -> Vec<Rect> {
    let columns = if m.columns == 2 { 2 } else { n.clamp(1, m.columns.max(3)) };
    let gap = 10.0;
    let width = (rect.width() - gap * (columns - 1) as f32) / columns as f32;
    (0..n)
        .map(|index| {
            let at = vec2((index % columns) as f32 * (width + gap), (index / columns) as f32 * 54.0);
            Rect::from_min_size(rect.min + at, vec2(width, 44.0))
        })
        .collect()
}

pub(super) fn tile(ui: &Ui, rect: Rect, tile: &Tile, index: usize, hovered: bool) {
    let painter = ui.painter();
    painter.rect_filled(rect, 8, tile_tint(index));
    if hovered {
        painter.rect_stroke(rect, 8, Stroke::new(1.0, ShopLook::QUIET), egui::StrokeKind::Inside);
    }
    let icon = tile_icon(&tile.title);
    let narrow = rect.width() < 116.0;
    let words_fit = |room: f32| {
        tile.title.split(' ').all(|word| {
            let font = FontId::new(12.0, semibold());
            painter.layout_no_wrap(word.to_owned(), font, ShopLook::INK).size().x <= room
        })
    };
    let with_icon = if narrow { 32.0 } else { 42.0 };
    // Words say more than the icon.
    let has_icon = 92.0 <= rect.width() && words_fit(rect.width() - with_icon - 4.0);
    let text_left = if has_icon { with_icon } else { 10.0 };
    if has_icon {
        let x = if narrow { rect.left() + 17.0 } else { rect.left() + 23.0 };
        icon.paint_filled(painter, pos2(x, rect.center().y), 18.0, ShopLook::INK);
    }
    let room = rect.width() - text_left - 4.0;
    let size = if narrow { 12.5 } else { 13.5 };
    let line = painter.layout_no_wrap(tile.title.clone(), FontId::new(size, semibold()), ShopLook::INK);
    let galley = if line.size().x <= room {
        line
    } else if !words_fit(room) {
        // A word is never broken over two lines.
        let font = FontId::new(12.0, semibold());
        let mut job = egui::text::LayoutJob::simple_singleline(tile.title.clone(), font, ShopLook::INK);
        job.wrap = egui::text::TextWrapping::truncate_at_width(room);
        painter.layout_job(job)
    } else {
        // Two short lines say more than one that is cut.
        let mut job = egui::text::LayoutJob::simple(
            tile.title.clone(),
            FontId::new(12.0, semibold()),
            ShopLook::INK,
            room,
        );
        job.wrap.max_rows = 2;
        painter.layout_job(job)
    };
    painter.galley(
        pos2(rect.left() + text_left, rect.center().y - galley.size().y / 2.0),
        galley,
        ShopLook::INK,
    );
}

fn tile_icon(title: &str) -> Icon {
    const WORDS: [(&str, Icon); 16] = [
        ("plant", icons::POTTED_PLANT),
        ("light", icons::LAMP),
        ("garden", icons::LEAF),
        ("kitchen", icons::COFFEE),
        ("decor", icons::PALETTE),
        ("kid", icons::PUZZLE_PIECE),
        ("toy", icons::PUZZLE_PIECE),
        ("sofa", icons::COUCH),
        ("chair", icons::CHAIR),
        ("table", icons::DESK),
        ("bed", icons::BED),
        ("bath", icons::BATHTUB),
        ("bag", icons::HANDBAG),
        ("cloth", icons::T_SHIRT),
        ("shoe", icons::SNEAKER),
        ("book", icons::BOOK),
    ];
    let title = title.to_lowercase();
    WORDS.iter().find(|(word, _)| title.contains(word)).map_or(icons::TAG, |(_, icon)| *icon)
}

/// Where a link of a banner or tile leads inside this shop.
pub(super) fn page_of_link(scene: &Scene<'_>, link: &str) -> Option<PageRef> {
    let id = link.trim_start_matches("/collections/").trim_start_matches("collection:");
    let catalog = &scene.draft?.bundle().catalog;
    catalog
        .collections
        .iter()
        .any(|collection| collection.id == id)
        .then(|| PageRef::Collection(id.to_owned()))
}

/// The product, cart, search field or e-mail head that makes this page what it is.
pub(super) fn subject(
    ui: &mut Ui,
    rect: Rect,
    scene: &Scene<'_>,
    state: &mut PagesState,
    m: &Metrics,
    commands: &mut Vec<Command>,
) {
    ui.painter().hline(rect.x_range(), rect.top(), Stroke::new(1.0, ShopLook::LINE));
    match state.page.clone() {
        PageRef::Product(id) => product_details(ui, rect, scene, &id, m),
        PageRef::Cart(ids) => cart(ui, rect, scene, &ids, Canvas::YourCart.text(), m),
        PageRef::ThankYou(ids) => cart(ui, rect, scene, &ids, Canvas::ThankYou.text(), m),
        PageRef::Search(query) => search_box(ui, rect, &query, m, commands),
        PageRef::Email(_) => {
            let at = pos2(rect.center().x, rect.top() + 40.0);
            let title = Canvas::EmailGreeting.text();
            ui.painter().text(
                at,
                Align2::CENTER_CENTER,
                title,
                FontId::new(m.heading, shop_heading()),
                ShopLook::INK,
            );
            let at = pos2(rect.center().x, rect.top() + 74.0);
            let line = Canvas::EmailLine.text();
            ui.painter().text(at, Align2::CENTER_CENTER, line, FontId::new(13.0, medium()), ShopLook::QUIET);
        }
        PageRef::Collection(_) | PageRef::Home => {
            let title = page_title(scene, &state.page);
            ui.painter().text(
                pos2(rect.left() + m.pad, rect.center().y),
                Align2::LEFT_CENTER,
                title,
                FontId::new(m.heading * 1.25, shop_heading()),
                ShopLook::INK,
            );
        }
    }
}

fn product_of<'a>(scene: &Scene<'a>, id: &str) -> Option<&'a CatalogProduct> {
    let catalog = &scene.draft?.bundle().catalog;
    catalog.index(id).map(|index| &catalog.products[index as usize])
}

fn product_details(ui: &Ui, rect: Rect, scene: &Scene<'_>, id: &str, m: &Metrics) {
    let Some(product) = product_of(scene, id) else {
        return;
    };
    let painter = ui.painter();
    let phone = m.columns == 2;
    let side = if phone { rect.width() - 2.0 * m.pad } else { rect.height() - 32.0 };
    let picture = Rect::from_min_size(rect.min + vec2(m.pad, 16.0), Vec2::splat(side));
    paint_picture(ui, picture, product, scene.pictures, 1.0);
    let left = if phone { rect.left() + m.pad } else { picture.right() + 32.0 };
    let mut y = if phone { picture.bottom() + 14.0 } else { picture.top() + 20.0 };
    let title = painter.layout(
        product.title.clone(),
        FontId::new(m.heading * 1.2, shop_heading()),
        ShopLook::INK,
        rect.right() - m.pad - left,
    );
    let height = title.size().y;
    painter.galley(pos2(left, y), title, ShopLook::INK);
    y += height + 8.0;
    if let Some(price) = product.price {
        let font = FontId::new(18.0, number_semibold());
        painter.text(pos2(left, y), Align2::LEFT_TOP, scene.formats.money(price), font, ShopLook::INK);
        y += 34.0;
    }
    let words = if product.sellable() { Canvas::AddToCart } else { Canvas::SoldOut };
    let label = painter.layout_no_wrap(words.text().to_owned(), FontId::new(14.0, bold()), Color32::WHITE);
    let look = &scene.settings.shop_look;
    let button = Rect::from_min_size(pos2(left, y), vec2(label.size().x + 56.0, 42.0));
    painter.rect_filled(button, CornerRadius::same(look.corner_radius), look.accent_color());
    painter.galley_with_override_text_color(button.center() - label.size() / 2.0, label, look.on_accent());
}

fn cart(ui: &Ui, rect: Rect, scene: &Scene<'_>, ids: &[String], title: &str, m: &Metrics) {
    let painter = ui.painter();
    painter.text(
        pos2(rect.left() + m.pad, rect.top() + 30.0),
        Align2::LEFT_CENTER,
        title,
        FontId::new(m.heading * 1.2, shop_heading()),
        ShopLook::INK,
    );
    let mut y = rect.top() + 56.0;
    if ids.is_empty() {
        let at = pos2(rect.left() + m.pad, y + 20.0);
        let font = FontId::new(14.0, egui::FontFamily::Proportional);
        painter.text(at, Align2::LEFT_CENTER, Canvas::CartEmpty.text(), font, ShopLook::QUIET);
    }
    for id in ids.iter().take(4) {
        let Some(product) = product_of(scene, id) else {
            continue;
        };
        let picture = Rect::from_min_size(pos2(rect.left() + m.pad, y), Vec2::splat(68.0));
        paint_picture(ui, picture, product, scene.pictures, 1.0);
        let at = pos2(picture.right() + 16.0, picture.center().y);
        painter.text(at, Align2::LEFT_CENTER, &product.title, FontId::new(14.0, medium()), ShopLook::INK);
        if let Some(price) = product.price {
            let at = pos2(rect.right() - m.pad, picture.center().y);
            painter.text(
                at,
                Align2::RIGHT_CENTER,
                scene.formats.money(price),
                FontId::new(14.0, number_semibold()),
                ShopLook::INK,
            );
        }
        y += 84.0;
    }
}

fn search_box(ui: &mut Ui, rect: Rect, query: &str, m: &Metrics, commands: &mut Vec<Command>) {
    let width = (rect.width() - 2.0 * m.pad).min(560.0);
    let at = Rect::from_center_size(rect.center(), vec2(width, 42.0));
    ui.painter().rect_stroke(at, 21, Stroke::new(1.5, ShopLook::INK), egui::StrokeKind::Inside);
    icons::MAGNIFYING_GLASS.paint(ui.painter(), pos2(at.left() + 22.0, at.center().y), 18.0, ShopLook::INK);
    let mut typed = query.to_owned();
    let field = Rect::from_min_max(
        pos2(at.left() + 38.0, at.top() + 7.0),
        pos2(at.right() - 16.0, at.bottom() - 7.0),
    );
    let edit = egui::TextEdit::singleline(&mut typed)
        .frame(egui::Frame::NONE)
        .text_color(ShopLook::INK)
        .background_color(ShopLook::PAPER)
        .hint_text(Canvas::SearchHint.text());
    let response = ui.put(field, edit).accessible_name(Canvas::SearchHint.text());
    if response.changed() {
        commands.push(Command::OpenPage { page: PageRef::Search(typed), segment: None });
    }
}

pub(super) fn footer(ui: &Ui, rect: Rect, scene: &Scene<'_>) {
    ui.painter().hline(rect.x_range(), rect.top(), Stroke::new(1.0, ShopLook::LINE));
    ui.painter().text(
        rect.center(),
        Align2::CENTER_CENTER,
        &scene.view.store.name,
        FontId::new(14.0, shop_heading()),
        ShopLook::QUIET,
    );
    let response = ui.interact(rect, ui.scope_id().with("shop footer"), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &scene.view.store.name));
}
