//! What is known about the product itself.

use egui::{RichText, Ui};

use super::super::state::Card;
use crate::ui::screens::Scene;
use crate::ui::strings::Phrase as _;
use crate::ui::strings::canvas::Canvas;
use crate::ui::theme::{HasTokens as _, text};

pub(super) fn product_ui(ui: &mut Ui, scene: &Scene<'_>, card: &Card) {
    let Some(draft) = scene.draft else { return };
    let bundle = draft.bundle();
    let Some(index) = bundle.catalog.index(&card.product) else {
        return;
    };
    let product = &bundle.catalog.products[index as usize];
    let unknown = || Canvas::Unknown.text().to_owned();
    let evidence = bundle.signals.evidence.get(index as usize).copied().unwrap_or_default();
    let mut facts: Vec<(&str, String)> = vec![
        (Canvas::Category.text(), product.product_type.clone().unwrap_or_else(unknown)),
        (Canvas::Brand.text(), product.vendor.clone().unwrap_or_else(unknown)),
        (
            Canvas::InStock.text(),
            product
                .stock
                .map_or_else(|| Canvas::NotTracked.text().to_owned(), |stock| scene.formats.number(stock)),
        ),
        (Canvas::Sold30.text(), scene.formats.number(i64::from(evidence.sold_30_days))),
        (
            Canvas::EarnsEach.text(),
            evidence
                .margin
                .map_or_else(|| Canvas::NoCost.text().to_owned(), |margin| scene.formats.money(margin)),
        ),
        (Canvas::AddedOn.text(), product.created_at.map_or_else(unknown, |at| scene.formats.date(at))),
        (Canvas::ProductId.text(), product.id.clone()),
    ];
    facts.extend(product.attributes.iter().map(|(name, value)| (name.as_str(), value.clone())));
    let t = ui.tokens();
    ui.add_space(4.0);
    for (name, value) in facts {
        ui.horizontal(|ui| {
            ui.spacing_mut().interact_size.y = 22.0;
            ui.label(RichText::new(name).color(t.muted));
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                ui.add(egui::Label::new(RichText::new(value).text_style(text::number())).truncate());
            });
        });
    }
}
