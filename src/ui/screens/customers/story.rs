//! One masked customer's way through time, and the homepage they would have seen at each step.

use egui::{
    FontId, Frame, Key, Margin, Rect, RichText, Role, ScrollArea, Sense, Stroke, Ui, Vec2, WidgetInfo, pos2,
    vec2,
};

use super::super::stage::{JobKind, Stage};
use super::{CustomersState, boxed};
use crate::app::view::{CustomerStory, Moment, MomentKind};
use crate::decide::{HistoryItem, HistoryKind, PageRef, Visit};
use crate::ui::icons::{self, Icon};
use crate::ui::kit::{button, heading, marker, progress};
use crate::ui::strings::Phrase as _;
use crate::ui::strings::customers::Customers as T;
use crate::ui::strings::said;
use crate::ui::theme::{HasTokens as _, number, radius, space, text};

/// Products shown of each row of the homepage.
const MOST_SLOTS: usize = 8;

/// Returns true when the person wants back to all customers.
pub(super) fn story_ui(ui: &mut Ui, stage: &mut Stage<'_>, number: i64, state: &mut CustomersState) -> bool {
    let mut back = false;
    let story = stage.found.story.as_ref().filter(|story| story.number == number).cloned();
    ScrollArea::vertical().id_salt("story").auto_shrink(false).show(ui, |ui| {
        Frame::new().inner_margin(Margin::symmetric(24, 16)).show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.horizontal(|ui| {
                back = ui
                    .add(button::quiet((icons::CARET_LEFT.atom_sized(14.0, None), T::Back.text())))
                    .clicked();
                let group = story.as_ref().and_then(|story| story.group.as_ref());
                let group = group.and_then(|id| {
                    stage
                        .view
                        .customers
                        .as_ref()?
                        .groups
                        .iter()
                        .find(|group| group.id == *id)
                        .map(|group| (group.color, said::group(&group.name).into_owned()))
                });
                heading::display(ui, &T::OneCustomer.with(&[("number", (&number.to_string()).into())]));
                if let Some((color, name)) = group {
                    marker::show(ui, color);
                    ui.label(name);
                }
                if let Some(story) = &story {
                    let spent = stage.formats.money_compact(story.spent);
                    heading::caption(
                        ui,
                        &T::StoryFacts.with(&[("orders", story.n_orders.into()), ("spent", (&spent).into())]),
                    );
                    if 0 < story.refunded {
                        let back = stage.formats.money_compact(story.refunded);
                        heading::caption(ui, &T::Refunded.with(&[("value", (&back).into())]));
                    }
                    let mails = if story.accepts_email { T::WantsMail } else { T::NoMail };
                    heading::caption(ui, mails.text());
                }
            });
            heading::caption(ui, T::StoryHint.text());
            ui.add_space(space::S);
            match &story {
                Some(story) if story.moments.is_empty() => {
                    ui.label(T::NoStory.text());
                }
                Some(story) => {
                    let last = story.moments.len() - 1;
                    let mut at = state.story.map_or(last, |(_, at)| at.min(last));
                    scrubber_ui(ui, stage, story, &mut at);
                    state.story = Some((number, at));
                    ui.add_space(space::M);
                    homepage_ui(ui, stage, story, at);
                }
                None => {
                    let phrase = stage.job(JobKind::Story).map(|job| job.phase.clone()).unwrap_or_default();
                    progress::bar(ui, 240.0, None, &phrase);
                }
            }
        });
    });
    back || (ui.input(|input| input.key_pressed(Key::Escape)) && !ui.egui_wants_keyboard_input())
}

fn look(kind: MomentKind) -> (Icon, T) {
    match kind {
        MomentKind::Viewed => (icons::EYE, T::Viewed),
        MomentKind::Searched => (icons::MAGNIFYING_GLASS, T::Searched),
        MomentKind::AddedToCart => (icons::SHOPPING_CART, T::Carted),
        MomentKind::RemovedFromCart => (icons::X, T::Uncarted),
        MomentKind::Wished => (icons::HEART, T::Wished),
        MomentKind::OpenedMail => (icons::ENVELOPE_SIMPLE, T::OpenedMail),
        MomentKind::ClickedMail => (icons::ENVELOPE_SIMPLE, T::ClickedMail),
        MomentKind::Bought => (icons::SHOPPING_BAG, T::Bought),
        MomentKind::Moved => (icons::USERS_THREE, T::MovedGroup),
    }
}

fn scrubber_ui(ui: &mut Ui, stage: &Stage<'_>, story: &CustomerStory, at: &mut usize) {
    let t = ui.tokens();
    boxed(ui, |ui| {
        let (rect, response) =
            ui.allocate_exact_size(vec2(ui.available_width(), 56.0), Sense::click_and_drag());
        let n = story.moments.len();
        let (first, last) = (story.moments[0].at, story.moments[n - 1].at.max(story.moments[0].at + 1));
        let line = Rect::from_min_max(rect.min + vec2(12.0, 0.0), rect.max - vec2(12.0, 18.0));
        // Half by time, half by order, so that a busy day does not become one blot.
        let x = |idx: usize| {
            let by_time = (story.moments[idx].at - first) as f32 / (last - first) as f32;
            let by_order = if n < 2 { 0.0 } else { idx as f32 / (n - 1) as f32 };
            line.left() + line.width() * (by_time + by_order) / 2.0
        };
        if let Some(pointer) = response.interact_pointer_pos() {
            let nearest =
                (0..n).min_by(|one, two| (x(*one) - pointer.x).abs().total_cmp(&(x(*two) - pointer.x).abs()));
            *at = nearest.unwrap_or(*at);
        }
        if response.has_focus() {
            ui.memory_mut(|memory| {
                let arrows = egui::EventFilter { horizontal_arrows: true, ..Default::default() };
                memory.set_focus_lock_filter(response.id, arrows);
            });
            let (back, on) =
                ui.input(|input| (input.num_presses(Key::ArrowLeft), input.num_presses(Key::ArrowRight)));
            *at = (*at + on).saturating_sub(back).min(n - 1);
        }
        let y = line.center().y;
        let painter = ui.painter();
        painter.hline(line.x_range(), y, Stroke::new(2.0, t.rail));
        painter.hline(line.left()..=x(*at), y, Stroke::new(2.0, t.accent));
        for (idx, moment) in story.moments.iter().enumerate() {
            let past = idx <= *at;
            let color = if past { t.accent } else { t.border_strong };
            if moment.kind == MomentKind::Bought {
                painter.circle_filled(pos2(x(idx), y), 7.0, color);
            } else if moment.kind == MomentKind::Moved {
                let square = Rect::from_center_size(pos2(x(idx), y), Vec2::splat(9.0));
                painter.rect_filled(square, 2, color);
            } else {
                painter.circle_filled(pos2(x(idx), y), 3.0, color);
            }
        }
        painter.circle(pos2(x(*at), y), 9.0, t.surface, Stroke::new(2.5, t.accent));
        let small = FontId::new(12.0, number());
        painter.text(
            pos2(line.left(), rect.bottom()),
            egui::Align2::LEFT_BOTTOM,
            stage.formats.date(first),
            small.clone(),
            t.muted,
        );
        painter.text(
            pos2(line.right(), rect.bottom()),
            egui::Align2::RIGHT_BOTTOM,
            stage.formats.date(last),
            small,
            t.muted,
        );
        let name = T::Scrubber.with(&[("n", (*at + 1).into()), ("all", n.into())]);
        response.widget_info(|| {
            let mut info = WidgetInfo::labeled(Role::Slider, true, &name);
            info.value = Some(*at as f64);
            info
        });
        crate::ui::kit::focus::ring(ui, &response, 6);
        moment_ui(ui, stage, &story.moments[*at]);
    });
}

fn moment_ui(ui: &mut Ui, stage: &Stage<'_>, moment: &Moment) {
    let (icon, word) = look(moment.kind);
    let t = ui.tokens();
    ui.horizontal(|ui| {
        ui.label(RichText::new(icon.0).text_style(text::icon()).color(t.accent));
        ui.label(RichText::new(stage.formats.date(moment.at)).text_style(text::strong()));
        ui.label(word.text());
        if let Some(words) = &moment.words {
            ui.label(RichText::new(format!("“{words}”")).text_style(text::strong()));
        }
        let titles: Vec<&str> = moment.products.iter().map(|id| title(stage, id)).collect();
        if !titles.is_empty() {
            ui.add(egui::Label::new(titles.join(", ")).truncate());
        }
        if let Some(value) = moment.value {
            ui.label(RichText::new(stage.formats.money(value)).text_style(text::number()));
        }
        if let Some(refunded) = moment.refunded {
            let back = stage.formats.money(refunded);
            let words = T::Refunded.with(&[("value", (&back).into())]);
            ui.label(RichText::new(words).text_style(text::number()).color(t.bury.fg));
        }
        if let Some([from, to]) = &moment.moved {
            let name = |group: &Option<String>| group.clone().unwrap_or_else(|| T::NoGroup.text().to_owned());
            ui.label(T::FromTo.with(&[("from", (&name(from)).into()), ("to", (&name(to)).into())]));
        }
    });
}

fn title<'a>(stage: &'a Stage<'_>, id: &'a str) -> &'a str {
    stage
        .bundle()
        .and_then(|bundle| {
            Some(bundle.catalog.products.get(bundle.catalog.index(id)? as usize)?.title.as_str())
        })
        .unwrap_or(id)
}

/// What was known of the visit at a moment: everything up to it, newest last.
pub(super) fn visit_at(story: &CustomerStory, at: usize) -> Visit {
    let now = story.moments[at].at + 1;
    let mut visit = Visit::of(PageRef::Home, now);
    visit.segment.clone_from(&story.group);
    for moment in &story.moments[..=at] {
        let kind = match moment.kind {
            MomentKind::Viewed => HistoryKind::View,
            MomentKind::AddedToCart => HistoryKind::Cart,
            MomentKind::Bought => HistoryKind::Purchase,
            MomentKind::Searched
            | MomentKind::RemovedFromCart
            | MomentKind::Wished
            | MomentKind::OpenedMail
            | MomentKind::ClickedMail
            | MomentKind::Moved => continue,
        };
        visit.history.extend(moment.products.iter().map(|product| HistoryItem {
            product: product.clone(),
            kind,
            age: now - moment.at,
        }));
    }
    visit
}

fn homepage_ui(ui: &mut Ui, stage: &mut Stage<'_>, story: &CustomerStory, at: usize) {
    let Some(prepared) = stage.prepared else { return };
    let page = prepared.decide(&visit_at(story, at), crate::decide::Detail::Full);
    heading::title(ui, T::TheirHomepage.text());
    let t = ui.tokens();
    let catalog = std::sync::Arc::clone(&prepared.bundle().catalog);
    Frame::new()
        .fill(crate::ui::theme::ShopLook::PAPER)
        .corner_radius(radius::PREVIEW)
        .stroke(Stroke::new(1.0, t.border))
        .inner_margin(20)
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            for block in page.blocks.iter().filter(|block| !block.slots.is_empty()) {
                ui.label(
                    RichText::new(&block.title)
                        .font(FontId::new(18.0, crate::ui::theme::shop_heading()))
                        .color(crate::ui::theme::ShopLook::INK),
                );
                let n = block.slots.len().min(MOST_SLOTS).max(4);
                let side = ((ui.available_width() - 10.0 * (n as f32 - 1.0)) / n as f32).min(132.0);
                ui.horizontal_top(|ui| {
                    ui.spacing_mut().item_spacing.x = 10.0;
                    for slot in block.slots.iter().take(MOST_SLOTS) {
                        let Some(product) = catalog.products.get(slot.product as usize) else {
                            continue;
                        };
                        let (rect, response) =
                            ui.allocate_exact_size(vec2(side, side + 38.0), Sense::hover());
                        stage.pictures.paint(
                            ui,
                            Rect::from_min_size(rect.min, Vec2::splat(side)),
                            product,
                            radius::CONTROL,
                        );
                        let mut job = egui::text::LayoutJob::simple_singleline(
                            product.title.clone(),
                            FontId::new(12.0, egui::FontFamily::Proportional),
                            crate::ui::theme::ShopLook::INK,
                        );
                        job.wrap = egui::text::TextWrapping::truncate_at_width(side);
                        let galley = ui.painter().layout_job(job);
                        ui.painter().galley(
                            rect.min + vec2(0.0, side + 4.0),
                            galley,
                            crate::ui::theme::ShopLook::INK,
                        );
                        if let Some(price) = product.price {
                            let price = stage.formats.price(price);
                            let font = FontId::new(12.0, crate::ui::theme::number_semibold());
                            ui.painter().text(
                                rect.min + vec2(0.0, side + 20.0),
                                egui::Align2::LEFT_TOP,
                                price,
                                font,
                                crate::ui::theme::ShopLook::INK,
                            );
                        }
                        response.widget_info(|| WidgetInfo::labeled(Role::ListItem, true, &product.title));
                    }
                });
                ui.add_space(space::S);
            }
        });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_of_a_moment_knows_nothing_of_the_future() {
        let moment = |at, kind, product: &str| Moment {
            at,
            kind,
            products: vec![product.to_owned()],
            ..Moment::default()
        };
        let story = CustomerStory {
            moments: vec![
                moment(10, MomentKind::Viewed, "a"),
                moment(20, MomentKind::Bought, "b"),
                moment(30, MomentKind::Viewed, "c"),
            ],
            ..CustomerStory::default()
        };
        let visit = visit_at(&story, 1);
        let seen: Vec<&str> = visit.history.iter().map(|item| item.product.as_str()).collect();
        assert_eq!(seen, ["a", "b"]);
        assert!(visit.history.iter().all(|item| 0 <= item.age));
    }
}
