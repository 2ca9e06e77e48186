//! Recommendations: what is shown next to each product, with the evidence.

use std::sync::Arc;

use egui::{
    FontId, Frame, Margin, Panel, Rect, RichText, Role, ScrollArea, Sense, Ui, Vec2, WidgetInfo, pos2, vec2,
};

use super::stage::{Ask, Place, Stage};
use crate::bundle::{Bundle, CatalogProduct, Neighbor, Neighbors, Strategy};
use crate::decide::PageRef;
use crate::merch::{Action, Edit, PageKey, Rule, Schedule, Scope, Target};
use crate::ui::icons;
use crate::ui::kit::empty::{Chosen, EmptyState};
use crate::ui::kit::pick_list::PickList;
use crate::ui::kit::{button, progress, search_field};
use crate::ui::strings::Phrase as _;
use crate::ui::strings::finding::Finding as T;
use crate::ui::theme::{
    HasTokens as _, ShopLook, medium, number, number_semibold, radius, shop_heading, space, text,
};

/// What only this screen cares about.
#[derive(Clone, Debug, Default)]
pub struct RecommendationsState {
    filter: String,
    selected: Option<String>,
    only_without: bool,
    /// Which products have pairs, for one set of lists: a look at all of them takes longer than a frame has.
    paired: Option<(Arc<Neighbors>, Vec<bool>)>,
}

impl RecommendationsState {
    fn paired(&mut self, bundle: &Bundle) -> Vec<bool> {
        match &self.paired {
            Some((known, paired)) if Arc::ptr_eq(known, &bundle.neighbors) => paired.clone(),
            _ => {
                let n = bundle.catalog.products.len() as u32;
                let paired: Vec<bool> = (0..n).map(|idx| has_pairs(bundle, idx)).collect();
                self.paired = Some((Arc::clone(&bundle.neighbors), paired.clone()));
                paired
            }
        }
    }

    /// The product whose page is shown: the chosen one, else the first of the catalog.
    pub fn shown<'a>(&self, bundle: &'a Bundle) -> Option<&'a CatalogProduct> {
        let at = self.selected.as_ref().and_then(|id| bundle.catalog.index(id)).unwrap_or(0);
        bundle.catalog.products.get(at as usize)
    }
}

/// Fewer shared orders than this say nothing.
const FEWEST_SHARED: u32 = 5;
const ROW: f32 = 44.0;

fn has_pairs(bundle: &Bundle, product: u32) -> bool {
    let pairs = bundle.neighbors.of(Strategy::BoughtTogether, product);
    pairs.iter().any(|neighbor| FEWEST_SHARED <= neighbor.evidence.both)
}

fn pairs(bundle: &Bundle, product: u32) -> Vec<Neighbor> {
    bundle
        .neighbors
        .of(Strategy::BoughtTogether, product)
        .iter()
        .filter(|neighbor| FEWEST_SHARED <= neighbor.evidence.both)
        .copied()
        .collect()
}

pub fn recommendations_ui(ui: &mut Ui, stage: &mut Stage<'_>, state: &mut RecommendationsState) {
    let Some(bundle) = stage.view.bundle.clone() else {
        let empty = EmptyState {
            icon: icons::SPARKLE,
            title: T::EmptyRecs.text(),
            hint: T::NoProductsHint.text(),
            action: Some(T::ImportFiles.text()),
            alternative: None,
        };
        if empty.show(ui) == Some(Chosen::Action) {
            stage.push(Ask::ChooseFiles);
        }
        return;
    };
    let t = ui.tokens();
    let side = Frame::new().fill(t.surface).inner_margin(Margin::symmetric(12, 12));
    Panel::left("recommended products").exact_size(280.0).resizable(false).frame(side).show(ui, |ui| {
        list_ui(ui, stage, state, &bundle);
    });
    let app = t.app;
    egui::CentralPanel::default().frame(Frame::new().fill(app)).show(ui, |ui| {
        ScrollArea::vertical().id_salt("product page").auto_shrink(false).show(ui, |ui| {
            Frame::new().inner_margin(Margin::symmetric(20, 16)).show(ui, |ui| {
                ui.set_width(ui.available_width());
                let selected = state.selected.as_ref().and_then(|id| bundle.catalog.index(id)).unwrap_or(0);
                if let Some(product) = bundle.catalog.products.get(selected as usize) {
                    if ui.add(button::link(T::ShapePage.text())).clicked() {
                        stage.go(Place::Page(PageRef::Product(product.id.clone())));
                    }
                    page_ui(ui, stage, &bundle, selected, product);
                }
            });
        });
    });
}

fn list_ui(ui: &mut Ui, stage: &mut Stage<'_>, state: &mut RecommendationsState, bundle: &Bundle) {
    let n = bundle.catalog.products.len();
    let paired = state.paired(bundle);
    let ready = paired.iter().filter(|paired| **paired).count();
    let words = T::ReadyFor.with(&[("n", ready.into()), ("all", n.into())]);
    ui.add(egui::Label::new(RichText::new(&words).text_style(text::small())).wrap());
    progress::bar(ui, ui.available_width(), Some(ready as f32 / n.max(1) as f32), &words);
    if ready < n {
        let label = if state.only_without {
            T::ShowAll.text().to_owned()
        } else {
            T::ShowOthers.with(&[("n", (n - ready).into())])
        };
        if ui.add(button::link(label)).clicked() {
            state.only_without = !state.only_without;
        }
    }
    search_field::search_field(ui, &mut state.filter, T::FindProduct.text(), f32::INFINITY);
    let needle = state.filter.to_lowercase();
    let shown: Vec<u32> = (0..n as u32)
        .filter(|idx| !state.only_without || !paired[*idx as usize])
        .filter(|idx| {
            needle.is_empty() || bundle.catalog.products[*idx as usize].title.to_lowercase().contains(&needle)
        })
        .collect();
    if shown.is_empty() {
        ui.label(T::NoHits.with(&[("words", (&state.filter).into())]));
        if ui.add(button::link(T::Clear.text())).clicked() {
            state.filter.clear();
            state.only_without = false;
        }
        return;
    }
    let product = |row: usize| &bundle.catalog.products[shown[row] as usize];
    let list = PickList {
        salt: "products",
        row_height: ROW,
        n_rows: shown.len(),
        chosen: state
            .selected
            .as_ref()
            .and_then(|id| bundle.catalog.index(id))
            .and_then(|idx| shown.iter().position(|known| *known == idx)),
    };
    let picked = list.show(
        ui,
        |row| product(row).title.clone(),
        |ui, rect, row| {
            let t = ui.tokens();
            let product = product(row);
            let picture = Rect::from_min_size(rect.min + vec2(6.0, 5.0), Vec2::splat(34.0));
            stage.pictures.paint(ui, picture, product, 4);
            let clip = Rect::from_min_max(rect.min, pos2(rect.right() - 6.0, rect.bottom()));
            let left = egui::Align2::LEFT_CENTER;
            let painter = ui.painter().with_clip_rect(clip);
            let at = rect.left_center() + vec2(50.0, -8.0);
            painter.text(at, left, &product.title, FontId::new(13.0, medium()), t.text);
            let price = product.price.map(|price| stage.formats.price(price)).unwrap_or_default();
            let at = rect.left_center() + vec2(50.0, 10.0);
            painter.text(at, left, price, FontId::new(12.0, number()), t.muted);
        },
    );
    if let Some(row) = picked {
        state.selected = Some(product(row).id.clone());
    }
}

/// The product page as the shopper sees it.
fn page_ui(ui: &mut Ui, stage: &mut Stage<'_>, bundle: &Bundle, idx: u32, product: &CatalogProduct) {
    let border = ui.tokens().border;
    let paper = Frame::new()
        .fill(ShopLook::PAPER)
        .stroke(egui::Stroke::new(1.0, border))
        .corner_radius(radius::PREVIEW)
        .inner_margin(24);
    paper.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.horizontal_top(|ui| {
            let side = (ui.available_width() * 0.34).min(240.0);
            let (rect, _) = ui.allocate_exact_size(Vec2::splat(side), Sense::hover());
            stage.pictures.paint(ui, rect, product, radius::CARD);
            ui.add_space(space::L);
            ui.vertical(|ui| {
                ui.add(
                    egui::Label::new(
                        RichText::new(&product.title)
                            .font(FontId::new(26.0, shop_heading()))
                            .color(ShopLook::INK),
                    )
                    .wrap(),
                );
                if let Some(price) = product.price {
                    ui.horizontal(|ui| {
                        let price = stage.formats.price(price);
                        ui.label(
                            RichText::new(price)
                                .font(FontId::new(20.0, number_semibold()))
                                .color(ShopLook::INK),
                        );
                        if let Some(was) = product.compare_at.filter(|was| Some(*was) > product.price) {
                            ui.label(
                                RichText::new(stage.formats.price(was))
                                    .strikethrough()
                                    .color(ShopLook::QUIET),
                            );
                        }
                    });
                }
                let label = if product.sellable() { T::AddToCart } else { T::SoldOut };
                Frame::new()
                    .fill(ShopLook::INK)
                    .corner_radius(6)
                    .inner_margin(Margin::symmetric(18, 9))
                    .show(ui, |ui| {
                        ui.label(
                            RichText::new(label.text()).text_style(text::strong()).color(ShopLook::PAPER),
                        );
                    });
            });
        });
        ui.add_space(space::L);
        together_ui(ui, stage, bundle, idx, product);
        for (strategy, title) in [(Strategy::Similar, T::Similar), (Strategy::CompleteTheSet, T::CompleteSet)]
        {
            let row: Vec<Neighbor> = bundle.neighbors.of(strategy, idx).iter().take(6).copied().collect();
            if row.is_empty() {
                continue;
            }
            shop_title(ui, title.text());
            let why = T::SimilarWhy.with(&[("source", (&product.title).into())]);
            row_ui(
                ui,
                stage,
                bundle,
                product,
                &row.iter().map(|neighbor| (neighbor.product, why.clone())).collect::<Vec<_>>(),
            );
        }
    });
}

fn shop_title(ui: &mut Ui, words: &str) {
    ui.add_space(space::S);
    ui.label(RichText::new(words).font(FontId::new(19.0, shop_heading())).color(ShopLook::INK));
}

fn together_ui(ui: &mut Ui, stage: &mut Stage<'_>, bundle: &Bundle, idx: u32, product: &CatalogProduct) {
    let pairs = pairs(bundle, idx);
    shop_title(ui, T::Together.text());
    if pairs.is_empty() {
        ui.label(RichText::new(T::TooFew.text()).text_style(text::small()).color(ShopLook::QUIET));
        let similar: Vec<(u32, String)> = bundle
            .neighbors
            .of(Strategy::Similar, idx)
            .iter()
            .take(3)
            .map(|neighbor| (neighbor.product, T::SimilarWhy.with(&[("source", (&product.title).into())])))
            .collect();
        row_ui(ui, stage, bundle, product, &similar);
        return;
    }
    let row: Vec<(u32, String)> = pairs
        .iter()
        .take(3)
        .filter_map(|neighbor| {
            let other = bundle.catalog.products.get(neighbor.product as usize)?;
            let lift = stage.formats.tenths(i64::from(neighbor.evidence.lift_permille) / 100);
            let why = T::TogetherWhy.with(&[
                ("both", neighbor.evidence.both.into()),
                ("with", neighbor.evidence.with_source.into()),
                ("source", (&product.title).into()),
                ("other", (&other.title).into()),
                ("lift", (&lift).into()),
            ]);
            Some((neighbor.product, why))
        })
        .collect();
    // The bundle: this product and the two most often bought with it.
    let bundled: Vec<i64> = std::iter::once(product.price)
        .chain(
            row.iter()
                .take(2)
                .map(|(other, _)| bundle.catalog.products.get(*other as usize).and_then(|other| other.price)),
        )
        .flatten()
        .collect();
    let total = stage.formats.price(bundled.iter().sum());
    let words = T::TogetherTotal.with(&[("total", (&total).into()), ("n", bundled.len().into())]);
    ui.label(RichText::new(words).text_style(text::strong()).color(ShopLook::INK));
    row_ui(ui, stage, bundle, product, &row);
    for (_, why) in &row {
        ui.add(egui::Label::new(RichText::new(why).text_style(text::small()).color(ShopLook::QUIET)).wrap());
    }
}

fn row_ui(
    ui: &mut Ui,
    stage: &mut Stage<'_>,
    bundle: &Bundle,
    source: &CatalogProduct,
    row: &[(u32, String)],
) {
    let side = ((ui.available_width() - 50.0) / 6.0).clamp(84.0, 128.0);
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(10.0, 10.0);
        for (idx, why) in row {
            let Some(product) = bundle.catalog.products.get(*idx as usize) else {
                continue;
            };
            let (rect, response) = ui.allocate_exact_size(vec2(side, side + 40.0), Sense::click());
            stage.pictures.paint(
                ui,
                Rect::from_min_size(rect.min, Vec2::splat(side)),
                product,
                radius::CONTROL,
            );
            let mut job = egui::text::LayoutJob::simple_singleline(
                product.title.clone(),
                FontId::new(12.0, medium()),
                ShopLook::INK,
            );
            job.wrap = egui::text::TextWrapping::truncate_at_width(side);
            let galley = ui.painter().layout_job(job);
            ui.painter().galley(rect.min + vec2(0.0, side + 4.0), galley, ShopLook::INK);
            let price = product.price.map(|price| stage.formats.price(price)).unwrap_or_default();
            let at = rect.min + vec2(0.0, side + 20.0);
            ui.painter().text(
                at,
                egui::Align2::LEFT_TOP,
                price,
                FontId::new(12.0, number_semibold()),
                ShopLook::INK,
            );
            let name = format!("{}. {why}", product.title);
            response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
            crate::ui::kit::focus::ring(ui, &response, radius::CONTROL);
            let response = response.on_hover_text(why);
            egui::Popup::menu(&response).id(response.id.with("verbs")).show(|ui| {
                let never = T::NotTogether.with(&[("product", (&source.title).into())]);
                if ui.add_enabled(!stage.view.store.read_only, button::quiet(never)).clicked() {
                    let rule = Rule {
                        id: stage.draft.next_rule_id(),
                        name: None,
                        enabled: true,
                        action: Action::Hide,
                        target: Target::Products(vec![product.id.clone()]),
                        scope: Scope {
                            pages: vec![PageKey::Product(Some(source.id.clone()))],
                            ..Scope::default()
                        },
                        schedule: Schedule::default(),
                        created_at: stage.now,
                    };
                    let says = T::Hidden
                        .with(&[("other", (&product.title).into()), ("product", (&source.title).into())]);
                    stage.edit(Edit::AddRule { rule, at: None }, says);
                }
            });
        }
    });
}
