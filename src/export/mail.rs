//! Klaviyo and Mailchimp: the group and the picks of people who agreed to mail, and of nobody else.

use serde_json::{Map, Value, json};

use super::ExportFile;
use super::fidelity::{Fidelity, FidelityReport};
use super::subject::{Member, Subject};
use super::text::csv;
use crate::decide::{Detail, PageRef, Visit};
use crate::merch::{BlockKind, PageKey};
use crate::shop::Consent;

const PICKS: usize = 6;
/// Limits of one profile import job.
pub(super) const PROFILES_A_JOB: usize = 10_000;
pub(super) const BYTES_A_JOB: usize = 5_000_000;
/// Members of one Mailchimp batch.
pub(super) const MEMBERS_A_BATCH: usize = 500;

fn may_be_mailed<'s>(subject: &'s Subject<'_>) -> Vec<&'s Member> {
    subject.members.iter().filter(|member| member.consent == Consent::Given).collect()
}

/// The first products a person would see: on the e-mail page where there is one, else on the homepage.
fn picks(subject: &Subject<'_>, member: &Member) -> Vec<u32> {
    let has_mail = subject.bundle().document.layout(&PageKey::Email(None)).is_some();
    let page = if has_mail { PageRef::Email("picks".to_owned()) } else { PageRef::Home };
    let mut visit = Visit::of(page, subject.now);
    visit.segment = Some(subject.group_of(member).to_owned());
    visit.history.clone_from(&member.history);
    visit.limit = Some(PICKS as u32);
    let decided = subject.prepared.decide(&visit, Detail::Plain);
    decided
        .blocks
        .iter()
        .filter(|block| block.kind == BlockKind::Products)
        .flat_map(|block| block.slots.iter().map(|slot| slot.product))
        .take(PICKS)
        .collect()
}

fn left_out(subject: &Subject<'_>, written: usize, fidelity: &mut FidelityReport) {
    let without = subject.members.len() - written;
    let how = format!(
        "{written} people agreed to mail; {without} did not, or the store does not know, and are left out"
    );
    fidelity.add("people", Fidelity::Exact, &how);
}

pub(super) fn klaviyo(subject: &Subject<'_>, fidelity: &mut FidelityReport) -> Vec<ExportFile> {
    let members = may_be_mailed(subject);
    left_out(subject, members.len(), fidelity);
    if members.iter().any(|member| member.email.is_none()) {
        fidelity.add(
            "people",
            Fidelity::Approximate,
            "names are off: profiles are matched by `external_id`, the shop's customer number",
        );
    }
    let profiles: Vec<Value> = members
        .iter()
        .map(|member| {
            let mut properties = Map::new();
            let group = subject.group_of(member);
            properties.insert("endcap_group".to_owned(), json!(group));
            properties.insert("endcap_group_name".to_owned(), json!(subject.group_name(group)));
            for (nth, product) in picks(subject, member).into_iter().enumerate() {
                properties.insert(format!("endcap_pick_{}", nth + 1), json!(subject.product_id(product)));
            }
            let mut attributes = Map::new();
            attributes.insert("external_id".to_owned(), json!(member.id));
            if let Some(email) = &member.email {
                attributes.insert("email".to_owned(), json!(email));
            }
            attributes.insert("properties".to_owned(), Value::Object(properties));
            json!({ "type": "profile", "attributes": attributes })
        })
        .collect();
    let mut files: Vec<ExportFile> = split(profiles, PROFILES_A_JOB, BYTES_A_JOB - 500)
        .into_iter()
        .enumerate()
        .map(|(nth, chunk)| {
            let job = json!({ "data": {
                "type": "profile-bulk-import-job",
                "attributes": { "profiles": { "data": chunk } },
            } });
            ExportFile::text(format!("profiles-{:03}.json", nth + 1), job.to_string())
        })
        .collect();
    let undo: Vec<Value> = members
        .iter()
        .map(|member| {
            let names = ["endcap_group".to_owned(), "endcap_group_name".to_owned()]
                .into_iter()
                .chain((1..=PICKS).map(|nth| format!("endcap_pick_{nth}")));
            json!({ "external_id": member.id, "unset": names.collect::<Vec<_>>() })
        })
        .collect();
    files.push(ExportFile::json_lines("undo/unset-properties.jsonl", &undo));
    files.extend(catalog_items(subject));
    files
}

/// Chunks of at most `most` values and about `bytes` bytes.
pub(super) fn split(values: Vec<Value>, most: usize, bytes: usize) -> Vec<Vec<Value>> {
    let mut chunks: Vec<Vec<Value>> = Vec::new();
    let mut size = 0;
    for value in values {
        let length = value.to_string().len() + 1;
        match chunks.last_mut() {
            Some(chunk) if chunk.len() < most && size + length <= bytes => chunk.push(value),
            _ => {
                chunks.push(vec![value]);
                size = 0;
            }
        }
        size += length;
    }
    chunks
}

/// What the mail's blocks show of a product; a hundred a job.
fn catalog_items(subject: &Subject<'_>) -> Vec<ExportFile> {
    let items: Vec<Value> = subject
        .bundle()
        .catalog
        .products
        .iter()
        .filter(|product| product.published)
        .map(|product| {
            json!({ "type": "catalog-item", "attributes": {
                "external_id": product.id, "title": product.title, "description": product.title,
                "url": product.url.clone().unwrap_or_default(), "image_full_url": product.image, "published": true,
            } })
        })
        .collect();
    split(items, 100, BYTES_A_JOB - 500)
        .into_iter()
        .enumerate()
        .map(|(nth, chunk)| {
            let job = json!({ "data": {
                "type": "catalog-item-bulk-create-job",
                "attributes": { "items": { "data": chunk } },
            } });
            ExportFile::text(format!("catalog/items-{:03}.json", nth + 1), job.to_string())
        })
        .collect()
}

pub(super) fn mailchimp(subject: &Subject<'_>, fidelity: &mut FidelityReport) -> Vec<ExportFile> {
    let agreed = may_be_mailed(subject);
    left_out(subject, agreed.len(), fidelity);
    let members: Vec<(&Member, &String)> =
        agreed.into_iter().filter_map(|member| Some((member, member.email.as_ref()?))).collect();
    let header = ["External ID", "Group", "Pick 1", "Pick 2", "Pick 3", "Pick 4", "Pick 5", "Pick 6"];
    if members.is_empty() {
        fidelity.add("people", Fidelity::Dropped, "names are off in this workspace, and Mailchimp knows people by e-mail only; join the table by customer number");
        let rows = may_be_mailed(subject).into_iter().map(|member| {
            let mut row = vec![member.id.clone(), subject.group_name(subject.group_of(member)).to_owned()];
            row.extend(
                picks(subject, member).into_iter().map(|product| subject.product_id(product).to_owned()),
            );
            row
        });
        return vec![ExportFile { path: "picks-by-customer.csv".to_owned(), bytes: csv(&header, rows) }];
    }
    let written: Vec<Value> = members
        .iter()
        .map(|(member, email)| {
            let mut fields = Map::new();
            for (nth, product) in picks(subject, member).into_iter().enumerate() {
                fields.insert(format!("PICK{}", nth + 1), json!(subject.product_id(product)));
            }
            json!({
                "email_address": email, "status": "subscribed", "merge_fields": fields,
                "tags": [format!("Endcap: {}", subject.group_name(subject.group_of(member)))],
            })
        })
        .collect();
    let mut files = Vec::new();
    for (nth, chunk) in written.chunks(MEMBERS_A_BATCH).enumerate() {
        // Existing tags stay: syncing would delete every tag that is not in the list.
        let batch = json!({ "members": chunk, "update_existing": true, "sync_tags": false });
        files.push(ExportFile::json(format!("members-{:03}.json", nth + 1), &batch));
    }
    for (nth, chunk) in members.chunks(MEMBERS_A_BATCH).enumerate() {
        let undo: Vec<Value> = chunk
            .iter()
            .map(|(member, email)| {
                let tag = format!("Endcap: {}", subject.group_name(subject.group_of(member)));
                json!({ "email_address": email, "tags": [{ "name": tag, "status": "inactive" }] })
            })
            .collect();
        files.push(ExportFile::json(format!("undo/tags-{:03}.json", nth + 1), &json!({ "members": undo })));
    }
    files
}
