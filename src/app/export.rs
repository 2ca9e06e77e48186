//! Projections of a workspace: what an export reads is gathered here, and written here.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::addresses::{self, Addresses};
use super::campaign::{Campaigns, Remembered, campaigns, consents};
use super::compile::Parts;
use super::{Error, open, runs};
use crate::bundle::{self, Bundle, EVERYONE, disk};
use crate::decide::{HistoryItem, HistoryKind, Prepared, golden};
use crate::export::{
    self, ExportFile, Goods, Interaction, InteractionKind, Member, Message, Part, Projection, Section,
    Subject, Target,
};
use crate::merch::Document;
use crate::recommend::Dataset;
use crate::recommend::dataset::NOBODY;
use crate::shop::{Consent, EventKind, Monitor, Seconds};
use crate::workspace::{self, Access, Workspace};

/// Events of one person that a mail's picks may use.
const MOST_HISTORY: usize = 20;

/// The golden visits of a bundle are drawn from this.
const GOLDEN_SEED: u64 = 1;

/// What the store knows its products by, for platforms whose exports name none.
const ID_KIND: &str = "product";

/// Everything any target needs, gathered once; projections of several targets share it.
pub struct Exporter {
    prepared: Prepared,
    bundle_id: String,
    now: Seconds,
    goods: Vec<Goods>,
    members: Vec<Member>,
    interactions: Vec<Interaction>,
    bundle_files: Vec<(String, Vec<u8>)>,
    pictures: BTreeMap<String, Vec<u8>>,
    sections: Vec<Section>,
}

impl Exporter {
    /// `sections` are evaluation, audit and advice for the report. Members are read only when `with_people` is set.
    pub fn gather(
        workspace: &Workspace,
        now: Seconds,
        with_people: bool,
        sections: Vec<Section>,
        monitor: &dyn Monitor,
    ) -> Result<Self, Error> {
        let people = if with_people { People::Ids } else { People::None };
        let wanted = Wanted { with: people, sections, ..Wanted::default() };
        Self::gather_with(workspace, &Remembered::default(), now, wanted, monitor)
    }

    /// The same for whoever looks more than once.
    pub fn gather_with(
        workspace: &Workspace,
        remembered: &Remembered,
        now: Seconds,
        wanted: Wanted<'_>,
        monitor: &dyn Monitor,
    ) -> Result<Self, Error> {
        let Wanted { document, with, sections } = wanted;
        monitor.progress(0, 0, "Gathering what the export needs");
        let mut bundle = open::bundle(workspace)?.ok_or_else(|| {
            Error::user("There is nothing to export yet. Import products and orders, then run `endcap train`")
        })?;
        if let Some(document) = document {
            bundle.document = Arc::clone(document);
        }
        let campaigns = remembered.campaigns(workspace, &bundle, monitor)?;
        let extras = extras(&bundle, &campaigns, now)?;
        let (manifest, files) = disk::assemble(&bundle, &extras)
            .map_err(|source| Error::bug_because("The bundle could not be put together.", source))?;
        let goods = goods(workspace, &bundle)?;
        let (mut members, interactions) = match with {
            People::None => (Vec::new(), Vec::new()),
            People::Ids | People::Emails => people(workspace, &bundle, &campaigns, now, monitor)?,
        };
        if with == People::Emails {
            let addresses: BTreeMap<String, String> = workspace.emails()?.into_iter().collect();
            for member in members.iter_mut().filter(|member| member.consent == Consent::Given) {
                member.email = addresses.get(&member.id).cloned();
            }
        }
        let pictures = pictures(&bundle);
        Ok(Self {
            prepared: Prepared::new(&bundle),
            bundle_id: manifest.bundle_id,
            now,
            goods,
            members,
            interactions,
            bundle_files: files.into_iter().collect(),
            pictures,
            sections,
        })
    }

    /// Adds addresses of members who agreed to mail; returns how many.
    pub fn add_addresses(
        &mut self,
        workspace: &Workspace,
        from: &Addresses,
        monitor: &dyn Monitor,
    ) -> Result<u64, Error> {
        let known = addresses::read(workspace, from, monitor)?;
        let mut added = 0;
        for member in self.members.iter_mut().filter(|member| member.consent == Consent::Given) {
            member.email = known.get(&member.id).cloned();
            added += u64::from(member.email.is_some());
        }
        Ok(added)
    }

    pub fn bundle_id(&self) -> &str {
        &self.bundle_id
    }

    /// The pages and rules that are projected.
    pub fn document(&self) -> &Document {
        &self.prepared.bundle().document
    }

    /// How many e-mail addresses targets that name customers would write.
    pub fn n_emails(&self) -> u64 {
        self.members.iter().filter(|member| member.email.is_some()).count() as u64
    }

    /// What would be written for a target, in memory.
    pub fn project(&self, target: Target) -> Projection {
        self.project_without(target, &[])
    }

    /// The same without the files of some parts.
    pub fn project_without(&self, target: Target, left_out: &[Part]) -> Projection {
        let for_people = target.names_customers();
        export::project_without(
            target,
            left_out,
            &Subject {
                prepared: &self.prepared,
                bundle_id: self.bundle_id.clone(),
                now: self.now,
                goods: self.goods.clone(),
                members: if for_people { self.members.clone() } else { Vec::new() },
                interactions: if for_people { self.interactions.clone() } else { Vec::new() },
                bundle_files: if target == Target::Web { self.bundle_files.clone() } else { Vec::new() },
                pictures: if matches!(target, Target::Report | Target::Web) {
                    self.pictures.clone()
                } else {
                    BTreeMap::new()
                },
                sections: if target == Target::Report { self.sections.clone() } else { Vec::new() },
            },
        )
    }
}

/// What an export is made of besides what the workspace holds.
#[derive(Clone, Debug, Default)]
pub struct Wanted<'a> {
    /// Pages and rules instead of those saved.
    pub document: Option<&'a Arc<Document>>,
    pub with: People,
    /// Evaluation, audit and advice, for the report.
    pub sections: Vec<Section>,
}

/// How people are named in files that name them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum People {
    None,
    /// By the platform's customer id.
    #[default]
    Ids,
    /// By id and, where the owner keeps names, e-mail address.
    Emails,
}

impl People {
    /// Nobody is named to a target that does not address people.
    pub fn of(self, target: Target) -> Self {
        if target.names_customers() { self } else { Self::None }
    }
}

/// A target by its name on the command line.
pub fn target(name: &str) -> Result<Target, Error> {
    Target::from_name(&name.to_lowercase()).ok_or_else(|| {
        let known: Vec<&str> = Target::ALL.iter().map(|target| target.name()).collect();
        Error::user(format!("There is no target `{name}`. Known targets: {}", known.join(", ")))
    })
}

/// Writes the files of a projection into a folder, each whole or not at all. Files of an earlier export of the same
/// names are replaced; others are left alone.
pub fn write(projection: &Projection, folder: &Path) -> Result<Vec<PathBuf>, Error> {
    write_files(&projection.files, folder)
}

/// Writes files into a folder, each whole or not at all.
pub fn write_files(files: &[ExportFile], folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let failed = |path: &Path| {
        let message = format!("{} cannot be written", path.display());
        move |source: std::io::Error| Error::environment_because(message, source)
    };
    let mut written = Vec::with_capacity(files.len());
    for file in files {
        let path = folder.join(&file.path);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(failed(parent))?;
        }
        let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        let unfinished = path.with_file_name(format!(".{name}.unfinished"));
        fs::write(&unfinished, &file.bytes).map_err(failed(&unfinished))?;
        fs::rename(&unfinished, &path).map_err(failed(&path))?;
        written.push(path);
    }
    Ok(written)
}

/// A finished export, to be noted.
#[derive(Clone, Copy, Debug)]
pub struct Note<'a> {
    pub at: Seconds,
    pub target: Target,
    pub folder: &'a Path,
    pub n_files: usize,
    pub bundle_id: &'a str,
    /// The pages and rules that left.
    pub document: &'a Document,
}

/// Notes an export, so that the next one can say what changed since. A workspace that is open for reading only keeps
/// no note; the files are written all the same.
pub fn note(workspace: &mut Workspace, note: &Note<'_>) -> Result<(), Error> {
    if workspace.access() != Access::Write {
        return Ok(());
    }
    let Some(bundle) = open::bundle(workspace)? else { return Ok(()) };
    let document = serde_json::to_string(note.document)
        .map_err(|source| Error::bug_because("The export could not be noted.", source))?;
    let parts = Parts {
        info: bundle.info,
        catalog: bundle.catalog,
        segments: bundle.segments,
        signals: bundle.signals,
        neighbors: bundle.neighbors,
        text_index: bundle.text_index,
    };
    let export = workspace::Export {
        at: note.at,
        target: note.target.name().to_owned(),
        folder: note.folder.to_string_lossy().into_owned(),
        n_files: note.n_files as u32,
        bundle: note.bundle_id.to_owned(),
        document,
    };
    Ok(workspace.put_export(&export, &runs::pack(&parts)?)?)
}

/// The bundle of the newest export as it left; `None` before the first, or when it cannot be read any more.
pub fn last_exported(workspace: &Workspace) -> Result<Option<Bundle>, Error> {
    let exports = workspace.exports()?;
    let Some(last) = exports.first() else { return Ok(None) };
    exported(workspace, last)
}

/// The bundle of one export, as long as it is among those kept.
pub fn exported(workspace: &Workspace, export: &workspace::Export) -> Result<Option<Bundle>, Error> {
    let Some(bytes) = workspace.exported_bundle(&export.bundle)? else { return Ok(None) };
    // Written by another version, perhaps: then there is nothing to compare with, as before the first export.
    let (Ok(parts), Ok(document)) =
        (runs::unpack::<Parts>(&bytes), serde_json::from_str::<Document>(&export.document))
    else {
        return Ok(None);
    };
    Ok(Some(parts.with(Arc::new(document))))
}

/// SKUs and platform links per catalog product.
fn goods(workspace: &Workspace, bundle: &Bundle) -> Result<Vec<Goods>, Error> {
    const PAGE: u64 = 1_000;
    let mut goods = vec![Goods::default(); bundle.catalog.products.len()];
    let mut offset = 0;
    loop {
        let products = workspace.products(offset, PAGE)?;
        if products.is_empty() {
            return Ok(goods);
        }
        offset += PAGE;
        for product in products {
            if let Some(index) = bundle.catalog.index(&product.id) {
                goods[index as usize] = Goods {
                    skus: product.variants.into_iter().filter_map(|variant| variant.sku).collect(),
                    links: product.links,
                };
            }
        }
    }
}

/// Everybody with an account, and what they did. Addresses stay in the workspace.
fn people(
    workspace: &Workspace,
    bundle: &Bundle,
    campaigns: &Campaigns,
    now: Seconds,
    monitor: &dyn Monitor,
) -> Result<(Vec<Member>, Vec<Interaction>), Error> {
    let frames = workspace.frames_watched(Some(now), monitor)?;
    let data = Dataset::from_frames(&frames)
        .map_err(|source| Error::bug_because("The store's orders could not be read.", source))?;
    let groups = runs::segments(workspace)?;
    let mut group_of: BTreeMap<&str, &str> = BTreeMap::new();
    if let Some(kept) = &groups {
        for (id, group) in kept.result.customer_ids.iter().zip(&kept.result.assignment) {
            if let Some(group) = kept.result.groups.get(*group as usize) {
                group_of.insert(id, &group.id);
            }
        }
    }
    let consents = consents(&frames)?;
    let tags: BTreeMap<String, Vec<String>> =
        workspace.contacts()?.into_iter().map(|contact| (contact.id, contact.tags)).collect();
    let messages: BTreeMap<&str, Message> = campaigns
        .lists
        .iter()
        .flat_map(|list| list.entries.iter().map(move |entry| (list, entry)))
        .map(|(list, entry)| {
            let message = Message {
                trigger: list.trigger.id.clone(),
                product: entry.product,
                due: entry.due.map(crate::forecast::iso_day),
            };
            (campaigns.people[entry.person].id.as_str(), message)
        })
        .collect();
    let mut members: Vec<Member> = data
        .customers
        .ids()
        .iter()
        .map(|id| {
            let segment = group_of.get(id.as_str()).copied().unwrap_or(EVERYONE);
            let message = messages.get(id.as_str()).cloned();
            Member {
                id: id.clone(),
                consent: consents.get(id).copied().unwrap_or_default(),
                tags: tags.get(id).cloned().unwrap_or_default(),
                segment: segment.to_owned(),
                offer_percent: campaigns
                    .offer_percent(segment, message.as_ref().map(|message| message.trigger.as_str())),
                message,
                ..Member::default()
            }
        })
        .collect();
    let in_catalog: Vec<Option<u32>> =
        data.products.ids().iter().map(|id| bundle.catalog.index(id)).collect();
    let mut interactions = Vec::with_capacity(data.n_lines() + data.touches.len());
    for (order, row) in data.orders.iter().enumerate().filter(|(_, row)| row.customer != NOBODY) {
        for (product, quantity) in data.products_of(order).iter().zip(data.quantities_of(order)) {
            if let Some(product) = in_catalog[*product as usize] {
                interactions.push(Interaction {
                    member: row.customer,
                    product,
                    kind: InteractionKind::Purchase,
                    at: row.at,
                    quantity: *quantity as i64,
                    unit_price: bundle.catalog.products[product as usize].price,
                });
            }
        }
    }
    for touch in data.touches.iter().filter(|touch| touch.customer != NOBODY) {
        let kind = match touch.kind {
            EventKind::ViewProduct | EventKind::ClickProduct => InteractionKind::View,
            EventKind::AddToCart => InteractionKind::Cart,
            _ => continue,
        };
        if let Some(product) = in_catalog[touch.product as usize] {
            let (member, at) = (touch.customer, touch.at);
            interactions.push(Interaction { member, product, kind, at, quantity: 1, unit_price: None });
        }
    }
    interactions.sort_by_key(|one| (one.at, one.member, one.product, one.kind));
    for one in interactions.iter().rev() {
        let history = &mut members[one.member as usize].history;
        if history.len() < MOST_HISTORY {
            history.push(HistoryItem {
                product: bundle.catalog.products[one.product as usize].id.clone(),
                kind: match one.kind {
                    InteractionKind::View => HistoryKind::View,
                    InteractionKind::Cart => HistoryKind::Cart,
                    InteractionKind::Purchase => HistoryKind::Purchase,
                },
                age: (now - one.at).max(0),
            });
        }
    }
    Ok((members, interactions))
}

/// Pictures that come with the program. Those of other stores stay where they are.
fn pictures(bundle: &Bundle) -> BTreeMap<String, Vec<u8>> {
    let mut pictures = BTreeMap::new();
    let products = bundle.catalog.products.iter().filter_map(|product| product.image.as_deref());
    for image in products.chain(bundle.document.pictures()) {
        let name = image.split('?').next().unwrap_or_default().rsplit('/').next().unwrap_or_default();
        if let Some(bytes) = crate::sample::pictures::find(name) {
            pictures.insert(image.to_owned(), bytes.to_vec());
        }
    }
    pictures
}

/// The bundle of a workspace with everything that travels with it, ready to be written.
pub fn packed(
    workspace: &Workspace,
    now: Seconds,
    monitor: &dyn Monitor,
) -> Result<(Bundle, disk::Extras), Error> {
    let bundle = open::bundle(workspace)?.ok_or_else(|| {
        Error::user("There is nothing to compile yet. Import products and orders, then run `endcap train`")
    })?;
    let campaigns = campaigns(workspace, &bundle, monitor)?;
    let extras = extras(&bundle, &campaigns, now)?;
    Ok((bundle, extras))
}

/// Writes the bundle beside what it replaces, and reads it back.
pub fn compile(
    workspace: &Workspace,
    out: &Path,
    now: Seconds,
    monitor: &dyn Monitor,
) -> Result<disk::Manifest, Error> {
    let (bundle, extras) = packed(workspace, now, monitor)?;
    let failed = |source: bundle::disk::Error| match source {
        disk::Error::Exists(_) => Error::user_because(
            format!("{} exists. A bundle is never overwritten; choose another name", out.display()),
            source,
        ),
        other => Error::environment_because(format!("{} could not be written", out.display()), other),
    };
    let manifest = disk::write(&bundle, out, &extras).map_err(failed)?;
    disk::read(out)
        .map_err(|source| Error::bug_because("The bundle just written does not read back.", source))?;
    Ok(manifest)
}

/// What a bundle carries besides itself: its date, the kind of ids, golden cases, fallbacks, triggers and offers.
fn extras(bundle: &Bundle, campaigns: &Campaigns, now: Seconds) -> Result<disk::Extras, Error> {
    let mut files = golden::files(&Prepared::new(bundle), GOLDEN_SEED)
        .map_err(|source| Error::bug_because("The golden cases could not be made.", source))?;
    let unwritable = |source| Error::bug_because("Triggers and offers could not be written.", source);
    let triggers: Vec<_> = campaigns.lists.iter().map(|list| &list.trigger).collect();
    files.insert("triggers.json".to_owned(), bundle::canonical::to_bytes(&triggers).map_err(unwritable)?);
    files.insert(
        "offers.json".to_owned(),
        bundle::canonical::to_bytes(&campaigns.offers).map_err(unwritable)?,
    );
    Ok(disk::Extras { created_at: now, id_kind: ID_KIND.to_owned(), files, ..disk::Extras::default() })
}
