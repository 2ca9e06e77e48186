//! What one sees before there is a workspace.

use std::path::PathBuf;

use egui::{
    Align, FontId, Layout, Rect, Response, RichText, Role, ScrollArea, Sense, Stroke, Ui, UiBuilder, Vec2,
    WidgetInfo, pos2, vec2,
};

use super::stage::{Ask, Pictures};
use crate::shop::Seconds;
use crate::shop::time::day_of;
use crate::ui::format::Formats;
use crate::ui::icons;
use crate::ui::kit::{button, card, heading};
use crate::ui::strings::Phrase as _;
use crate::ui::strings::first_run::FirstRun as T;
use crate::ui::theme::{HasTokens as _, medium, radius, semibold, space, text};

/// A workspace that was open before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecentWorkspace {
    pub name: String,
    pub file: PathBuf,
    pub opened_at: Option<Seconds>,
}

#[derive(Clone, Debug, Default)]
pub struct FirstRunState {
    /// The platform whose way out is explained.
    pub guide: Option<Guide>,
}

/// Platforms with an exact menu path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guide {
    Shopify,
    Woocommerce,
    AdobeCommerce,
    Bigcommerce,
    Prestashop,
    Other,
}

impl Guide {
    pub const ALL: [Self; 6] = [
        Self::Shopify,
        Self::Woocommerce,
        Self::AdobeCommerce,
        Self::Bigcommerce,
        Self::Prestashop,
        Self::Other,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Shopify => "Shopify",
            Self::Woocommerce => "WooCommerce",
            Self::AdobeCommerce => "Adobe Commerce",
            Self::Bigcommerce => "BigCommerce",
            Self::Prestashop => "PrestaShop",
            Self::Other => T::Other.text(),
        }
    }

    /// What to export and the menu path to it, in the words of the platform's own (English) admin.
    pub fn steps(self) -> &'static [(T, &'static [&'static str])] {
        match self {
            Self::Shopify => &[
                (T::Products, &["Products", "Export", "All products", "CSV for Excel"]),
                (T::Customers, &["Customers", "Export", "All customers", "CSV for Excel"]),
                (T::Orders, &["Orders", "Export", "All orders", "CSV for Excel"]),
                (T::Searches, &["Analytics", "Reports", "Top online store searches", "Export"]),
            ],
            Self::Woocommerce => &[
                (T::Products, &["Products", "All Products", "Export", "Generate CSV"]),
                (T::Customers, &["Analytics", "Customers", "Download"]),
                (T::Orders, &["Analytics", "Orders", "Download"]),
            ],
            Self::AdobeCommerce => &[
                (T::Products, &["System", "Data Transfer", "Export", "Entity Type: Products"]),
                (T::Customers, &["System", "Data Transfer", "Export", "Customers Main File"]),
                (T::Orders, &["Sales", "Orders", "Export", "CSV"]),
            ],
            Self::Bigcommerce => &[
                (T::Products, &["Products", "Export", "Bulk Edit"]),
                (T::Customers, &["Customers", "Export"]),
                (T::Orders, &["Orders", "Export", "Export all orders"]),
            ],
            Self::Prestashop => &[
                (T::Products, &["Catalog", "Products", "Export"]),
                (T::Customers, &["Customers", "Customers", "Export"]),
                (T::Orders, &["Orders", "Orders", "Export"]),
            ],
            Self::Other => &[],
        }
    }
}

/// Five of the sample store's products, as a taste of it.
const TASTE: [&str; 5] =
    ["club-armchair-teal", "amber-ceramic-lamp", "trailing-pothos", "stovetop-espresso-pot", "block-train"];

/// The whole window before there is a workspace.
pub fn first_run_ui(
    ui: &mut Ui,
    recent: &[RecentWorkspace],
    formats: &Formats,
    now: Seconds,
    state: &mut FirstRunState,
    pictures: &mut dyn Pictures,
    asks: &mut Vec<Ask>,
) {
    guide_ui(ui, state);
    ScrollArea::vertical().id_salt("first run").auto_shrink(false).show(ui, |ui| {
        let room = ui.available_size();
        let width = (room.x - 2.0 * space::XL).min(920.0);
        let height = 500.0 + recent.len().min(5) as f32 * 32.0;
        ui.add_space(((room.y - height) * 0.42).max(space::XL));
        let left = ((room.x - width) / 2.0).max(space::L);
        ui.horizontal_top(|ui| {
            ui.add_space(left);
            ui.vertical(|ui| {
                ui.set_width(width);
                head_ui(ui);
                ui.add_space(space::XL);
                let drop_width = (width * 0.60).floor();
                ui.horizontal_top(|ui| {
                    ui.spacing_mut().item_spacing.x = space::XL;
                    drop_zone_ui(ui, drop_width, state, asks);
                    sample_ui(ui, width - drop_width - space::XL, pictures, asks);
                });
                ui.add_space(space::XL);
                recent_ui(ui, recent, formats, now, asks);
                ui.add_space(space::XL);
            });
        });
    });
}

fn head_ui(ui: &mut Ui) {
    let t = ui.tokens();
    ui.vertical_centered(|ui| {
        let title =
            ui.label(RichText::new(T::Title.text()).font(FontId::new(32.0, semibold())).color(t.text));
        title.widget_info(|| WidgetInfo::labeled(Role::Heading, true, T::Title.text()));
        ui.add_space(space::XS);
        ui.scope(|ui| {
            ui.set_max_width(600.0);
            ui.label(RichText::new(T::Lead.text()).size(16.0).color(t.muted));
        });
    });
}

const BOX_HEIGHT: f32 = 312.0;

fn drop_zone_ui(ui: &mut Ui, width: f32, state: &mut FirstRunState, asks: &mut Vec<Ask>) {
    let t = ui.tokens();
    let (rect, _) = ui.allocate_exact_size(vec2(width, BOX_HEIGHT), Sense::hover());
    let files_over = ui.input(|input| !input.raw.hovered_files.is_empty());
    let fill = if files_over { t.accent_soft } else { t.surface };
    ui.painter().rect_filled(rect, radius::PREVIEW, fill);
    dashed_frame(ui, rect, if files_over { t.accent } else { t.border_strong });
    let inside = UiBuilder::new().max_rect(rect.shrink(20.0)).layout(Layout::top_down(Align::Center));
    // A child of its own, so that the row goes on after the box and not after its contents.
    ui.new_child(inside).scope(|ui| {
        ui.add_space(space::M);
        let (icon_at, _) = ui.allocate_exact_size(Vec2::splat(56.0), Sense::hover());
        ui.painter().circle_filled(icon_at.center(), 28.0, t.accent_soft);
        icons::DOWNLOAD_SIMPLE.paint(ui.painter(), icon_at.center(), 26.0, t.accent);
        ui.add_space(space::XS);
        ui.label(RichText::new(T::Drop.text()).font(FontId::new(18.0, semibold())).color(t.text));
        ui.label(RichText::new(T::Kinds.text()).color(t.muted));
        ui.add_space(space::XS);
        if ui
            .add(button::primary((icons::FOLDER_OPEN.atom(), T::Choose.text())).min_size(vec2(160.0, 36.0)))
            .clicked()
        {
            asks.push(Ask::ChooseFiles);
        }
        ui.add_space(space::M);
        heading::caption(ui, T::HowToExport.text());
        // Two centred lines of links; a wrapped row would start at the left.
        for line in Guide::ALL.chunks(3) {
            centred_row(ui, line[0].name(), |ui| {
                ui.spacing_mut().item_spacing.x = 16.0;
                ui.spacing_mut().button_padding = vec2(8.0, 2.0);
                for guide in line {
                    let label = RichText::new(guide.name()).size(13.0);
                    let response = ui.add(button::link(label));
                    let name = T::HowToExportFrom.with(&[("platform", guide.name().into())]);
                    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
                    if response.clicked() {
                        state.guide = Some(*guide);
                    }
                }
            });
        }
    });
}

/// A row of unknown width in the middle: measured first where nobody sees it.
fn centred_row(ui: &mut Ui, salt: &str, contents: impl FnOnce(&mut Ui)) {
    let id = ui.scope_id().with(("centred row", salt));
    let width = ui.data(|data| data.get_temp::<f32>(id)).unwrap_or(0.0);
    ui.scope(|ui| {
        ui.spacing_mut().interact_size.y = 22.0;
        ui.horizontal(|ui| {
            ui.add_space(((ui.available_width() - width) / 2.0).max(0.0));
            let start = ui.cursor().min.x;
            contents(ui);
            let measured = ui.min_rect().max.x - start;
            if 0.5 < (measured - width).abs() {
                ui.data_mut(|data| data.insert_temp(id, measured));
                ui.ctx().request_discard("centred row measured");
            }
        });
    });
}

fn sample_ui(ui: &mut Ui, width: f32, pictures: &mut dyn Pictures, asks: &mut Vec<Ask>) {
    let t = ui.tokens();
    let (rect, _) = ui.allocate_exact_size(vec2(width, BOX_HEIGHT), Sense::hover());
    ui.painter().rect(rect, radius::PREVIEW, t.surface, Stroke::new(1.0, t.border), egui::StrokeKind::Inside);
    let inside = UiBuilder::new().max_rect(rect.shrink(20.0)).layout(Layout::top_down(Align::Min));
    ui.new_child(inside).scope(|ui| {
        let room = ui.available_width();
        let gap = 6.0;
        // One large picture beside four small ones reads as a shop, five equal ones as a list.
        let large = ((room - 2.0 * gap) * 0.5).floor().min(168.0);
        let small = ((large - gap) / 2.0).floor();
        let (strip, _) = ui.allocate_exact_size(vec2(room, large), Sense::hover());
        pictures.paint_bundled(
            ui,
            Rect::from_min_size(strip.min, Vec2::splat(large)),
            TASTE[0],
            radius::CONTROL,
        );
        for (idx, name) in TASTE[1..].iter().enumerate() {
            let (column, row) = ((idx % 2) as f32, (idx / 2) as f32);
            let at = strip.min + vec2(large + gap + column * (small + gap), row * (small + gap));
            pictures.paint_bundled(ui, Rect::from_min_size(at, Vec2::splat(small)), name, radius::CONTROL);
        }
        ui.add_space(space::XS);
        heading::title(ui, T::SampleName.text());
        ui.add_space(-space::S);
        ui.add(egui::Label::new(RichText::new(T::SampleFacts.text()).size(13.0).color(t.muted)).wrap());
        let open = button::plain(T::OpenSample.text()).min_size(vec2(room, 36.0));
        ui.with_layout(Layout::bottom_up(Align::Center), |ui| {
            if ui.add(open).clicked() {
                asks.push(Ask::OpenSample);
            }
        });
    });
}

fn recent_ui(ui: &mut Ui, recent: &[RecentWorkspace], formats: &Formats, now: Seconds, asks: &mut Vec<Ask>) {
    if !recent.is_empty() {
        heading::section(ui, T::Recent.text());
        for workspace in recent.iter().take(5) {
            if recent_row(ui, workspace, formats, now).clicked() {
                asks.push(Ask::OpenWorkspace(Some(workspace.file.clone())));
            }
        }
    }
    ui.horizontal(|ui| {
        ui.add_space(-4.0);
        ui.spacing_mut().button_padding.x = 4.0;
        if ui.add(button::link(T::OpenAnother.text())).clicked() {
            asks.push(Ask::OpenWorkspace(None));
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            heading::caption(ui, T::Originals.text());
        });
    });
}

fn recent_row(ui: &mut Ui, workspace: &RecentWorkspace, formats: &Formats, now: Seconds) -> Response {
    let t = ui.tokens();
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 30.0), Sense::click());
    if response.hovered() || response.has_focus() {
        ui.painter().rect_filled(rect.expand2(vec2(8.0, 0.0)), radius::CONTROL, t.hover);
    }
    let painter = ui.painter();
    let y = rect.center().y;
    let body = FontId::new(14.0, egui::FontFamily::Proportional);
    let left = egui::Align2::LEFT_CENTER;
    painter.text(pos2(rect.left(), y), left, &workspace.name, FontId::new(14.0, medium()), t.text);
    let when = workspace.opened_at.map(|at| ago(at, now, formats)).unwrap_or_default();
    painter.text(pos2(rect.left() + rect.width() * 0.34, y), left, when, body.clone(), t.muted);
    let path = shortened(&workspace.file);
    painter.text(pos2(rect.left() + rect.width() * 0.50, y), left, path, body, t.muted);
    let name = T::OpenRecent.with(&[("name", (&workspace.name).into())]);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
    crate::ui::kit::focus::ring(ui, &response, radius::CONTROL);
    response
}

/// `today`, `yesterday`, or a date.
pub fn ago(at: Seconds, now: Seconds, formats: &Formats) -> String {
    match day_of(now) - day_of(at) {
        0 => T::Today.text().to_owned(),
        1 => T::Yesterday.text().to_owned(),
        _ => formats.date(at),
    }
}

/// The folder and the file name; the beginning of a path says nothing.
fn shortened(path: &std::path::Path) -> String {
    let file = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    match path.parent().and_then(std::path::Path::file_name) {
        Some(folder) => format!("… / {} / {file}", folder.to_string_lossy()),
        None => file,
    }
}

fn guide_ui(ui: &mut Ui, state: &mut FirstRunState) {
    let Some(guide) = state.guide else { return };
    let t = ui.tokens();
    let mut close = false;
    egui::Panel::right("how to export")
        .exact_size(360.0)
        .resizable(false)
        .frame(egui::Frame::new().fill(t.surface).inner_margin(20).stroke(Stroke::new(1.0, t.border)))
        .show(ui, |ui| {
            ui.horizontal(|ui| {
                heading::title(ui, &T::HowToExportFrom.with(&[("platform", guide.name().into())]));
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    close = button::icon(ui, icons::X, T::Close.text()).clicked();
                });
            });
            ui.add_space(space::S);
            if guide == Guide::Other {
                ui.label(RichText::new(T::OtherHint.text()).color(t.muted));
            } else {
                heading::caption(ui, T::Menu.text());
            }
            for (what, path) in guide.steps() {
                ui.add_space(space::XS);
                card::card(ui, |ui| {
                    ui.set_width(ui.available_width());
                    heading::section(ui, what.text());
                    ui.horizontal_wrapped(|ui| {
                        ui.spacing_mut().item_spacing = vec2(4.0, 4.0);
                        for (idx, step) in path.iter().enumerate() {
                            if 0 < idx {
                                ui.label(RichText::new("›").color(t.muted));
                            }
                            ui.label(RichText::new(*step).text_style(text::label()).color(t.text));
                        }
                    });
                });
            }
            ui.add_space(space::S);
            heading::caption(ui, T::Originals.text());
        });
    if close || ui.input_mut(|input| input.consume_key(egui::Modifiers::NONE, egui::Key::Escape)) {
        state.guide = None;
    }
}

/// The ending of the first file that no reader takes; `None` when all are fine.
pub fn refused(files: &[PathBuf]) -> Option<String> {
    const READ: [&str; 16] = [
        "csv", "tsv", "txt", "tab", "xlsx", "json", "jsonl", "ndjson", "zip", "gz", "xml", "parquet",
        "endcap", "toml", "log", "bak",
    ];
    files.iter().find_map(|file| {
        let ending = file.extension()?.to_string_lossy().to_ascii_lowercase();
        (!READ.contains(&ending.as_str())).then_some(ending)
    })
}

fn dashed_frame(ui: &Ui, rect: Rect, color: egui::Color32) {
    dashed(ui.painter(), rect, color);
}

fn dashed(painter: &egui::Painter, rect: Rect, color: egui::Color32) {
    let r = f32::from(radius::PREVIEW);
    let rect = rect.shrink(1.0);
    let mut path = Vec::new();
    for (corner, start) in [
        (pos2(rect.right() - r, rect.top() + r), -90.0_f32),
        (pos2(rect.right() - r, rect.bottom() - r), 0.0),
        (pos2(rect.left() + r, rect.bottom() - r), 90.0),
        (pos2(rect.left() + r, rect.top() + r), 180.0),
    ] {
        for step in 0..=6 {
            let angle = (start + 15.0 * step as f32).to_radians();
            path.push(corner + r * vec2(angle.cos(), angle.sin()));
        }
    }
    path.push(path[0]);
    painter.extend(egui::Shape::dashed_line(&path, Stroke::new(2.0, color), 7.0, 6.0));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_no_reader_takes_are_refused() {
        let files = |names: &[&str]| names.iter().map(PathBuf::from).collect::<Vec<_>>();
        assert_eq!(refused(&files(&["orders.csv", "stock.XLSX", "folder"])), None);
        assert_eq!(refused(&files(&["orders.csv", "Sheet.numbers"])), Some("numbers".to_owned()));
    }
}
