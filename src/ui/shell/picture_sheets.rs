//! Pictures from the web: the one question before the network is used, and those that did not come.

use egui::{Align, Label, Layout, RichText, ScrollArea, Ui};

use crate::app::pictures::{Host, Reason};
use crate::ui::command::Command;
use crate::ui::icons;
use crate::ui::kit::{button, heading};
use crate::ui::screens::Scene;
use crate::ui::screens::stage::Ask;
use crate::ui::strings::Phrase as _;
use crate::ui::strings::pictures::Pictures as T;
use crate::ui::strings::shell::Shell;
use crate::ui::theme::{HasTokens as _, space, text};

const MOST_HOSTS: usize = 30;
const MOST_MISSED: usize = 500;

/// Asks before anything is fetched: from whom, how much, what they see.
pub(super) fn question(ui: &mut Ui, scene: &Scene<'_>, commands: &mut Vec<Command>) {
    let Some(status) = scene.view.pictures.clone() else { return };
    heading::title(ui, T::AskTitle.text());
    ui.add_space(space::S);
    ui.add(Label::new(T::AskOnly.text()).wrap());
    ui.add_space(space::S);
    let height = (ui.content_rect().height() - 380.0).clamp(90.0, 220.0);
    ScrollArea::vertical().max_height(height).auto_shrink([false, true]).show(ui, |ui| {
        for host in status.hosts.iter().take(MOST_HOSTS) {
            host_line(ui, host);
        }
        let more = status.hosts.len().saturating_sub(MOST_HOSTS);
        if 0 < more {
            heading::caption(ui, &T::MoreHosts.with(&[("n", more.into())]));
        }
    });
    ui.add_space(space::S);
    ui.add(Label::new(T::AskSees.text()).wrap());
    ui.add_space(space::S);
    let muted = ui.tokens().muted;
    ui.add(Label::new(RichText::new(T::AskKeeps.text()).text_style(text::small()).color(muted)).wrap());
    ui.add_space(space::M);
    ui.with_layout(Layout::right_to_left(Align::Min), |ui| {
        let n: usize = status.hosts.iter().map(|host| host.pictures).sum();
        if ui.add(button::primary(T::Fetch.with(&[("n", n.into())]))).clicked() {
            let hosts = status.hosts.iter().map(|host| host.host.clone()).collect();
            commands.push(Command::Ask(Ask::FetchPictures { again: true, agreed: hosts }));
            ui.close();
        }
        if ui.add(button::plain(T::NotNow.text())).clicked() {
            ui.close();
        }
    });
}

fn host_line(ui: &mut Ui, host: &Host) {
    let t = ui.tokens();
    ui.horizontal(|ui| {
        ui.spacing_mut().interact_size.y = 24.0;
        ui.label(RichText::new(icons::IMAGE.0).text_style(text::icon()).color(t.muted));
        ui.add(Label::new(RichText::new(&host.host).text_style(text::strong())).truncate());
        if host.own_network {
            ui.label(RichText::new(T::Near.text()).text_style(text::small()).color(t.bury.fg));
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let words = T::HostLine.with(&[("n", host.pictures.into())]);
            ui.label(RichText::new(words).text_style(text::number()).color(t.muted));
        });
    });
}

/// Pictures that did not come, each with its reason, and another try.
pub(super) fn missed(ui: &mut Ui, scene: &Scene<'_>, commands: &mut Vec<Command>) {
    let Some(status) = scene.view.pictures.clone() else { return };
    heading::title(ui, T::MissedTitle.text());
    heading::caption(ui, T::MissedHint.text());
    ui.add_space(space::S);
    let t = ui.tokens();
    let height = (ui.content_rect().height() - 260.0).clamp(120.0, 420.0);
    ScrollArea::vertical().max_height(height).auto_shrink([false, true]).show(ui, |ui| {
        for missed in status.missed.iter().take(MOST_MISSED) {
            ui.add(Label::new(&missed.address).truncate());
            ui.label(RichText::new(why(&missed.reason)).text_style(text::small()).color(t.muted));
            ui.add_space(4.0);
        }
        let more = status.missed.len().saturating_sub(MOST_MISSED);
        if 0 < more {
            heading::caption(ui, &T::More.with(&[("n", more.into())]));
        }
    });
    ui.add_space(space::M);
    ui.with_layout(Layout::right_to_left(Align::Min), |ui| {
        if ui.add(button::plain(Shell::Close.text())).clicked() {
            ui.close();
        }
        if !scene.view.store.read_only && ui.add(button::plain(T::TryAgain.text())).clicked() {
            commands.push(if status.must_ask() {
                Command::Ask(Ask::AskForPictures)
            } else {
                Command::Ask(Ask::FetchPictures { again: true, agreed: Vec::new() })
            });
            ui.close();
        }
    });
}

fn why(reason: &Reason) -> String {
    match reason {
        Reason::NotAnAddress => T::NotAnAddress.text().to_owned(),
        Reason::Status { status } => T::Status.with(&[("status", (&status.to_string()).into())]),
        Reason::TooLarge => T::TooLarge.text().to_owned(),
        Reason::TooSlow => T::TooSlow.text().to_owned(),
        Reason::NotAPicture => T::NotAPicture.text().to_owned(),
        Reason::TooManyRedirects => T::TooManyRedirects.text().to_owned(),
        Reason::LeadsElsewhere { host } => T::LeadsElsewhere.with(&[("host", host.into())]),
        Reason::PrivateNetwork => T::PrivateNetwork.text().to_owned(),
        Reason::NoAnswer => T::NoAnswer.text().to_owned(),
        Reason::NoSuchServer => T::NoSuchServer.text().to_owned(),
    }
}
