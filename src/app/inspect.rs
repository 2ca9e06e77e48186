//! Files looked at before an import: what they are, and what of it the person has to say.

use std::path::{Path, PathBuf};

use super::Error;
use super::view::{ColumnSuggestion, DetectedFile, FileState, Sureness};
use crate::import::{
    self, FileKey, Format, Inspection, Mapping, Options, Platform, Reading, SourceFile, Sure,
};
use crate::shop::Monitor;

/// Looks at every file below `paths`, read as `readings` say. Writes nothing; reads no more than the beginning of each.
pub fn inspect(
    paths: &[PathBuf],
    mappings: &[Mapping],
    readings: &[(FileKey, Reading)],
    monitor: &dyn Monitor,
) -> Result<Vec<DetectedFile>, Error> {
    let options = Options { mappings: mappings.to_vec(), readings: readings.to_vec(), ..Options::default() };
    let mut files: Vec<(&Path, SourceFile)> = Vec::new();
    for path in paths {
        files.extend(
            import::sources(std::slice::from_ref(path)).into_iter().map(|file| (path.as_path(), file)),
        );
    }
    let total = files.len() as u64;
    let mut detected = Vec::with_capacity(files.len());
    for (n, (path, file)) in files.iter().enumerate() {
        monitor.checkpoint()?;
        monitor.progress(n as u64, total, &file.name);
        let own = FileKey::Name(file.name.clone());
        let told = readings.iter().find(|(key, _)| *key == own).map(|(_, reading)| reading.clone());
        let seen = describe(path, file, import::inspect(file, &options));
        detected.push(DetectedFile { reading: told.unwrap_or_default(), ..seen });
    }
    Ok(detected)
}

fn describe(path: &Path, file: &SourceFile, seen: Inspection) -> DetectedFile {
    let Inspection { detection, samples, formats, .. } = seen;
    let is_known = detection.platform != Platform::Unknown;
    let is_table = 1 < detection.columns.len();
    let state = match (is_known, is_table) {
        (true, _) if detection.problem.is_none() => FileState::Recognised,
        (false, true) if detection.format != Format::Unreadable => FileState::CheckColumns,
        _ => FileState::Unreadable,
    };
    let columns = detection
        .columns
        .iter()
        .zip(samples.into_iter().chain(std::iter::repeat(Vec::new())))
        .zip(formats.into_iter().chain(std::iter::repeat(import::ColumnFormat::default())))
        .map(|((guess, samples), format)| ColumnSuggestion {
            header: guess.header.clone(),
            // An empty column says nothing; nobody should have to decide about it.
            meaning: match guess.meaning {
                Some(meaning) => Some(meaning.name().to_owned()),
                None if is_known || samples.is_empty() => Some(import::Meaning::Ignore.name().to_owned()),
                None => None,
            },
            sureness: match (guess.meaning, guess.sure) {
                (Some(_), Sure::Exact) => Sureness::Exact,
                (Some(_), Sure::Likely) => Sureness::Likely,
                (None, _) if samples.is_empty() => Sureness::Guess,
                _ => Sureness::Unknown,
            },
            samples,
            format,
        })
        .collect();
    DetectedFile {
        path: path.to_owned(),
        name: file.name.clone(),
        platform: detection.platform,
        kind: detection.kind,
        state,
        bytes: file.bytes,
        n_rows: seen.n_rows,
        rows_are_estimated: seen.rows_are_estimated,
        encoding: detection.encoding,
        delimiter: detection.delimiter,
        date_example: seen.date_example,
        columns,
        signature: detection.header_signature,
        mapping: seen.mapping,
        reading: Reading::default(),
        open_date: seen.open_date,
        open_amount: seen.open_amount,
        trouble: (state == FileState::Unreadable)
            .then(|| detection.problem.unwrap_or_else(|| format!("{} holds no table.", file.name))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shop::Silent;

    #[test]
    fn files_of_a_folder_are_told_apart_by_their_content() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(
            folder.path().join("a.csv"),
            "order_id,placed_at,email,sku,quantity,unit_price\n1,2025-03-04T10:00:00Z,a@b.c,x,1,2.00\n",
        )
        .unwrap();
        std::fs::write(folder.path().join("b.csv"), "Foo;Bar\n1;2\n").unwrap();
        std::fs::write(folder.path().join("c.pdf"), "%PDF-1.7").unwrap();
        let seen = inspect(&[folder.path().to_owned()], &[], &[], &Silent).unwrap();
        let states: Vec<FileState> = seen.iter().map(|file| file.state).collect();
        assert_eq!(states, [FileState::Recognised, FileState::CheckColumns, FileState::Unreadable]);
        assert!(seen.iter().all(|file| file.path == folder.path()));
        assert!(seen[2].trouble.is_some());
    }
}
