//! Search: what shoppers look for, what they find, and how to repair what they do not.

use egui::{
    FontId, Frame, Key, Margin, Panel, Rect, RichText, Role, ScrollArea, Sense, Ui, Vec2, WidgetInfo, pos2,
    vec2,
};

use super::stage::{Ask, Place, Stage};
use crate::app::found::{self, Note};
use crate::app::view::{RepairKind, SearchTermRow};
use crate::bundle::words;
use crate::decide::{Detail, Page, PageRef, Sentence, Visit};
use crate::merch::{Action, Edit, PageKey, Redirect, Rule, Schedule, Scope, SearchSettings, Synonym, Target};
use crate::ui::icons;
use crate::ui::kit::empty::{Chosen, EmptyState};
use crate::ui::kit::pick_list::PickList;
use crate::ui::kit::{button, card, chip, combo, heading, search_field};
use crate::ui::strings::Phrase as _;
use crate::ui::strings::finding::Finding as T;
use crate::ui::strings::said;
use crate::ui::strings::shell::Shell;
use crate::ui::theme::{HasTokens as _, ShopLook, medium, number, number_semibold, radius, space, text};

/// What only this screen cares about.
#[derive(Clone, Debug, Default)]
pub struct SearchState {
    query: String,
    list: List,
    segment: Option<String>,
    synonym: String,
    /// The page of the query, and what it was decided from.
    page: Option<(String, Option<String>, u64, Page)>,
    /// What that page says above its results.
    note: Option<Note>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum List {
    #[default]
    All,
    NoResults,
    Rarely,
}

impl List {
    fn holds(self, term: &SearchTermRow) -> bool {
        match self {
            Self::All => true,
            Self::NoResults => term.found == Some(0),
            Self::Rarely => {
                term.found != Some(0) && term.clicks.is_some_and(|clicks| clicks * 10 < term.searches)
            }
        }
    }
}

pub fn search_ui(ui: &mut Ui, stage: &mut Stage<'_>, state: &mut SearchState) {
    if stage.prepared.is_none() {
        let empty = EmptyState {
            icon: icons::MAGNIFYING_GLASS,
            title: T::NoProducts.text(),
            hint: T::NoProductsHint.text(),
            action: Some(T::ImportFiles.text()),
            alternative: None,
        };
        if empty.show(ui) == Some(Chosen::Action) {
            stage.push(Ask::ChooseFiles);
        }
        return;
    }
    let t = ui.tokens();
    let width = (ui.available_width() * 0.32).clamp(250.0, 340.0);
    let side = Frame::new().fill(t.surface).inner_margin(Margin::symmetric(12, 12));
    Panel::left("queries")
        .exact_size(width)
        .resizable(false)
        .frame(side)
        .show(ui, |ui| terms_ui(ui, stage, state));
    egui::CentralPanel::default().frame(Frame::new().fill(t.app)).show(ui, |ui| {
        ScrollArea::vertical().id_salt("results").auto_shrink(false).show(ui, |ui| {
            Frame::new().inner_margin(Margin::symmetric(20, 16)).show(ui, |ui| {
                ui.set_width(ui.available_width());
                field_ui(ui, stage, state);
                ui.add_space(space::S);
                decide(stage, state);
                results_ui(ui, stage, state);
                ui.add_space(space::L);
                taught_ui(ui, stage);
            });
        });
    });
}

fn terms_ui(ui: &mut Ui, stage: &Stage<'_>, state: &mut SearchState) {
    if stage.view.is_partial {
        ui.add(egui::Label::new(Shell::ReadingTheRest.text()).wrap());
        return;
    }
    let terms = std::sync::Arc::clone(&stage.view.search_terms);
    if terms.is_empty() {
        ui.add(egui::Label::new(T::NoTerms.text()).wrap());
        heading::caption(ui, T::HowTo.text());
        return;
    }
    ui.horizontal_wrapped(|ui| {
        for (list, name) in
            [(List::All, T::AllTerms), (List::NoResults, T::NoResults), (List::Rarely, T::Rarely)]
        {
            let n = terms.iter().filter(|term| list.holds(term)).count();
            if chip::filter(ui, state.list == list, &name.with(&[("n", n.into())])).clicked() {
                state.list = list;
            }
        }
    });
    let shown: Vec<&SearchTermRow> = terms.iter().filter(|term| state.list.holds(term)).collect();
    let (head, _) = ui.allocate_exact_size(vec2(ui.available_width(), 22.0), Sense::hover());
    let font = text::label().resolve(ui.style());
    let muted = ui.tokens().muted;
    let columns = [head.right() - 122.0, head.right() - 66.0, head.right() - 12.0];
    let y = head.center().y;
    ui.painter().text(
        pos2(head.left() + 8.0, y),
        egui::Align2::LEFT_CENTER,
        T::Query.text(),
        font.clone(),
        muted,
    );
    for (x, name) in columns.into_iter().zip([T::Searches, T::Clicks, T::Found]) {
        ui.painter().text(pos2(x, y), egui::Align2::RIGHT_CENTER, name.text(), font.clone(), muted);
    }
    let list = PickList {
        salt: "terms",
        row_height: 32.0,
        n_rows: shown.len(),
        chosen: shown.iter().position(|term| term.query == state.query),
    };
    let picked = list.show(
        ui,
        |row| shown[row].query.clone(),
        |ui, rect, row| {
            let t = ui.tokens();
            let term = shown[row];
            let y = rect.center().y;
            let clip = Rect::from_min_max(rect.min, pos2(columns[0] - 44.0, rect.bottom()));
            let left = egui::Align2::LEFT_CENTER;
            let font = FontId::new(14.0, medium());
            let query = pos2(head.left() + 8.0, y);
            ui.painter().with_clip_rect(clip).text(query, left, &term.query, font, t.text);
            let figure = |value: Option<u64>| {
                value.map_or_else(|| "–".to_owned(), |value| stage.formats.number(value as i64))
            };
            let values = [figure(Some(term.searches)), figure(term.clicks), figure(term.found)];
            for (column, (x, value)) in columns.into_iter().zip(values).enumerate() {
                let color = if column == 2 && term.found == Some(0) { t.hide.fg } else { t.text };
                let font = FontId::new(13.0, number());
                ui.painter().text(pos2(x, y), egui::Align2::RIGHT_CENTER, value, font, color);
            }
        },
    );
    if let Some(row) = picked {
        state.query.clone_from(&shown[row].query);
    }
}

fn field_ui(ui: &mut Ui, stage: &Stage<'_>, state: &mut SearchState) {
    ui.horizontal(|ui| {
        let room = (ui.available_width() - 220.0).clamp(160.0, 420.0);
        search_field::search_field(ui, &mut state.query, T::Try.text(), room);
        let segments = stage.bundle().map(|bundle| bundle.segments.segments.clone()).unwrap_or_default();
        let chosen = state.segment.as_ref().and_then(|id| segments.iter().find(|info| info.id == *id));
        let name = chosen.map_or(T::Everyone.text().into(), |info| said::group(&info.name)).into_owned();
        let label = T::ForGroup.with(&[("name", (&name).into())]);
        combo::combo(ui, &label, name.as_str(), combo::Look::Outlined, |ui| {
            if combo::choice(ui, state.segment.is_none(), T::Everyone.text(), T::Everyone.text()).clicked() {
                state.segment = None;
            }
            for info in segments.iter().filter(|info| !info.hidden) {
                let on = state.segment.as_deref() == Some(info.id.as_str());
                let name = said::group(&info.name);
                if combo::choice(ui, on, &name, name.as_ref()).clicked() {
                    state.segment = Some(info.id.clone());
                }
            }
        });
    });
}

/// Decides the results page when the query, the group or the document changed.
fn decide(stage: &Stage<'_>, state: &mut SearchState) {
    let query = state.query.trim().to_owned();
    let fresh = state.page.as_ref().is_some_and(|(known, segment, revision, _)| {
        *known == query && *segment == state.segment && *revision == stage.revision
    });
    if fresh || query.is_empty() {
        return;
    }
    let Some(prepared) = stage.prepared else { return };
    let mut visit = Visit::of(PageRef::Search(query.clone()), stage.now);
    visit.segment = Some(state.segment.clone().unwrap_or_else(|| crate::bundle::EVERYONE.to_owned()));
    let page = prepared.decide(&visit, Detail::Full);
    state.note = found::note(prepared.bundle(), &visit.page);
    state.page = Some((query, state.segment.clone(), stage.revision, page));
}

fn results_ui(ui: &mut Ui, stage: &mut Stage<'_>, state: &mut SearchState) {
    let query = state.query.trim().to_lowercase();
    let (Some((_, _, _, page)), Some(prepared)) = (&state.page, stage.prepared) else {
        return;
    };
    if query.is_empty() {
        return;
    }
    if let Some(to) = &page.redirect {
        card::banner(ui, ui.tokens().info, |ui| ui.label(T::Redirected.with(&[("to", to.into())])));
    }
    let catalog = std::sync::Arc::clone(&prepared.bundle().catalog);
    let hits: Vec<(u32, Vec<String>)> = page
        .blocks
        .iter()
        .flat_map(|block| block.slots.iter())
        .map(|slot| {
            let words = match &slot.why.sentence {
                Sentence::TextMatch { words } => words.clone(),
                _ => Vec::new(),
            };
            (slot.product, words)
        })
        .collect();
    let total: u32 = page.blocks.iter().map(|block| block.total).max().unwrap_or(0);
    let redirected = page.redirect.is_some();
    match &state.note {
        Some(Note::Nothing { best_sellers, .. }) if !redirected => {
            repair_ui(ui, stage, &query, &mut state.synonym);
            if hits.is_empty() {
                return;
            }
            let says = if *best_sellers { T::NothingBestSellers } else { T::NothingOthers };
            heading::caption(ui, &says.with(&[("query", (&query).into())]));
        }
        Some(Note::ReadAs { word, instead }) => read_as_ui(ui, stage, word, instead),
        _ => {}
    }
    heading::caption(ui, &T::Hits.with(&[("n", total.max(hits.len() as u32).into())]));
    let t = ui.tokens();
    let paper = Frame::new()
        .fill(ShopLook::PAPER)
        .stroke(egui::Stroke::new(1.0, t.border))
        .corner_radius(radius::PREVIEW)
        .inner_margin(20);
    paper.show(ui, |ui| {
        ui.set_width(ui.available_width());
        let columns = (ui.available_width() / 150.0).floor().max(2.0);
        let side = ((ui.available_width() - 12.0 * (columns - 1.0)) / columns).floor();
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing = vec2(12.0, 14.0);
            for (idx, words) in hits.iter().take(24) {
                if let Some(product) = catalog.products.get(*idx as usize) {
                    hit_ui(ui, stage, product, words, &query, side);
                }
            }
        });
    });
    ui.horizontal_wrapped(|ui| {
        if ui.add(button::link(T::ShapePage.text())).clicked() {
            stage.go(Place::Page(PageRef::Search(query.clone())));
        }
        for word in query.split_whitespace() {
            if ui.add(button::link(format!("{}: {word}", T::IgnoreWord.text()))).clicked() {
                let mut search = stage.draft.search.clone();
                search.ignored_words.push(word.to_owned());
                set(stage, search, &T::IgnoredWord.with(&[("word", word.into())]));
            }
        }
    });
}

/// A word that no product says, what it was read as, and a way to make that the merchant's own synonym.
fn read_as_ui(ui: &mut Ui, stage: &mut Stage<'_>, word: &str, instead: &str) {
    let says = T::ReadAs.with(&[("word", word.into()), ("instead", instead.into())]);
    let usable = !stage.view.store.read_only;
    let clicked = card::banner(ui, ui.tokens().info, |ui| {
        ui.label(says);
        ui.add_enabled(usable, button::link(T::AddSynonym.text().to_owned())).clicked()
    });
    if clicked.inner {
        let mut search = stage.draft.search.clone();
        search.synonyms.push(Synonym { words: vec![word.to_owned(), instead.to_owned()], one_way: false });
        set(stage, search, &T::AddedSynonym.with(&[("one", word.into()), ("two", instead.into())]));
    }
}

fn hit_ui(
    ui: &mut Ui,
    stage: &mut Stage<'_>,
    product: &crate::bundle::CatalogProduct,
    words: &[String],
    query: &str,
    side: f32,
) {
    let (rect, response) = ui.allocate_exact_size(vec2(side, side + 44.0), Sense::click());
    stage.pictures.paint(ui, Rect::from_min_size(rect.min, Vec2::splat(side)), product, radius::CONTROL);
    let galley = underlined(ui, &product.title, query, side);
    ui.painter().galley(rect.min + vec2(0.0, side + 5.0), galley, ShopLook::INK);
    let price = product.price.map(|price| stage.formats.price(price)).unwrap_or_default();
    let at = rect.min + vec2(0.0, side + 23.0);
    ui.painter().text(at, egui::Align2::LEFT_TOP, price, FontId::new(13.0, number_semibold()), ShopLook::INK);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &product.title));
    crate::ui::kit::focus::ring(ui, &response, radius::CONTROL);
    let why = if words.is_empty() {
        product.title.clone()
    } else {
        T::Matched.with(&[("words", (&words.join(", ")).into())])
    };
    let response = response.on_hover_text(why);
    egui::Popup::menu(&response).id(response.id.with("verbs")).show(|ui| {
        let pin = button::quiet((icons::PUSH_PIN.atom(), T::PinHere.text()));
        if ui.add_enabled(!stage.view.store.read_only, pin).clicked() {
            let rule = Rule {
                id: stage.draft.next_rule_id(),
                name: None,
                enabled: true,
                action: Action::Pin { position: 1, soft: false, keep_when_sold_out: false },
                target: Target::Products(vec![product.id.clone()]),
                scope: Scope {
                    pages: vec![PageKey::Search],
                    queries: vec![crate::decide::normalised(query, &stage.draft.search.ignored_words)],
                    ..Scope::default()
                },
                schedule: Schedule::default(),
                created_at: stage.now,
            };
            let says = T::Pinned.with(&[("product", (&product.title).into()), ("query", query.into())]);
            stage.edit(Edit::AddRule { rule, at: None }, says);
        }
    });
}

/// The title with the words of the query underlined.
fn underlined(ui: &Ui, title: &str, query: &str, width: f32) -> std::sync::Arc<egui::Galley> {
    let font = FontId::new(13.0, medium());
    let mut job = egui::text::LayoutJob::default();
    for (idx, word) in title.split(' ').enumerate() {
        if 0 < idx {
            job.append(" ", 0.0, egui::TextFormat::simple(font.clone(), ShopLook::INK));
        }
        let hit = query.split_whitespace().any(|wanted| word.to_lowercase().starts_with(wanted));
        let mut format = egui::TextFormat::simple(font.clone(), ShopLook::INK);
        if hit {
            format.underline = egui::Stroke::new(1.5, ShopLook::SELECTED);
        }
        job.append(word, 0.0, format);
    }
    job.wrap = egui::text::TextWrapping::truncate_at_width(width);
    ui.painter().layout_job(job)
}

/// A search without results, and two ways to mend it.
fn repair_ui(ui: &mut Ui, stage: &mut Stage<'_>, query: &str, synonym: &mut String) {
    card::card(ui, |ui| {
        ui.set_width(ui.available_width());
        heading::title(ui, &T::NothingFound.with(&[("query", query.into())]));
        heading::caption(ui, T::RepairHint.text());
        let folded = words(query).join(" ");
        let known = stage.view.search_terms.iter().find(|term| term.query == folded);
        if let Some(kind) = known.and_then(|term| term.repair.clone()) {
            proposal_ui(ui, stage, query, &kind);
        }
        ui.horizontal(|ui| {
            ui.label(RichText::new(format!("“{query}”")).text_style(text::strong()));
            ui.label(T::SameAs.text());
            let field =
                egui::TextEdit::singleline(synonym).hint_text(T::SynonymOf.text()).desired_width(180.0);
            let field = ui.add(field).accessible_name(T::SynonymOf.text());
            let entered = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
            let usable = !synonym.trim().is_empty() && !stage.view.store.read_only;
            if (ui.add_enabled(usable, button::primary(T::AddSynonym.text())).clicked() || entered) && usable
            {
                let mut search = stage.draft.search.clone();
                let other = synonym.trim().to_lowercase();
                search
                    .synonyms
                    .push(Synonym { words: vec![query.to_owned(), other.clone()], one_way: false });
                set(stage, search, &T::AddedSynonym.with(&[("one", query.into()), ("two", (&other).into())]));
                synonym.clear();
            }
        });
        let collections = stage.bundle().map(|bundle| bundle.catalog.collections.clone()).unwrap_or_default();
        if !collections.is_empty() {
            combo::combo(ui, T::RedirectTo.text(), T::RedirectTo.text(), combo::Look::Outlined, |ui| {
                for collection in &collections {
                    if combo::choice(ui, false, &collection.title, collection.title.as_str()).clicked() {
                        let mut search = stage.draft.search.clone();
                        search.redirects.push(Redirect {
                            query: query.to_owned(),
                            to: format!("collection:{}", collection.id),
                        });
                        let says = T::AddedRedirect
                            .with(&[("query", query.into()), ("to", (&collection.title).into())]);
                        set(stage, search, &says);
                    }
                }
            });
        }
    });
}

/// What past searches and the catalog's words say would help, with the button that does it.
fn proposal_ui(ui: &mut Ui, stage: &mut Stage<'_>, query: &str, kind: &RepairKind) {
    let synonym = |word: &str, instead: &str| Synonym {
        words: vec![word.to_owned(), instead.to_owned()],
        one_way: false,
    };
    let mut search = stage.draft.search.clone();
    let (says, action, label) = match kind {
        RepairKind::Synonym { instead, times } => {
            search.synonyms.push(synonym(query, instead));
            (
                T::WentOn.with(&[("instead", instead.into()), ("times", (*times).into())]),
                T::MakeSynonyms,
                T::AddedSynonym.with(&[("one", query.into()), ("two", instead.into())]),
            )
        }
        RepairKind::IgnoreWord { word, products } => {
            search.ignored_words.push(word.clone());
            (
                T::WithoutWord.with(&[("word", word.into()), ("n", (*products).into())]),
                T::IgnoreWord,
                T::IgnoredWord.with(&[("word", word.into())]),
            )
        }
        RepairKind::Closest { word } => {
            search.synonyms.push(synonym(query, word));
            (
                T::CloseWord.with(&[("word", word.into())]),
                T::MakeSynonyms,
                T::AddedSynonym.with(&[("one", query.into()), ("two", word.into())]),
            )
        }
        RepairKind::NothingAlike => return,
    };
    let usable = !stage.view.store.read_only;
    ui.horizontal_wrapped(|ui| {
        ui.label(says);
        if ui.add_enabled(usable, button::link(action.text().to_owned())).clicked() {
            set(stage, search, &label);
        }
    });
}

/// Synonyms, redirects and ignored words, each with a cross that takes it back.
fn taught_ui(ui: &mut Ui, stage: &mut Stage<'_>) {
    let search = stage.draft.search.clone();
    if search == SearchSettings::default() {
        return;
    }
    heading::title(ui, T::SettingsTitle.text());
    card::card(ui, |ui| {
        ui.set_width(ui.available_width());
        let mut group = |ui: &mut Ui,
                         title: T,
                         labels: Vec<String>,
                         mut remove: Box<dyn FnMut(&mut Stage<'_>, usize) + '_>| {
            if labels.is_empty() {
                return;
            }
            heading::section(ui, title.text());
            ui.horizontal_wrapped(|ui| {
                for (idx, label) in labels.iter().enumerate() {
                    if chip::removable(ui, label, &T::RemoveSynonym.with(&[("words", label.into())])) {
                        remove(stage, idx);
                    }
                }
            });
        };
        let words = |synonym: &Synonym| synonym.words.join(if synonym.one_way { " → " } else { " = " });
        group(
            ui,
            T::Synonyms,
            search.synonyms.iter().map(words).collect(),
            Box::new(|stage, idx| {
                let mut changed = search.clone();
                let gone = changed.synonyms.remove(idx);
                set(stage, changed, &T::RemovedSynonym.with(&[("words", (&words(&gone)).into())]));
            }),
        );
        let redirects = search.redirects.iter().map(|one| format!("{} → {}", one.query, one.to)).collect();
        group(
            ui,
            T::Redirects,
            redirects,
            Box::new(|stage, idx| {
                let mut changed = search.clone();
                let gone = changed.redirects.remove(idx);
                set(stage, changed, &T::RemovedRedirect.with(&[("query", (&gone.query).into())]));
            }),
        );
        group(
            ui,
            T::IgnoredWords,
            search.ignored_words.clone(),
            Box::new(|stage, idx| {
                let mut changed = search.clone();
                let gone = changed.ignored_words.remove(idx);
                set(stage, changed, &T::RestoredWord.with(&[("word", (&gone).into())]));
            }),
        );
    });
}

fn set(stage: &mut Stage<'_>, search: SearchSettings, label: &str) {
    stage.edit(Edit::SetSearch { search }, label);
}
