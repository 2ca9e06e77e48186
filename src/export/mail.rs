//! Klaviyo and Mailchimp: the group and the picks of people who agreed to mail, and of nobody else.

use serde_json::{Map, Value, json};

use super::ExportFile;
use super::fidelity::{Fidelity, FidelityReport};
use super::subject::{Member, Subject};
use super::text::csv;
use crate::campaign;
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

/// The products of somebody's next message, without what they bought of late.
fn picks(subject: &Subject<'_>, member: &Member) -> Vec<u32> {
    let message = member.message.as_ref();
    campaign::picks(
        subject.prepared,
        message.map_or("picks", |message| &message.trigger),
        subject.group_of(member),
        &member.history,
        subject.now,
        message.and_then(|message| message.product),
        PICKS,
    )
}

/// Fields every profile has, so that yesterday's message does not stay: empty where nothing is due.
fn message_fields(subject: &Subject<'_>, member: &Member) -> [(&'static str, &'static str, Value); 4] {
    let message = member.message.as_ref();
    let product = message.and_then(|message| message.product).map(|product| subject.product_id(product));
    let due = message.and_then(|message| message.due.as_deref());
    [
        ("endcap_trigger", "TRIGGER", json!(message.map_or("", |message| &message.trigger))),
        ("endcap_trigger_product", "TRIGPROD", json!(product.unwrap_or_default())),
        ("endcap_trigger_due", "TRIGDUE", json!(due.unwrap_or_default())),
        ("endcap_offer_percent", "OFFER", json!(member.offer_percent.to_string())),
    ]
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
            "without an address profiles are matched by `external_id`, the shop's customer number",
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
            for (name, _, value) in message_fields(subject, member) {
                properties.insert(name.to_owned(), value);
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
                .chain((1..=PICKS).map(|nth| format!("endcap_pick_{nth}")))
                .chain(message_fields(subject, member).map(|(name, _, _)| name.to_owned()));
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
                "url": product.url.clone().unwrap_or_default(), "published": true,
                // Only addresses; names of local pictures mean nothing there.
                "image_full_url": product.image.as_deref().filter(|image| image.starts_with("http")),
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
    let header = [
        "External ID",
        "Group",
        "Trigger",
        "Trigger product",
        "Trigger due",
        "Offer percent",
        "Pick 1",
        "Pick 2",
        "Pick 3",
        "Pick 4",
        "Pick 5",
        "Pick 6",
    ];
    if members.is_empty() {
        fidelity.add("people", Fidelity::Dropped, "without addresses, and Mailchimp knows people by e-mail only: give the shop's customer export with --customers, or join the table by customer number");
        let rows = may_be_mailed(subject).into_iter().map(|member| {
            let mut row = vec![member.id.clone(), subject.group_name(subject.group_of(member)).to_owned()];
            let text = |value: Value| value.as_str().unwrap_or_default().to_owned();
            row.extend(message_fields(subject, member).map(|(_, _, value)| text(value)));
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
            for (_, name, value) in message_fields(subject, member) {
                fields.insert(name.to_owned(), value);
            }
            json!({
                "email_address": email, "email_type": "html", "status": "subscribed", "merge_fields": fields,
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
