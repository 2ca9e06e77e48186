//! What the person decided about the files, and what is still open.

use super::DataState;
use crate::app::view::{ColumnSuggestion, DetectedFile, FileState};
use crate::import::{ColumnFormat, DataKind, FileKey, Mapping, Meaning, needs};
use crate::shop::Currency;
use crate::ui::screens::stage::ImportChoices;
use crate::ui::strings::Phrase as _;
use crate::ui::strings::data::Data as T;

/// The word for a column that is left alone.
pub(super) const IGNORE: &str = "ignore";

/// True when the person says what the columns of this file mean, or has said so before.
pub(super) fn is_mapped(file: &DetectedFile, state: &DataState) -> bool {
    match file.state {
        FileState::CheckColumns => true,
        FileState::Recognised => file.mapping.is_some() || state.own_mapping.contains(&file.name),
        FileState::Unreadable => false,
    }
}

/// The word chosen for a column, by the person or by detection.
pub(super) fn meaning_of(state: &DataState, file: &str, column: &ColumnSuggestion) -> Option<String> {
    state.meanings.get(&(file.to_owned(), column.header.clone())).or(column.meaning.as_ref()).cloned()
}

pub(super) fn kind_of(state: &DataState, file: &DetectedFile) -> DataKind {
    state.kinds.get(&file.name).copied().unwrap_or(file.kind)
}

/// How a column's cells will be read: as the person said, else as they are written, else as the one answer for all.
pub(super) fn format_of(state: &DataState, file: &DetectedFile, column: &ColumnSuggestion) -> ColumnFormat {
    let own = state.formats.get(&(file.name.clone(), column.header.clone())).copied().unwrap_or_default();
    ColumnFormat {
        date_order: own.date_order.or(column.format.date_order).or(state.dates),
        decimal_mark: own.decimal_mark.or(column.format.decimal_mark).or(state.decimal),
    }
}

/// The meaning of `column` when an earlier column of the file already has it and only one may.
pub(super) fn clash(state: &DataState, file: &DetectedFile, column: &ColumnSuggestion) -> Option<Meaning> {
    let meaning = Meaning::parse(&meaning_of(state, &file.name, column)?)?;
    let first = file
        .columns
        .iter()
        .find(|other| meaning_of(state, &file.name, other).as_deref() == Some(meaning.name()))?;
    (!meaning.may_repeat() && first.header != column.header).then_some(meaning)
}

/// What a kind of table cannot do without, and whether a column has it.
pub(super) fn requirements(state: &DataState, file: &DetectedFile) -> Vec<(&'static [Meaning], bool)> {
    let chosen: Vec<Option<String>> =
        file.columns.iter().map(|column| meaning_of(state, &file.name, column)).collect();
    needs(kind_of(state, file))
        .iter()
        .map(|need| {
            let met =
                need.iter().any(|meaning| chosen.iter().any(|word| word.as_deref() == Some(meaning.name())));
            (*need, met)
        })
        .collect()
}

/// `Email address or Customer ID`
pub(super) fn either(meanings: &[Meaning]) -> String {
    let mut words = meanings.iter().map(|meaning| meaning.label().to_owned());
    let first = words.next().unwrap_or_default();
    words.fold(first, |first, second| T::Or.with(&[("first", (&first).into()), ("second", (&second).into())]))
}

/// Why the import cannot go on yet.
pub(super) fn open_question(files: &[DetectedFile], state: &DataState) -> Option<String> {
    for file in files.iter().filter(|file| is_mapped(file, state)) {
        if kind_of(state, file) == DataKind::Unknown {
            return Some(T::NeedsKind.with(&[("file", (&file.name).into())]));
        }
        for column in &file.columns {
            if meaning_of(state, &file.name, column).is_none() {
                return Some(T::NeedsMeaning.with(&[("column", (&column.header).into())]));
            }
            if let Some(twice) = clash(state, file, column) {
                return Some(T::OnlyOne.with(&[("meaning", twice.label().into())]));
            }
        }
        if let Some((need, _)) = requirements(state, file).iter().find(|(_, met)| !met) {
            return Some(T::NeedsColumn.with(&[("meaning", (&either(need)).into())]));
        }
    }
    None
}

/// The mapping the choices for a file come to.
pub(super) fn mapping_of(state: &DataState, file: &DetectedFile) -> Mapping {
    let base = file.mapping.clone().unwrap_or_default();
    let name = state.remember_as.trim();
    let mut mapping = Mapping {
        name: match (name, base.name.as_str()) {
            ("", "") => file.name.clone(),
            ("", kept) => kept.to_owned(),
            (name, _) => name.to_owned(),
        },
        kind: kind_of(state, file),
        date_order: base.date_order.or(state.dates.filter(|_| file.open_date.is_some())),
        decimal_mark: base.decimal_mark.or(state.decimal.filter(|_| file.open_amount.is_some())),
        ..base
    };
    // Ignored columns belong to it too: it is for files with just these columns, not for all that share a few.
    mapping.columns = file
        .columns
        .iter()
        .filter(|column| !column.header.is_empty())
        .map(|column| {
            let word = meaning_of(state, &file.name, column);
            let meaning = word.and_then(|word| Meaning::parse(&word)).unwrap_or(Meaning::Ignore);
            (column.header.clone(), meaning)
        })
        .collect();
    for column in &file.columns {
        if let Some(format) = state.formats.get(&(file.name.clone(), column.header.clone())) {
            mapping.formats.insert(column.header.clone(), *format);
        }
    }
    mapping
}

/// True when the person changed what is known about a file.
fn is_touched(state: &DataState, file: &DetectedFile) -> bool {
    state.meanings.keys().any(|(name, _)| *name == file.name)
        || state.formats.keys().any(|(name, _)| *name == file.name)
        || state.kinds.contains_key(&file.name)
}

/// Everything that was decided.
pub(super) fn choices(files: &[DetectedFile], state: &DataState, is_new_store: bool) -> ImportChoices {
    let mut readable: Vec<&DetectedFile> =
        files.iter().filter(|file| file.state != FileState::Unreadable).collect();
    let mut paths: Vec<std::path::PathBuf> = Vec::new();
    for file in &readable {
        if !paths.contains(&file.path) {
            paths.push(file.path.clone());
        }
    }
    let mappings = readable
        .iter()
        .filter(|file| {
            file.state == FileState::CheckColumns
                || state.own_mapping.contains(&file.name)
                || (file.mapping.is_some() && is_touched(state, file))
        })
        .map(|file| (file.signature.clone(), mapping_of(state, file)))
        .collect();
    readable.sort_by(|a, b| (rank(kind_of(state, a)), &a.name).cmp(&(rank(kind_of(state, b)), &b.name)));
    let asked = |open: fn(&DetectedFile) -> bool| readable.iter().any(|file| open(file));
    let name = state.store_name.trim();
    let told = readable.iter().filter(|file| !file.reading.is_empty());
    let readings = told.map(|file| (FileKey::Name(file.name.clone()), file.reading.clone())).collect();
    ImportChoices {
        paths,
        readings,
        files: readable.iter().map(|file| file.name.clone()).collect(),
        mappings,
        dates: state.dates.filter(|_| asked(|file| file.open_date.is_some())),
        decimal: state.decimal.filter(|_| asked(|file| file.open_amount.is_some())),
        currency: state.currency.as_deref().filter(|_| is_new_store).map(Currency::new),
        store_name: (is_new_store && !name.is_empty()).then(|| name.to_owned()),
    }
}

/// Products are read before what points at them.
pub(super) fn rank(kind: DataKind) -> u8 {
    match kind {
        DataKind::Products => 0,
        DataKind::Inventory => 1,
        DataKind::Customers => 2,
        DataKind::Discounts => 3,
        DataKind::Orders | DataKind::OrderLines => 4,
        DataKind::Events | DataKind::SearchTerms => 5,
        DataKind::Unknown => 6,
    }
}

/// Lays a mapping from a file over every file that has its columns.
pub(super) fn take_mapping(state: &mut DataState, files: &[DetectedFile], mapping: &Mapping) {
    for file in files {
        let headers: Vec<String> = file.columns.iter().map(|column| column.header.clone()).collect();
        if file.state == FileState::Unreadable || !mapping.fits(&headers) {
            continue;
        }
        if file.state == FileState::Recognised {
            state.own_mapping.insert(file.name.clone());
        }
        state.kinds.insert(file.name.clone(), mapping.kind);
        for header in headers {
            let key = (file.name.clone(), header.clone());
            let meaning = mapping.columns.get(&header).copied().unwrap_or(Meaning::Ignore);
            state.meanings.insert(key.clone(), meaning.name().to_owned());
            if let Some(format) = mapping.formats.get(&header) {
                state.formats.insert(key, *format);
            }
        }
        state.dates = mapping.date_order.or(state.dates);
        state.decimal = mapping.decimal_mark.or(state.decimal);
        state.remember_as.clone_from(&mapping.name);
    }
}
