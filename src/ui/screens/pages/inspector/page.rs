//! The page's own panel: how a row was filled, what matters in it, its settings.

use egui::{RichText, Ui};

use super::super::blocks;
use super::super::state::PagesState;
use super::why::signal_name;
use crate::decide::{BlockPage, Step};
use crate::merch::defaults::PRESETS;
use crate::merch::{Block, BlockKind, Edit, Signal, Source, StockPolicy, Weights};
use crate::ui::command::{Action, Command};
use crate::ui::icons;
use crate::ui::kit::combo::{Look, choice, combo};
use crate::ui::kit::slider::ShareSlider;
use crate::ui::kit::{button, heading};
use crate::ui::screens::Scene;
use crate::ui::strings::Phrase as _;
use crate::ui::strings::canvas::Canvas;
use crate::ui::theme::{HasTokens as _, number, text};

pub(super) fn page_panel(
    ui: &mut Ui,
    scene: &Scene<'_>,
    state: &mut PagesState,
    commands: &mut Vec<Command>,
) {
    let (segment, device) = (state.segment.clone(), state.device);
    let Some(page) = state.draft_page(scene, &segment, device) else {
        return;
    };
    let rows: Vec<&BlockPage> =
        page.blocks.iter().filter(|block| matches!(block.kind, BlockKind::Products)).collect();
    let chosen =
        rows.iter().find(|block| state.block.as_deref() == Some(&block.id)).or_else(|| rows.first()).copied();
    let Some(row) = chosen else {
        super::part(ui, |ui| {
            heading::title(ui, &state.page_title(scene));
            heading::caption(ui, Canvas::ChooseRow.text());
        });
        return;
    };
    super::part(ui, |ui| {
        heading::caption(ui, &state.page_title(scene));
        let mut picked = None;
        let name = format!("{}: {}", Canvas::Row.text(), row.title);
        combo(ui, &name, RichText::new(&row.title).text_style(text::title()), Look::Title, |ui| {
            for block in &rows {
                if choice(ui, block.id == row.id, &block.title, block.title.as_str()).clicked() {
                    picked = Some(block.id.clone());
                }
            }
        });
        if picked.is_some() {
            state.block = picked;
        }
    });
    super::hairline(ui);
    super::part(ui, |ui| funnel_ui(ui, scene, state, row));
    super::hairline(ui);
    super::part(ui, |ui| {
        weights_ui(ui, scene, state, &row.id, commands);
        super::curve::curve_ui(ui, scene, state, &row.id, commands);
    });
    super::hairline(ui);
    super::part(ui, |ui| settings_ui(ui, scene, state, &row.id, commands));
}

/// How many products were left after each step, and who fell out.
fn funnel_ui(ui: &mut Ui, scene: &Scene<'_>, state: &mut PagesState, row: &BlockPage) {
    let t = ui.tokens();
    heading::section(ui, Canvas::HowFilled.text());
    let funnel = &row.funnel;
    let steps = [
        (Canvas::FunnelCatalog, funnel.catalog),
        (Canvas::FunnelCandidates, funnel.candidates),
        (Canvas::FunnelRules, funnel.after_rules),
        (Canvas::FunnelStock, funnel.in_stock),
        (Canvas::FunnelShown, funnel.shown),
    ];
    ui.spacing_mut().item_spacing.y = 3.0;
    for (words, n) in steps {
        let (rect, response) =
            ui.allocate_exact_size(egui::vec2(ui.available_width(), 22.0), egui::Sense::click());
        if response.hovered() || response.has_focus() {
            ui.painter().rect_filled(rect, 4, t.hover);
        }
        if response.clicked() {
            state.funnel_open = !state.funnel_open;
        }
        let share = n as f32 / funnel.catalog.max(1) as f32;
        let mut bar = rect;
        bar.set_width((rect.width() * share).max(2.0));
        ui.painter().rect_filled(bar, 4, t.accent_soft);
        let at = rect.left_center() + egui::vec2(8.0, 0.0);
        let font = egui::FontId::new(13.0, egui::FontFamily::Proportional);
        ui.painter().text(at, egui::Align2::LEFT_CENTER, words.text(), font, t.text);
        let at = rect.right_center() - egui::vec2(4.0, 0.0);
        let count = scene.formats.number(i64::from(n));
        ui.painter().text(at, egui::Align2::RIGHT_CENTER, &count, egui::FontId::new(13.0, number()), t.text);
        response.widget_info(|| {
            egui::WidgetInfo::labeled(egui::Role::Button, true, format!("{}: {count}", words.text()))
        });
        crate::ui::kit::focus::ring(ui, &response, 4);
    }
    let label = if state.funnel_open { Canvas::HideFallen } else { Canvas::ShowFallen };
    if ui.add(button::link(label.text())).clicked() {
        state.funnel_open = !state.funnel_open;
    }
    if state.funnel_open {
        fallen_ui(ui, scene, state, row);
    }
}

/// What fell out of a row, worked out a few products per frame: each is a decision of its own.
#[derive(Debug)]
pub struct Fallen {
    made_for: (u64, String, String, String),
    next: usize,
    /// Reason, how many, a few titles.
    by_reason: Vec<(String, usize, Vec<String>)>,
}

/// Products that are asked why they are not shown; more would only repeat the reasons.
const MOST_ASKED: usize = 400;
/// Time a frame gives to asking.
const FRAME_SHARE: std::time::Duration = std::time::Duration::from_millis(3);

/// What did not make it, by reason, with a few names each.
fn fallen_ui(ui: &mut Ui, scene: &Scene<'_>, state: &mut PagesState, row: &BlockPage) {
    let Some(draft) = scene.draft else { return };
    let visit = state.visit(&state.segment, state.device, scene.now);
    let made_for = (scene.revision, format!("{:?}", state.page), state.segment.clone(), row.id.clone());
    let mut fallen = state.fallen.take().filter(|fallen| fallen.made_for == made_for).unwrap_or(Fallen {
        made_for,
        next: 0,
        by_reason: Vec::new(),
    });
    let asked = draft.bundle().catalog.products.len().min(MOST_ASKED);
    let started = std::time::Instant::now();
    while fallen.next < asked && started.elapsed() < FRAME_SHARE {
        let product = &draft.bundle().catalog.products[fallen.next];
        fallen.next += 1;
        let absence = draft.absence(&visit, &row.id, &product.id);
        let crate::decide::Absence::Removed(step) = &absence else {
            continue;
        };
        if *step == Step::NotACandidate {
            continue;
        }
        let words = super::super::dialogs::absence_words(scene, &absence);
        match fallen.by_reason.iter_mut().find(|(known, ..)| *known == words) {
            Some((_, count, names)) => {
                *count += 1;
                if names.len() < 3 {
                    names.push(product.title.clone());
                }
            }
            None => fallen.by_reason.push((words, 1, vec![product.title.clone()])),
        }
    }
    let is_done = asked <= fallen.next;
    if is_done {
        fallen.by_reason.sort_by_key(|(_, count, _)| std::cmp::Reverse(*count));
    } else {
        ui.ctx().request_repaint();
    }
    if fallen.by_reason.is_empty() && is_done {
        heading::caption(ui, Canvas::NothingFell.text());
    }
    for (words, count, names) in &fallen.by_reason {
        ui.label(
            RichText::new(format!("{} · {words}", scene.formats.number(*count as i64)))
                .text_style(text::label()),
        );
        heading::caption(ui, &names.join(", "));
        ui.add_space(2.0);
    }
    state.fallen = Some(fallen);
}

/// Five sliders that share a hundred percent, and variety.
pub(super) fn weights_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    state: &PagesState,
    block: &str,
    commands: &mut Vec<Command>,
) {
    let Some((reference, settings)) = blocks::find(scene, state, block) else {
        return;
    };
    heading::section(ui, &Canvas::WhatMatters.with(&[("row", (&settings.title).into())]));
    ui.spacing_mut().item_spacing.y = 1.0;
    let exported = scene.exported.and_then(|exported| {
        reference.peek(&exported.bundle().document).map(|block| (block.weights, block.variety))
    });
    let preset = PRESETS.iter().find(|(_, weights, _)| *weights == settings.weights);
    for signal in Signal::ALL {
        let missing = missing_signal(scene, signal);
        let mut value = settings.weights.of(signal);
        let changed = weight_row(
            ui,
            scene,
            signal_name(signal),
            missing,
            &mut value,
            exported.map(|(weights, _)| weights.of(signal)),
        );
        let reset = changed.double_clicked();
        if changed.changed() || reset {
            let base = preset.map_or(Weights::BALANCED, |(_, weights, _)| *weights);
            let weights = if reset { base } else { blocks::with_share(settings.weights, signal, value) };
            if weights != settings.weights {
                let label = Canvas::ChangedWeights.with(&[("row", (&settings.title).into())]);
                let edit = Edit::SetWeights { block: reference.clone(), weights };
                commands.push(Command::Edit { edit, label, toast: None });
            }
        }
    }
    if missing_signal(scene, Signal::Margin).is_some()
        && ui
            .add(button::link((icons::DOWNLOAD_SIMPLE.atom_sized(14.0, None), Canvas::MapCost.text())))
            .clicked()
    {
        commands.push(Command::Do(Action::ImportFiles));
    }
    let mut variety = settings.variety;
    let response = weight_row(
        ui,
        scene,
        Canvas::Variety.text(),
        None,
        &mut variety,
        exported.map(|(_, variety)| variety),
    )
    .on_hover_text(Canvas::VarietyTip.text());
    if response.double_clicked() {
        variety = 100;
    }
    if variety != settings.variety {
        let label = Canvas::ChangedWeights.with(&[("row", (&settings.title).into())]);
        commands.push(Command::Edit {
            edit: Edit::SetVariety { block: reference, variety },
            label,
            toast: None,
        });
    }
}

fn weight_row(
    ui: &mut Ui,
    scene: &Scene<'_>,
    name: &str,
    missing: Option<&'static str>,
    value: &mut u32,
    ghost: Option<u32>,
) -> egui::Response {
    let t = ui.tokens();
    let percent = scene.formats.percent(i64::from(*value));
    let spoken = Canvas::PercentOfMix.with(&[("percent", (&percent).into())]);
    ui.horizontal(|ui| {
        let color = if missing.is_some() { t.muted } else { t.text };
        let (label, _) = ui.allocate_exact_size(egui::vec2(84.0, 28.0), egui::Sense::hover());
        let font = egui::FontId::new(14.0, egui::FontFamily::Proportional);
        ui.painter().text(label.left_center(), egui::Align2::LEFT_CENTER, name, font, color);
        let width = (ui.available_width() - 52.0).max(60.0);
        let slider =
            ShareSlider { name, spoken: &spoken, max: 1_000, ghost, enabled: missing.is_none(), width };
        let response = slider.show(ui, value);
        let (number_rect, _) = ui.allocate_exact_size(egui::vec2(44.0, 28.0), egui::Sense::hover());
        let percent = scene.formats.percent(i64::from(*value));
        ui.painter().text(
            number_rect.right_center(),
            egui::Align2::RIGHT_CENTER,
            percent,
            egui::FontId::new(14.0, number()),
            color,
        );
        match missing {
            Some(why) => response.on_hover_text(why),
            None => response,
        }
    })
    .inner
}

/// Why a signal cannot matter yet.
fn missing_signal(scene: &Scene<'_>, signal: Signal) -> Option<&'static str> {
    let signals = &scene.draft?.bundle().signals;
    let nothing = |values: &[Option<u16>]| values.iter().all(Option::is_none);
    match signal {
        Signal::Margin if nothing(&signals.margin) => Some(Canvas::MarginNeedsCost.text()),
        Signal::Stock if nothing(&signals.stock) => Some(Canvas::StockNeedsCounts.text()),
        Signal::Newness if nothing(&signals.newness) => Some(Canvas::NewnessNeedsDates.text()),
        Signal::Popularity if nothing(&signals.popularity) => Some(Canvas::PopularityNeedsOrders.text()),
        _ => None,
    }
}

fn settings_ui(ui: &mut Ui, scene: &Scene<'_>, state: &PagesState, block: &str, commands: &mut Vec<Command>) {
    let Some((reference, settings)) = blocks::find(scene, state, block) else {
        return;
    };
    heading::section(ui, Canvas::RowSettings.text());
    let mut next = settings.clone();
    field(ui, Canvas::RowTitle.text(), |ui| {
        let width = ui.available_width();
        ui.add(egui::TextEdit::singleline(&mut next.title).desired_width(width))
            .accessible_name(Canvas::RowTitle.text());
    });
    field(ui, Canvas::HowMany.text(), |ui| {
        let mut size = next.size;
        ui.add(egui::DragValue::new(&mut size).range(1..=200).speed(0.1))
            .accessible_name(Canvas::HowMany.text());
        if size != next.size {
            next.size = size;
            next.minimum = next.minimum.max(size);
        }
    });
    field(ui, Canvas::FilledFrom.text(), |ui| source_combo(ui, &mut next, 0));
    field(ui, Canvas::IfTooFew.text(), |ui| source_combo(ui, &mut next, 1));
    field(ui, Canvas::StockRule.text(), |ui| {
        let words = stock_name(next.stock);
        let name = format!("{}: {words}", Canvas::StockRule.text());
        let mut picked = None;
        combo(ui, &name, words, Look::Outlined, |ui| {
            for policy in [StockPolicy::InStock, StockPolicy::Sellable, StockPolicy::Any] {
                let words = stock_name(policy);
                if choice(ui, policy == next.stock, words, words).clicked() {
                    picked = Some(policy);
                }
            }
        });
        next.stock = picked.unwrap_or(next.stock);
    });
    if next != settings {
        commands.push(blocks::set(reference.clone(), next));
    }
    ui.add_space(4.0);
    ui.horizontal(|ui| {
        for (icon, words, by) in
            [(icons::ARROW_UP, Canvas::RowUp, -1), (icons::ARROW_DOWN, Canvas::RowDown, 1)]
        {
            if button::icon(ui, icon, words.text()).clicked() {
                commands.extend(blocks::move_block(scene, state, block, by));
            }
        }
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            if ui.add(button::quiet((icons::TRASH.atom(), Canvas::RemoveRow.text()))).clicked() {
                let label = Canvas::RemovedRow.with(&[("row", (&settings.title).into())]);
                commands.push(Command::Edit {
                    edit: Edit::RemoveBlock { block: reference },
                    label,
                    toast: None,
                });
            }
        });
    });
}

fn field(ui: &mut Ui, name: &str, contents: impl FnOnce(&mut Ui)) {
    let t = ui.tokens();
    ui.horizontal(|ui| {
        let (label, _) = ui.allocate_exact_size(egui::vec2(96.0, 28.0), egui::Sense::hover());
        let font = egui::FontId::new(13.0, egui::FontFamily::Proportional);
        ui.painter().text(label.left_center(), egui::Align2::LEFT_CENTER, name, font, t.muted);
        contents(ui);
    });
}

fn source_combo(ui: &mut Ui, block: &mut Block, at: usize) {
    let current = block.sources.get(at).cloned();
    let words = current.as_ref().map_or(Canvas::SourceNone.text(), source_name);
    let title = if at == 0 { Canvas::FilledFrom } else { Canvas::IfTooFew };
    let name = format!("{}: {words}", title.text());
    let mut picked = None;
    combo(ui, &name, words, Look::Outlined, |ui| {
        for source in [
            Source::ForYou,
            Source::BestSellers,
            Source::Trending,
            Source::New,
            Source::OnSale,
            Source::BoughtTogether,
            Source::Similar,
            Source::AlsoViewed,
            Source::RecentlyViewed,
            Source::BuyAgain,
            Source::HandPicked,
            Source::Everything,
        ] {
            let words = source_name(&source);
            if choice(ui, Some(&source) == current.as_ref(), words, words).clicked() {
                picked = Some(source);
            }
        }
    });
    if let Some(source) = picked {
        block.sources.retain(|known| *known != source);
        if at < block.sources.len() {
            block.sources[at] = source;
        } else {
            block.sources.push(source);
        }
    }
}

fn source_name(source: &Source) -> &'static str {
    match source {
        Source::ForYou => Canvas::SourceForYou,
        Source::BoughtTogether => Canvas::SourceBoughtTogether,
        Source::Similar => Canvas::SourceSimilar,
        Source::AlsoViewed => Canvas::SourceAlsoViewed,
        Source::ViewedThenBought => Canvas::SourceViewedThenBought,
        Source::CompleteTheSet => Canvas::SourceCompleteTheSet,
        Source::Trending => Canvas::SourceTrending,
        Source::BestSellers => Canvas::SourceBestSellers,
        Source::New => Canvas::SourceNew,
        Source::OnSale => Canvas::SourceOnSale,
        Source::RecentlyViewed => Canvas::SourceRecentlyViewed,
        Source::BuyAgain => Canvas::SourceBuyAgain,
        Source::BackInStock => Canvas::SourceBackInStock,
        Source::HandPicked => Canvas::SourceHandPicked,
        Source::Collection(_) => Canvas::SourceCollection,
        Source::SearchHits => Canvas::SourceSearchHits,
        Source::Everything => Canvas::SourceEverything,
    }
    .text()
}

fn stock_name(policy: StockPolicy) -> &'static str {
    match policy {
        StockPolicy::InStock => Canvas::StockInStock,
        StockPolicy::Sellable => Canvas::StockSellable,
        StockPolicy::Any => Canvas::StockAny,
    }
    .text()
}
