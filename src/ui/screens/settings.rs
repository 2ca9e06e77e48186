//! Settings: how the window looks and behaves, and what never leaves this computer.

use egui::{FontId, Frame, Margin, RichText, ScrollArea, Ui, vec2};

use super::Scene;
use super::stage::{Ask, JobKind, JobLine};
use crate::ui::command::{Action, Command};
use crate::ui::icons;
use crate::ui::kit::slider::ShareSlider;
use crate::ui::kit::{self, button, card, chip, heading};
use crate::ui::strings::data::Data;
use crate::ui::strings::pictures::Pictures as P;
use crate::ui::strings::settings::Settings as T;
use crate::ui::strings::{Language, Phrase as _};
use crate::ui::theme::{HasTokens as _, ShopLook, shop_heading, space, text};

pub fn settings_ui(ui: &mut Ui, scene: &Scene<'_>, commands: &mut Vec<Command>) {
    ScrollArea::vertical().id_salt("settings").auto_shrink(false).show(ui, |ui| {
        Frame::new().inner_margin(Margin::symmetric(24, 20)).show(ui, |ui| {
            // Long lines of controls are hard to read across.
            ui.set_width(ui.available_width().min(760.0));
            heading::display(ui, T::Title.text());
            ui.add_space(space::S);
            if !scene.view.store.name.is_empty() {
                section(ui, T::Store, |ui| store_ui(ui, scene, commands));
                section(ui, T::ShopLook, |ui| look_ui(ui, scene, commands));
                section(ui, T::Pictures, |ui| pictures_ui(ui, scene, commands));
            }
            section(ui, T::Privacy, |ui| privacy_ui(ui, scene, commands));
            section(ui, T::Appearance, |ui| appearance_ui(ui, scene, commands));
            section(ui, T::Keyboard, |ui| keyboard_ui(ui, scene, commands));
        });
    });
}

fn section(ui: &mut Ui, title: T, contents: impl FnOnce(&mut Ui)) {
    heading::title(ui, title.text());
    card::card(ui, |ui| {
        ui.set_width(ui.available_width());
        contents(ui);
    });
    ui.add_space(space::M);
}

/// A label in a column of its own, and what it stands for.
fn line(ui: &mut Ui, label: T, contents: impl FnOnce(&mut Ui, egui::Id)) {
    ui.horizontal(|ui| {
        let muted = ui.tokens().muted;
        let id = ui
            .allocate_ui(vec2(150.0, 28.0), |ui| {
                ui.set_width(150.0);
                ui.horizontal_centered(|ui| ui.label(RichText::new(label.text()).color(muted)).id).inner
            })
            .inner;
        contents(ui, id);
    });
}

fn store_ui(ui: &mut Ui, scene: &Scene<'_>, commands: &mut Vec<Command>) {
    let store = &scene.view.store;
    for (label, value) in [
        (T::StoreName, store.name.clone()),
        (T::Currency, store.currency.0.clone()),
        (T::TimeZone, store.time_zone.0.clone()),
    ] {
        line(ui, label, |ui, _| {
            ui.label(value);
        });
    }
    line(ui, T::File, |ui, _| {
        let name = store.file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        ui.label(name).on_hover_text(store.file.display().to_string());
        if ui.add(button::link(T::ShowInFolder.text())).clicked() {
            commands.push(Command::Do(Action::ShowInFolder));
        }
    });
    heading::caption(ui, T::StoreHint.text());
}

fn look_ui(ui: &mut Ui, scene: &Scene<'_>, commands: &mut Vec<Command>) {
    let mut look = scene.settings.shop_look.clone();
    heading::caption(ui, T::ShopLookHint.text());
    line(ui, T::Logo, |ui, label| {
        let hint = scene.view.store.name.as_str();
        ui.add(egui::TextEdit::singleline(&mut look.logo).hint_text(hint).desired_width(240.0))
            .labelled_by(label);
    });
    line(ui, T::Accent, |ui, label| {
        let swatch = ui.color_edit_button_srgb(&mut look.accent).labelled_by(label);
        // On paper, as the shop shows it: a dark accent on a dark window would not be seen.
        let at = swatch.rect;
        let edge = egui::Stroke::new(1.0, ui.tokens().border_strong);
        ui.painter().rect(at, 6, ShopLook::PAPER, edge, egui::StrokeKind::Inside);
        ui.painter().rect_filled(at.shrink(5.0), 3, look.accent_color());
        kit::focus::ring(ui, &swatch, 6);
        let [red, green, blue] = look.accent;
        let code = format!("#{red:02X}{green:02X}{blue:02X}");
        ui.label(RichText::new(code).text_style(text::number()).color(ui.tokens().muted));
    });
    line(ui, T::Corners, |ui, _| {
        let mut radius = u32::from(look.corner_radius);
        let pixels = format!("{radius} px");
        let slider = ShareSlider {
            name: T::Corners.text(),
            spoken: &pixels,
            max: 20,
            ghost: None,
            enabled: true,
            width: 180.0,
        };
        if slider.show(ui, &mut radius).changed() {
            look.corner_radius = radius as u8;
        }
        ui.label(RichText::new(pixels).text_style(text::number()));
    });
    preview_ui(ui, scene, &look);
    if look != scene.settings.shop_look {
        commands.push(Command::SetShopLook(look));
    }
}

/// A strip of the shop as it will look.
fn preview_ui(ui: &mut Ui, scene: &Scene<'_>, look: &ShopLook) {
    let border = ui.tokens().border;
    Frame::new()
        .fill(ShopLook::PAPER)
        .stroke(egui::Stroke::new(1.0, border))
        .corner_radius(10)
        .inner_margin(Margin::symmetric(18, 12))
        .show(ui, |ui| {
            ui.horizontal(|ui| {
                let logo = if look.logo.is_empty() { &scene.view.store.name } else { &look.logo };
                ui.label(RichText::new(logo).font(FontId::new(20.0, shop_heading())).color(ShopLook::INK));
                ui.add_space(space::XL);
                Frame::new()
                    .fill(look.accent_color())
                    .corner_radius(look.corner_radius)
                    .inner_margin(Margin::symmetric(14, 7))
                    .show(ui, |ui| {
                        ui.label(
                            RichText::new(T::ShopNow.text())
                                .text_style(text::strong())
                                .color(look.on_accent()),
                        );
                    });
            });
        });
}

fn pictures_ui(ui: &mut Ui, scene: &Scene<'_>, commands: &mut Vec<Command>) {
    if let Some(bundle) = &scene.view.bundle {
        let all = bundle.catalog.products.len();
        let with = bundle.catalog.products.iter().filter(|product| product.image.is_some()).count();
        ui.label(T::Named.with(&[("n", with.into()), ("all", all.into())]));
    }
    let read_only = scene.view.store.read_only.then(|| T::ReadOnly.text());
    line(ui, T::Folder, |ui, _| {
        let folder = scene.view.choices.picture_folder.as_ref();
        let words =
            folder.map_or_else(|| T::ChooseFolder.text().to_owned(), |path| path.display().to_string());
        let choose =
            button::plain((icons::FOLDER_OPEN.atom(), words)).wrap_mode(egui::TextWrapMode::Truncate);
        if button::enabled_or_why(ui, choose, read_only).clicked() {
            commands.push(Command::Ask(Ask::ChoosePictureFolder));
        }
        if folder.is_some() && ui.add(button::link(T::ForgetFolder.text())).clicked() {
            commands.push(Command::Ask(Ask::ForgetPictureFolder));
        }
    });
    ui.add(
        egui::Label::new(
            RichText::new(T::FolderHint.text()).text_style(text::small()).color(ui.tokens().muted),
        )
        .wrap(),
    );
    fetched_ui(ui, scene, commands);
}

/// Pictures named by web address: how many are here, and the ways to more or fewer.
fn fetched_ui(ui: &mut Ui, scene: &Scene<'_>, commands: &mut Vec<Command>) {
    let Some(status) = scene.view.pictures.as_ref().filter(|status| 0 < status.named) else { return };
    ui.add_space(space::S);
    let megabytes = status.fetched_bytes.div_ceil(1 << 20);
    let words = if status.fetched == 0 {
        P::NoneHere.with(&[("all", status.named.into())])
    } else {
        P::Here.with(&[("n", status.fetched.into()), ("all", status.named.into()), ("mb", megabytes.into())])
    };
    ui.add(egui::Label::new(words).wrap());
    if let Some(job) = scene.jobs.iter().find(|job| job.kind == JobKind::Pictures) {
        fetching_ui(ui, scene, job, commands);
        return;
    }
    let read_only = scene.view.store.read_only.then(|| T::ReadOnly.text());
    line(ui, T::OnTheWeb, |ui, _| {
        let n_missing = status.waiting + status.missed.len();
        if 0 < n_missing {
            let again = status.waiting == 0;
            let n = if again { n_missing } else { status.waiting };
            let (words, ask) = if status.must_ask() {
                (P::FetchAsk.text().to_owned(), Ask::AskForPictures)
            } else {
                (P::Fetch.with(&[("n", n.into())]), Ask::FetchPictures { again, agreed: Vec::new() })
            };
            let fetch = button::plain((icons::DOWNLOAD_SIMPLE.atom(), words));
            if button::enabled_or_why(ui, fetch, read_only).clicked() {
                commands.push(Command::Ask(ask));
            }
        }
        if !status.missed.is_empty() {
            let words = P::DidNotCome.with(&[("n", status.missed.len().into())]);
            if ui.add(button::link(words)).clicked() {
                commands.push(Command::Ask(Ask::ShowMissedPictures));
            }
        }
        let may_change = read_only.is_none();
        if may_change && 0 < status.fetched_bytes && ui.add(button::link(P::Remove.text())).clicked() {
            commands.push(Command::Ask(Ask::RemovePictures));
        }
        if may_change && status.allowed && ui.add(button::link(P::Forbid.text())).clicked() {
            commands.push(Command::Ask(Ask::ForbidPictures));
        }
    });
}

fn fetching_ui(ui: &mut Ui, scene: &Scene<'_>, job: &JobLine, commands: &mut Vec<Command>) {
    ui.horizontal(|ui| {
        ui.label(P::Fetching.text());
        let percent = scene.formats.percent((job.done as i64 * 1000) / job.total.max(1) as i64);
        ui.label(RichText::new(percent).text_style(text::number()).color(ui.tokens().muted));
        if let Some(seconds) = job.seconds_left {
            let words = if 90 <= seconds {
                Data::MinutesLeft.with(&[("n", seconds.div_ceil(60).into())])
            } else {
                Data::SecondsLeft.with(&[("n", seconds.into())])
            };
            heading::caption(ui, &words);
        }
        if ui.add(button::plain(P::Cancel.text())).clicked() {
            commands.push(Command::Ask(Ask::Cancel(JobKind::Pictures)));
        }
    });
    let share = (0 < job.total).then(|| job.done as f32 / job.total as f32);
    kit::progress::bar(ui, ui.available_width(), share, P::Fetching.text());
}

fn privacy_ui(ui: &mut Ui, scene: &Scene<'_>, commands: &mut Vec<Command>) {
    let t = ui.tokens();
    ui.horizontal(|ui| {
        ui.label(RichText::new(icons::SHIELD_CHECK.0).text_style(text::icon()).color(t.boost.fg));
        ui.label(RichText::new(T::Stays.text()).text_style(text::strong()));
    });
    let is_open = !scene.view.store.name.is_empty();
    let keeps = scene.view.choices.keep_names;
    for words in [if keeps { T::NamesKept } else { T::Hashes }, T::Sensitive, T::Forget] {
        ui.add(egui::Label::new(words.text()).wrap());
    }
    if is_open && !scene.view.store.read_only {
        let mut on = keeps;
        if ui.checkbox(&mut on, T::KeepNames.text()).changed() {
            commands.push(Command::Ask(Ask::SetKeepNames(on)));
        }
        ui.add(
            egui::Label::new(RichText::new(T::KeepNamesHint.text()).text_style(text::small()).color(t.muted))
                .wrap(),
        );
    }
}

fn appearance_ui(ui: &mut Ui, scene: &Scene<'_>, commands: &mut Vec<Command>) {
    line(ui, T::Theme, |ui, _| {
        for (theme, name) in [
            (egui::ThemePreference::System, T::System),
            (egui::ThemePreference::Light, T::Light),
            (egui::ThemePreference::Dark, T::Dark),
        ] {
            if chip::filter(ui, scene.settings.theme == theme, name.text()).clicked() {
                commands.push(Command::SetTheme(theme));
            }
        }
    });
    line(ui, T::Language, |ui, _| {
        for (language, name) in [(Language::English, T::English), (Language::German, T::German)] {
            if chip::filter(ui, scene.settings.language == language, name.text()).clicked() {
                commands.push(Command::SetLanguage(language));
            }
        }
    });
    let mut reduce = scene.settings.reduce_motion;
    if ui.checkbox(&mut reduce, T::ReduceMotion.text()).changed() {
        commands.push(Command::SetReduceMotion(reduce));
    }
}

fn keyboard_ui(ui: &mut Ui, scene: &Scene<'_>, commands: &mut Vec<Command>) {
    let mut on = scene.settings.single_keys;
    if ui.checkbox(&mut on, T::SingleKeys.text()).changed() {
        commands.push(Command::SetSingleKeys(on));
    }
    heading::caption(ui, T::SingleKeysHint.text());
    ui.horizontal(|ui| {
        if ui.add(button::plain((icons::KEYBOARD.atom(), T::AllShortcuts.text()))).clicked() {
            commands.push(Command::Do(Action::Shortcuts));
        }
        if ui.add(button::plain((icons::INFO.atom(), T::Credits.text()))).clicked() {
            commands.push(Command::Do(Action::Credits));
        }
    });
}
