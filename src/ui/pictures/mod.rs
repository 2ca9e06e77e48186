//! Product pictures as textures: decoded and resized off the UI thread, at most four uploads a frame, least recently
//! used out first; a drawn tile where there is no picture.

mod tile;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};

use egui::{ColorImage, TextureHandle, TextureId, TextureOptions};

pub use tile::paint_tile;

const UPLOADS_PER_FRAME: usize = 4;
/// 300 MB of RGBA.
const MOST_BYTES: usize = 300 << 20;
const WORKERS: usize = 2;

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
}

/// The picture cache of the window.
pub struct Pictures {
    inner: RefCell<Inner>,
    ask: Sender<Key>,
    answers: Receiver<(Key, Option<ColorImage>)>,
    folder: Arc<Mutex<Option<PathBuf>>>,
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
        let folder = Arc::new(Mutex::new(None));
        for _ in 0..WORKERS {
            let (asked, answer) = (Arc::clone(&asked), answer.clone());
            let (folder, context) = (Arc::clone(&folder), context.clone());
            std::thread::spawn(move || {
                loop {
                    // The lock is held while waiting: only one worker needs to.
                    let Some(key) = asked.lock().ok().and_then(|asked| asked.recv().ok()) else {
                        return;
                    };
                    let own = folder.lock().ok().and_then(|folder| folder.clone());
                    let image = decode(&key, own);
                    if answer.send((key, image)).is_err() {
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
        };
        Self { inner: RefCell::new(inner), ask, answers, folder, context: context.clone() }
    }

    /// Pictures of the workspace are looked for here before the bundled ones. Forgets what was loaded.
    pub fn set_folder(&self, path: Option<PathBuf>) {
        if let Ok(mut folder) = self.folder.lock()
            && *folder != path
        {
            *folder = path;
            let mut inner = self.inner.borrow_mut();
            inner.ready.clear();
            inner.missing.clear();
            inner.bytes = 0;
        }
    }

    /// Call once at the start of each frame: takes what workers finished and uploads a few.
    pub fn begin_frame(&self) {
        let mut inner = self.inner.borrow_mut();
        inner.frame += 1;
        inner.uploads_left = UPLOADS_PER_FRAME;
        while let Ok((key, image)) = self.answers.try_recv() {
            inner.asked.remove(&key);
            match image {
                Some(image) => inner.waiting.push((key, image)),
                None => {
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

/// Reads, decodes and shrinks one picture. Names with a path or an address count by their last part.
fn decode((name, size): &Key, folder: Option<PathBuf>) -> Option<ColorImage> {
    let file = name.split(['?', '#']).next().unwrap_or(name).rsplit('/').next().unwrap_or(name);
    let own = folder.and_then(|folder| std::fs::read(folder.join(file)).ok());
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
