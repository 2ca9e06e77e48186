//! Long tables: only visible rows are made.

use egui::{Align, Layout, RichText, Sense, Ui};
use egui_extras::{Column, TableBuilder, TableRow};

use crate::ui::theme::{HasTokens as _, size, text};

/// A column's head and how its cells stand.
#[derive(Clone, Copy, Debug)]
pub struct Head<'a> {
    pub title: &'a str,
    /// `None` takes what is left.
    pub width: Option<f32>,
    pub numeric: bool,
}

/// Shows `n_rows` rows; `row` is called for the visible ones with the row and its index.
pub fn table(
    ui: &mut Ui,
    salt: &str,
    heads: &[Head<'_>],
    n_rows: usize,
    mut row: impl FnMut(&mut TableRow<'_, '_>, usize),
) {
    let mut builder = TableBuilder::new(ui)
        .id_salt(salt)
        .sense(Sense::click())
        .auto_shrink([false, true])
        .cell_layout(Layout::left_to_right(Align::Center));
    for head in heads {
        builder = builder.column(match head.width {
            Some(width) => Column::exact(width).clip(true),
            None => Column::remainder().at_least(120.0).clip(true),
        });
    }
    builder
        .header(size::ROW_DENSE, |mut header| {
            for head in heads {
                header.col(|ui| {
                    let color = ui.tokens().muted;
                    let title = RichText::new(head.title).text_style(text::label()).color(color);
                    if head.numeric {
                        right(ui, |ui| {
                            ui.label(title);
                        });
                    } else {
                        ui.label(title);
                    }
                });
            }
        })
        .body(|body| {
            body.rows(size::ROW, n_rows, |mut table_row| {
                let index = table_row.index();
                row(&mut table_row, index);
            });
        });
}

/// Right-aligned content of a numeric cell.
pub fn right(ui: &mut Ui, contents: impl FnOnce(&mut Ui)) {
    ui.with_layout(Layout::right_to_left(Align::Center), contents);
}

/// A number in tabular digits, right-aligned.
pub fn number_cell(ui: &mut Ui, value: &str) {
    right(ui, |ui| {
        ui.label(RichText::new(value).text_style(text::number()));
    });
}
