//! JSON and JSON lines.

use super::Error;
use super::detect::{Detection, Format};
use super::engine::FileRun;
use super::read::Progress;
use super::source::{ReadError, SourceFile};

pub(super) fn detect(_head: &[u8]) -> Detection {
    Detection {
        format: Format::Json,
        problem: Some("This JSON fits no export that is known.".to_owned()),
        ..Detection::default()
    }
}

pub(super) fn read(
    _file: &SourceFile,
    _run: &mut FileRun<'_>,
    _progress: &Progress<'_>,
) -> Result<Option<ReadError>, Error> {
    Ok(None)
}
