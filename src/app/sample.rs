//! The sample store, built the way any store is: export files, imported and trained.

use std::fs;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;

use super::{Error, ImportRequest, NewStore, Session, open, train};
use crate::bundle::Bundle;
use crate::merch::{Audience, BlockKind, Hero, PageKey};
use crate::sample;
use crate::shop::{Currency, Monitor, TimeZoneName};
use crate::workspace::Workspace;

/// The trained workspace as [`build_workspace`] makes it, compressed. `tests/sample_store.rs` holds it against a new one
/// and renews it.
const PREPARED: &[u8] = include_bytes!("../../assets/sample/larkfield.endcap.gz");

/// The group whose homepage the sample store opens on.
pub const LANDING_SEGMENT: &str = "Plants & Vases people";

/// Name of the workspace beside the files.
pub const WORKSPACE: &str = "larkfield.endcap";

/// Writes the export files of the sample store into a folder. Files that are there already are replaced.
pub fn write_files(folder: &Path, monitor: &dyn Monitor) -> Result<Vec<PathBuf>, Error> {
    let failed = |path: &Path| {
        let message = format!("{} cannot be written", path.display());
        move |source: std::io::Error| Error::environment_because(message, source)
    };
    fs::create_dir_all(folder).map_err(failed(folder))?;
    monitor.progress(0, 0, "Making the sample store");
    let mut written = Vec::new();
    for file in sample::export_files(sample::SEED) {
        monitor.checkpoint()?;
        let path = folder.join(file.name);
        let bytes = file
            .packed()
            .map_err(|source| Error::bug_because(format!("{} could not be packed", file.name), source))?;
        fs::write(&path, bytes).map_err(failed(&path))?;
        written.push(path);
    }
    Ok(written)
}

/// Writes the prepared, trained sample store to `file`, whole or not at all.
pub fn unpack_workspace(file: &Path) -> Result<(), Error> {
    let failed = |source: std::io::Error| {
        let message = format!(
            "The sample store cannot be written to {}. Free some space or check the folder.",
            file.display()
        );
        Error::environment_because(message, source)
    };
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    let partial = file.with_extension("partial");
    let mut out = BufWriter::with_capacity(1 << 20, fs::File::create(&partial).map_err(failed)?);
    std::io::copy(&mut GzDecoder::new(PREPARED), &mut out).map_err(failed)?;
    out.flush().map_err(failed)?;
    fs::rename(&partial, file).map_err(failed)
}

/// Imports files of the sample store into a new workspace and trains it as of the sample's own day.
pub fn build_workspace(
    file: &Path,
    export_files: &[PathBuf],
    monitor: &dyn Monitor,
) -> Result<train::Report, Error> {
    let store = NewStore {
        name: Some(sample::STORE_NAME.to_owned()),
        currency: Currency::new(sample::CURRENCY),
        time_zone: TimeZoneName(sample::TIME_ZONE.to_owned()),
    };
    let mut session = Session::create(file, &store)?;
    let request = ImportRequest { paths: export_files.to_vec(), ..ImportRequest::default() };
    let built = session.import(&request, monitor).and_then(|_| {
        let settings = session.settings()?;
        session.put_settings(&crate::workspace::Settings { is_sample: true, ..settings })?;
        let report = train::train(session.workspace_mut(), &settings_of_the_sample(), monitor)?;
        decorate(session.workspace_mut())?;
        Ok(report)
    });
    if built.is_err() {
        drop(session);
        // It did not exist before; a half-built store helps nobody.
        drop(fs::remove_file(file));
    }
    built
}

/// A banner of the homepage and the group that sees it; the last one is for everyone else.
struct Banner {
    segment: Option<&'static str>,
    image: &'static str,
    headline: &'static str,
    collection: &'static str,
}

const BANNERS: [Banner; 5] = [
    Banner {
        segment: Some(LANDING_SEGMENT),
        image: "hero-plants.webp",
        headline: "Bring the garden indoors",
        collection: "Plants & Vases",
    },
    Banner {
        segment: Some("Kids & Toys shoppers"),
        image: "hero-kids.webp",
        headline: "Small rooms, big plans",
        collection: "Kids & Toys",
    },
    Banner {
        segment: Some("Holiday shoppers"),
        image: "hero-kitchen.webp",
        headline: "Set the table for everyone",
        collection: "Kitchen & Dining",
    },
    Banner {
        segment: Some("Sale hunters"),
        image: "hero-garden.webp",
        headline: "Out of season, half the price",
        collection: "Garden & Outdoor",
    },
    Banner {
        segment: None,
        image: "hero-living.webp",
        headline: "Rooms worth coming home to",
        collection: "Chairs & Stools",
    },
];

/// What the merchant of the sample store has made by hand already: the banners of the homepage.
fn decorate(workspace: &mut Workspace) -> Result<(), Error> {
    let Some(bundle) = open::bundle(workspace)? else { return Ok(()) };
    let mut document = bundle.document.as_ref().clone();
    let heroes: Vec<Hero> =
        BANNERS.iter().enumerate().filter_map(|(index, banner)| hero(&bundle, index, banner)).collect();
    let layout = document.layouts.get_mut(&PageKey::Home);
    for block in layout.into_iter().flat_map(|layout| &mut layout.default) {
        if matches!(block.kind, BlockKind::Heroes { .. }) {
            block.kind = BlockKind::Heroes { heroes: heroes.clone() };
        }
    }
    let json = serde_json::to_string(&document)
        .map_err(|source| Error::bug_because("The sample's pages could not be written.", source))?;
    Ok(workspace.put_document(open::MERCH_DOCUMENT, &json)?)
}

/// `None` where the grouping has no such group.
fn hero(bundle: &Bundle, index: usize, banner: &Banner) -> Option<Hero> {
    let segments = match banner.segment {
        Some(name) => {
            vec![bundle.segments.segments.iter().find(|segment| segment.name == name)?.id.clone()]
        }
        None => Vec::new(),
    };
    let collection = bundle.catalog.collections.iter().find(|known| known.title == banner.collection);
    Some(Hero {
        id: format!("hero-{}", index + 1),
        headline: banner.headline.to_owned(),
        button: format!("Shop {}", banner.collection),
        link: collection.map_or_else(|| "/".to_owned(), |known| format!("collection:{}", known.id)),
        image: banner.image.to_owned(),
        audience: Audience { segments, ..Audience::default() },
    })
}

/// The day the sample store is looked at, whatever today is.
fn settings_of_the_sample() -> train::Settings {
    train::Settings { as_of: Some(sample::AS_OF), ..train::Settings::at(sample::AS_OF) }
}
