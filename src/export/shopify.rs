//! Shopify: group tags, recommendation metafields, collection order, slices as metaobjects, a theme section.

use serde_json::{Value, json};

use super::ExportFile;
use super::fidelity::{Fidelity, FidelityReport};
use super::lists::{Lists, Slice, neighbors};
use super::subject::Subject;
use super::text::{csv, slug};
use crate::bundle::{EVERYONE, Strategy};

/// Moves one `collectionReorderProducts` call may carry.
pub(super) const MOVES_A_CALL: usize = 250;
/// Recommendations the storefront shows at most.
const RECOMMENDED: usize = 10;
/// A JSON field of a metaobject holds 128 KB.
pub(super) const SLICE_BYTES: usize = 128 * 1024;
const SECTIONS_A_TEMPLATE: usize = 25;
const RELATED: &str =
    "Related products (product.metafields.shopify--discovery--product_recommendation.related_products)";
const COMPLEMENTARY: &str = "Complementary products (product.metafields.shopify--discovery--product_recommendation.complementary_products)";

pub(super) fn files(subject: &Subject<'_>, lists: &Lists, fidelity: &mut FidelityReport) -> Vec<ExportFile> {
    let mut files = tags(subject, fidelity);
    files.extend(product_metafields(subject));
    files.extend(collection_order(subject, lists, fidelity));
    files.push(slices(subject, lists, fidelity));
    files.push(ExportFile::text("theme/sections/endcap-row.liquid", SECTION));
    files.push(ExportFile::json("theme/templates/index.endcap.json", &template(lists)));
    files
}

/// `seg:s3` beside the tags a customer has, in three forms: by number for the bulk API, by e-mail for the import page
/// where names are on, and the way back.
fn tags(subject: &Subject<'_>, fidelity: &mut FidelityReport) -> Vec<ExportFile> {
    let tagged = subject.members.iter().filter(|member| subject.group_of(member) != EVERYONE);
    let gid = |id: &str| global_id("Customer", id);
    let add: Vec<Value> = tagged
        .clone()
        .filter(|member| is_number(&member.id))
        .map(|member| json!({ "id": gid(&member.id), "tags": [tag(subject.group_of(member))] }))
        .collect();
    let numbered = subject.members.iter().filter(|member| is_number(&member.id)).count();
    if numbered < subject.members.len() {
        let how = format!(
            "{} customers have no Shopify number and get no tag by the bulk file",
            subject.members.len() - numbered
        );
        fidelity.add("groups", Fidelity::Approximate, &how);
    }
    let remove: Vec<Value> = subject
        .members
        .iter()
        .filter(|member| is_number(&member.id))
        .map(|member| {
            let all: Vec<String> =
                subject.groups().into_iter().filter(|id| *id != EVERYONE).map(tag).collect();
            json!({ "id": gid(&member.id), "tags": all })
        })
        .collect();
    let mut files = vec![
        ExportFile::json_lines("customers/tags-add.jsonl", &add),
        ExportFile::json_lines("undo/customers/tags-remove.jsonl", &remove),
    ];
    // Whether an import replaces the tags is not stated, so the full list goes in.
    let header = ["Email", "Tags"];
    let with_mail = || subject.members.iter().filter_map(|member| Some((member.email.as_ref()?, member)));
    if with_mail().next().is_some() {
        let rows = with_mail().map(|(email, member)| {
            let mut tags: Vec<String> =
                member.tags.iter().filter(|known| !known.starts_with("seg:")).cloned().collect();
            let group = subject.group_of(member);
            if group != EVERYONE {
                tags.push(tag(group));
            }
            [email.clone(), tags.join(", ")]
        });
        files.push(ExportFile { path: "customers/customers-tags.csv".to_owned(), bytes: csv(&header, rows) });
        let undo = with_mail().map(|(email, member)| [email.clone(), member.tags.join(", ")]);
        files.push(ExportFile {
            path: "undo/customers/customers-tags.csv".to_owned(),
            bytes: csv(&header, undo),
        });
    } else {
        fidelity.add(
            "customers/customers-tags.csv",
            Fidelity::Dropped,
            "names are off in this workspace; use the bulk file by customer number",
        );
    }
    files
}

fn is_number(id: &str) -> bool {
    !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit())
}

/// Tags may hold anything but a comma.
fn tag(segment: &str) -> String {
    format!("seg:{}", segment.replace(',', "_"))
}

/// Lists of products by handle, in the columns of the shop's own product export; prices and stock are not touched.
fn product_metafields(subject: &Subject<'_>) -> Vec<ExportFile> {
    let header = ["Handle", "Title", RELATED, COMPLEMENTARY];
    let handle = |product: u32| {
        let product = &subject.bundle().catalog.products[product as usize];
        product.handle.clone().unwrap_or_else(|| product.id.clone())
    };
    let listed = |strategy, product| {
        neighbors(subject, strategy, product, RECOMMENDED)
            .into_iter()
            .map(handle)
            .collect::<Vec<_>>()
            .join("; ")
    };
    let title = |product: u32| subject.bundle().catalog.products[product as usize].title.clone();
    let products = 0..subject.bundle().catalog.products.len() as u32;
    let rows = products.clone().map(|product| {
        [
            handle(product),
            title(product),
            listed(Strategy::Similar, product),
            listed(Strategy::BoughtTogether, product),
        ]
    });
    let undo = products.map(|product| [handle(product), title(product), String::new(), String::new()]);
    vec![
        ExportFile { path: "products/recommendations.csv".to_owned(), bytes: csv(&header, rows) },
        ExportFile { path: "undo/products/recommendations.csv".to_owned(), bytes: csv(&header, undo) },
    ]
}

/// The order of everyone, as moves. A collection has one order for all visitors.
fn collection_order(subject: &Subject<'_>, lists: &Lists, fidelity: &mut FidelityReport) -> Vec<ExportFile> {
    let mut files = Vec::new();
    for slice in lists.now().filter(|slice| slice.segment == EVERYONE) {
        let Some(collection) = slice.page.strip_prefix("collection:") else {
            continue;
        };
        let first_row = lists.now().find(|other| other.page == slice.page);
        if first_row.is_none_or(|first| first.block != slice.block) {
            continue;
        }
        for (nth, call) in reorder_calls(collection, &subject.ids(&slice.products)).iter().enumerate() {
            files.push(ExportFile::json(
                format!("collections/{}-{:02}.json", slug(collection), nth + 1),
                call,
            ));
        }
        let about = format!("row {}/{}", slice.page, slice.block);
        fidelity.add(
            &about,
            Fidelity::Approximate,
            "the collection's own order is that of everyone; groups see theirs through the theme section",
        );
    }
    files
}

/// Variables of `collectionReorderProducts`, one call after the other; places count from 0 over all of them.
pub(super) fn reorder_calls(collection: &str, products: &[&str]) -> Vec<Value> {
    let moves: Vec<Value> = products
        .iter()
        .enumerate()
        .map(|(place, id)| json!({ "id": global_id("Product", id), "newPosition": place.to_string() }))
        .collect();
    moves
        .chunks(MOVES_A_CALL)
        .map(|chunk| json!({ "id": global_id("Collection", collection), "moves": chunk }))
        .collect()
}

/// The shop's global id where the export knew the number. Shopify's product files know only the handle; the guide says
/// how its number is looked up.
fn global_id(kind: &str, id: &str) -> String {
    if is_number(id) { format!("gid://shopify/{kind}/{id}") } else { format!("handle:{id}") }
}

/// One metaobject per row and group, read by the theme section.
fn slices(subject: &Subject<'_>, lists: &Lists, fidelity: &mut FidelityReport) -> ExportFile {
    let upserts: Vec<Value> = lists
        .now()
        .filter_map(|slice| {
            let products = json!(subject.ids(&slice.products)).to_string();
            if !fits(&products) {
                let about = format!("row {}/{}", slice.page, slice.block);
                fidelity.add(&about, Fidelity::Dropped, "its list is longer than a metaobject field may be");
                return None;
            }
            Some(json!({
                "handle": { "type": "endcap_slice", "handle": slice_handle(slice) },
                "metaobject": { "fields": [
                    { "key": "title", "value": slice.title },
                    { "key": "products", "value": products },
                    { "key": "bundle", "value": subject.bundle_id },
                ] },
            }))
        })
        .collect();
    ExportFile::json_lines("metaobjects/slices.jsonl", &upserts)
}

/// True when a JSON field can hold the text.
pub(super) fn fits(text: &str) -> bool {
    text.len() <= SLICE_BYTES
}

/// Handles are lower case.
fn slice_handle(slice: &Slice) -> String {
    let group = if slice.segment == EVERYONE { "all".to_owned() } else { slug(&slice.segment) };
    format!("{}--{}--{group}", slug(&slice.page), slug(&slice.block)).to_lowercase()
}

/// The homepage's rows as sections of a template of its own, so that the shop's template stays untouched.
pub(super) fn template(lists: &Lists) -> Value {
    let mut sections = serde_json::Map::new();
    let mut order = Vec::new();
    for slice in lists.now().filter(|slice| slice.page == "home" && slice.segment == EVERYONE) {
        if order.len() == SECTIONS_A_TEMPLATE {
            break;
        }
        let id = format!("endcap_{}", slug(&slice.block).replace('-', "_"));
        let settings = json!({ "page": slug(&slice.page).to_lowercase(), "row": slug(&slice.block).to_lowercase(), "title": slice.title });
        sections.insert(id.clone(), json!({ "type": "endcap-row", "settings": settings }));
        order.push(id);
    }
    json!({ "sections": sections, "order": order })
}

const SECTION: &str = r#"{%- comment -%} One Endcap row. The group comes from the customer's `seg:` tag, else everyone. {%- endcomment -%}
{%- liquid
  assign group = 'all'
  for tag in customer.tags
    assign start = tag | slice: 0, 4
    if start == 'seg:'
      assign group = tag | remove_first: 'seg:' | downcase
    endif
  endfor
  assign key = section.settings.page | append: '--' | append: section.settings.row | append: '--'
  assign own_key = key | append: group
  assign all_key = key | append: 'all'
  assign slice = metaobjects.endcap_slice[own_key] | default: metaobjects.endcap_slice[all_key]
-%}
{%- if slice -%}
<section class="endcap-row" data-bundle="{{ slice.bundle.value | escape }}" data-group="{{ group | escape }}">
  <h2>{{ section.settings.title | escape }}</h2>
  <ul>
  {%- for handle in slice.products.value -%}
    {%- assign product = all_products[handle] -%}
    {%- if product.available -%}
    <li><a href="{{ product.url }}">
      {{ product.featured_image | image_url: width: 416 | image_tag: loading: 'lazy', alt: product.title }}
      <span>{{ product.title | escape }}</span> <span>{{ product.price | money }}</span>
    </a></li>
    {%- endif -%}
  {%- endfor -%}
  </ul>
</section>
{%- endif -%}
{% schema %}
{
  "name": "Endcap row",
  "settings": [
    { "type": "text", "id": "page", "label": "Page", "default": "home" },
    { "type": "text", "id": "row", "label": "Row" },
    { "type": "text", "id": "title", "label": "Heading" }
  ],
  "presets": [{ "name": "Endcap row" }]
}
{% endschema %}
"#;
