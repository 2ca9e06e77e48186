//! Product pictures as textures: decoded and resized off the UI thread, at most four uploads a frame, least recently
//! used out first; a drawn tile where there is no picture.

mod tile;

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use egui::{ColorImage, TextureHandle, TextureId, TextureOptions};

pub use tile::paint_tile;

use crate::app::pictures::{Kept, is_on_the_web};

const UPLOADS_PER_FRAME: usize = 4;
/// 300 MB of RGBA.
const MOST_BYTES: usize = 300 << 20;
const WORKERS: usize = 2;
const LOOK_AGAIN_EVERY: Duration = Duration::from_secs(1);

/// Two sizes are kept: what a card shows, and what a thumbnail shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Size {
    Thumbnail,
    Card,
    /// As it is, for banners.
    Full,
}

impl Size {
    fn pixels(self) -> Option<u32> {
        match self {
            Self::Thumbnail => Some(192),
            Self::Card => Some(448),
            Self::Full => None,
        }
    }
}

type Key = (String, Size);

/// Where pictures are looked for before the bundled ones: the owner's folder, then those fetched into the workspace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Source {
    folder: Option<PathBuf>,
    file: Option<PathBuf>,
    version: Version,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Version {
    /// Counts up when what was found counts no more.
    found: u64,
    /// Counts up when what was not found may be there now.
    missed: u64,
}

/// What is known about one picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Picture {
    Ready {
        texture: TextureId,
        size: egui::Vec2,
    },
    /// On its way; the worker wakes the window.
    Loading,
    /// There is none, or it cannot be read.
    Missing,
}

struct Ready {
    texture: TextureHandle,
    bytes: usize,
    last_used: u64,
}

struct Inner {
    ready: BTreeMap<Key, Ready>,
    missing: BTreeSet<Key>,
    asked: BTreeSet<Key>,
    waiting: Vec<(Key, ColorImage)>,
    frame: u64,
    uploads_left: usize,
    bytes: usize,
    /// Of the source that answers must come from.
    version: Version,
}

/// The picture cache of the window.
pub struct Pictures {
    inner: RefCell<Inner>,
    looked_at: Cell<Option<Instant>>,
    ask: Sender<Key>,
    answers: Receiver<(Key, Version, Option<ColorImage>)>,
    source: Arc<Mutex<Source>>,
    context: egui::Context,
}

impl std::fmt::Debug for Pictures {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pictures").field("bytes", &self.inner.borrow().bytes).finish_non_exhaustive()
    }
}

impl Pictures {
    pub fn new(context: &egui::Context) -> Self {
        let (ask, asked) = channel::<Key>();
        let (answer, answers) = channel();
        let asked = Arc::new(Mutex::new(asked));
        let source = Arc::new(Mutex::new(Source::default()));
        for _ in 0..WORKERS {
            let (asked, answer) = (Arc::clone(&asked), answer.clone());
            let (source, context) = (Arc::clone(&source), context.clone());
            std::thread::spawn(move || {
                let mut shelf = Shelf::default();
                loop {
                    // The lock is held while waiting: only one worker needs to.
                    let Ok(asked) = asked.lock() else { return };
                    let key = asked.try_recv().ok().or_else(|| {
                        // Nobody waits for pictures: the workspace is nobody's either.
                        shelf.close();
                        asked.recv().ok()
                    });
                    drop(asked);
                    let Some(key) = key else { return };
                    let from = source.lock().map(|source| source.clone()).unwrap_or_default();
                    let image = decode(&key, &from, &mut shelf);
                    if answer.send((key, from.version, image)).is_err() {
                        return;
                    }
                    context.request_repaint();
                }
            });
        }
        let inner = Inner {
            ready: BTreeMap::new(),
            missing: BTreeSet::new(),
            asked: BTreeSet::new(),
            waiting: Vec::new(),
            frame: 0,
            uploads_left: UPLOADS_PER_FRAME,
            bytes: 0,
            version: Version::default(),
        };
        let looked_at = Cell::new(None);
        Self { inner: RefCell::new(inner), looked_at, ask, answers, source, context: context.clone() }
    }

    /// Pictures are looked for in this folder and this workspace before the bundled ones. Forgets what was loaded from
    /// elsewhere.
    pub fn set_source(&self, folder: Option<PathBuf>, file: Option<PathBuf>) {
        let changed =
            self.source.lock().is_ok_and(|source| (&source.folder, &source.file) != (&folder, &file));
        if changed {
            self.change(|source| {
                (source.folder, source.file) = (folder, file);
                source.version.found += 1;
            });
            self.forget_loaded();
        }
    }

    /// Pictures were removed: everything is looked for again.
    pub fn forget(&self) {
        self.change(|source| source.version.found += 1);
        self.forget_loaded();
    }

    /// There may be more pictures than there were: looks again for those that were missing.
    pub fn look_again(&self) {
        self.change(|source| source.version.missed += 1);
        self.inner.borrow_mut().missing.clear();
    }

    /// The same at most once a second, while pictures come in.
    pub fn look_again_now_and_then(&self) {
        let now = Instant::now();
        let is_due = self.looked_at.get().is_none_or(|at| LOOK_AGAIN_EVERY <= now - at);
        if is_due {
            self.looked_at.set(Some(now));
            self.look_again();
        }
    }

    fn change(&self, change: impl FnOnce(&mut Source)) {
        if let Ok(mut source) = self.source.lock() {
            change(&mut source);
            self.inner.borrow_mut().version = source.version;
        }
    }

    fn forget_loaded(&self) {
        let mut inner = self.inner.borrow_mut();
        inner.ready.clear();
        inner.missing.clear();
        inner.waiting.clear();
        inner.bytes = 0;
    }

    /// Call once at the start of each frame: takes what workers finished and uploads a few.
    pub fn begin_frame(&self) {
        let mut inner = self.inner.borrow_mut();
        inner.frame += 1;
        inner.uploads_left = UPLOADS_PER_FRAME;
        while let Ok((key, version, image)) = self.answers.try_recv() {
            inner.asked.remove(&key);
            match image {
                Some(image) if version.found == inner.version.found => inner.waiting.push((key, image)),
                // Looked for where it is looked for no more, or before it came: it is asked for again.
                _ if version != inner.version => {}
                _ => {
                    inner.missing.insert(key);
                }
            }
        }
        while 0 < inner.uploads_left
            && let Some((key, image)) = inner.waiting.pop()
        {
            inner.uploads_left -= 1;
            let bytes = image.pixels.len() * 4;
            let texture = self.context.load_texture(&key.0, image, TextureOptions::LINEAR);
            inner.bytes += bytes;
            let last_used = inner.frame;
            inner.ready.insert(key, Ready { texture, bytes, last_used });
        }
        if !inner.waiting.is_empty() {
            self.context.request_repaint();
        }
        while MOST_BYTES < inner.bytes {
            let oldest =
                inner.ready.iter().min_by_key(|(_, ready)| ready.last_used).map(|(key, _)| key.clone());
            let Some(ready) = oldest.and_then(|key| inner.ready.remove(&key)) else {
                break;
            };
            inner.bytes -= ready.bytes;
        }
    }

    /// The picture if it is here; asks for it otherwise.
    pub fn get(&self, name: Option<&str>, size: Size) -> Picture {
        let Some(name) = name.filter(|name| !name.is_empty()) else {
            return Picture::Missing;
        };
        let mut inner = self.inner.borrow_mut();
        let key = (name.to_owned(), size);
        let frame = inner.frame;
        if let Some(ready) = inner.ready.get_mut(&key) {
            ready.last_used = frame;
            return Picture::Ready { texture: ready.texture.id(), size: ready.texture.size_vec2() };
        }
        if inner.missing.contains(&key) {
            return Picture::Missing;
        }
        let waits = inner.waiting.iter().any(|(waiting, _)| *waiting == key);
        if !waits && inner.asked.insert(key.clone()) && self.ask.send(key.clone()).is_err() {
            inner.missing.insert(key);
            return Picture::Missing;
        }
        Picture::Loading
    }

    /// True when nothing is on its way; tests wait for it before they take a picture.
    pub fn is_settled(&self) -> bool {
        let inner = self.inner.borrow();
        inner.asked.is_empty() && inner.waiting.is_empty()
    }
}

/// The workspace with fetched pictures, open while pictures are asked for.
#[derive(Default)]
struct Shelf(Option<(PathBuf, Kept)>);

impl Shelf {
    fn picture(&mut self, file: &Path, address: &str) -> Option<Vec<u8>> {
        if self.0.as_ref().is_none_or(|(open, _)| open != file) {
            self.0 = Kept::open(file).ok().map(|kept| (file.to_owned(), kept));
        }
        self.0.as_ref()?.1.picture(address).ok().flatten()
    }

    fn close(&mut self) {
        self.0 = None;
    }
}

/// Reads, decodes and shrinks one picture. Names with a path or an address count by their last part.
fn decode((name, size): &Key, from: &Source, shelf: &mut Shelf) -> Option<ColorImage> {
    let file = name.split(['?', '#']).next().unwrap_or(name).rsplit('/').next().unwrap_or(name);
    let own = from.folder.as_ref().and_then(|folder| std::fs::read(folder.join(file)).ok());
    let own = own.or_else(|| {
        let workspace = from.file.as_ref().filter(|_| is_on_the_web(name))?;
        shelf.picture(workspace, name)
    });
    let bytes: std::borrow::Cow<'_, [u8]> = match own {
        Some(bytes) => bytes.into(),
        None => crate::sample::pictures::find(file)?.into(),
    };
    let decoded = image::load_from_memory(&bytes).ok()?;
    let decoded = match size.pixels() {
        Some(pixels) if pixels < decoded.width().min(decoded.height()) => {
            decoded.resize_to_fill(pixels, pixels, image::imageops::FilterType::Triangle)
        }
        _ => decoded,
    };
    let rgba = decoded.to_rgba8();
    let dimensions = [rgba.width() as usize, rgba.height() as usize];
    Some(ColorImage::from_rgba_unmultiplied(dimensions, rgba.as_raw()))
}
