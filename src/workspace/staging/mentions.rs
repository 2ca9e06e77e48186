//! How lines and events name products: each distinct way is kept once and matched to the catalog once.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use rusqlite::{Connection, OptionalExtension as _, Statement, params};

use super::super::Error;
use super::{Staging, is_empty, keep_before, next_key};
use crate::shop::hash::QuickMap;
use crate::shop::{LineKind, OrderLine, ProductRef, Seconds};

/// Between the parts of a mention's key; never in exports.
const SEPARATOR: char = '\u{1f}';

pub(super) struct Mentions<'w> {
    import: i64,
    next_key: i64,
    /// Rows of earlier imports have to be asked for.
    look_up: Option<Statement<'w>>,
    insert: Statement<'w>,
    keys: QuickMap<Box<str>, i64>,
    /// Of this import's lines, for shops without a catalog.
    pub(super) sales: QuickMap<i64, Sales>,
    scratch: String,
}

/// What the lines of one mention say about the product.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sales {
    pub(super) n_lines: u64,
    pub(super) last_at: Seconds,
    pub(super) last_price: i64,
    pub(super) n_goods: u64,
    pub(super) kind: i64,
    pub(super) cost: Option<i64>,
}

impl<'w> Mentions<'w> {
    pub(super) fn new(connection: &'w Connection, import: i64) -> Result<Self, Error> {
        let look_up = if is_empty(connection, "mentions")? {
            None
        } else {
            connection.execute_batch(
                "CREATE TEMP TABLE IF NOT EXISTS known_mentions(name TEXT PRIMARY KEY, key INTEGER NOT NULL);
                 DELETE FROM known_mentions;
                 INSERT INTO known_mentions
                 SELECT coalesce(product_id, '') || char(31) || coalesce(variant_id, '') || char(31)
                     || coalesce(sku, '') || char(31) || coalesce(handle, '') || char(31)
                     || coalesce(title, '') || char(31) || coalesce(variant_title, '') || char(31)
                     || coalesce(vendor, '') || char(31) || coalesce(category, ''), key FROM mentions WHERE true
                 ON CONFLICT DO NOTHING;",
            )?;
            Some(connection.prepare("SELECT key FROM temp.known_mentions WHERE name = ?1")?)
        };
        Ok(Self {
            import,
            next_key: next_key(connection, "mentions")?,
            look_up,
            insert: connection.prepare(
                "INSERT INTO mentions(key, import, product_id, variant_id, sku, handle, title, variant_title,
                     vendor, category) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            )?,
            keys: QuickMap::default(),
            sales: QuickMap::default(),
            scratch: String::new(),
        })
    }

    pub(super) fn of_line(&mut self, line: &OrderLine, at: Seconds) -> Result<i64, Error> {
        let key = self.key(
            &line.product,
            [&line.title, &line.variant_title, &line.vendor, &line.category].map(Option::as_deref),
        )?;
        let sales = self.sales.entry(key).or_default();
        sales.n_lines += 1;
        sales.n_goods += u64::from(line.kind == LineKind::Goods);
        if line.kind != LineKind::Goods {
            sales.kind = super::super::codes::line_kind_code(line.kind);
        }
        if at >= sales.last_at && line.quantity > 0 {
            sales.last_at = at;
            sales.last_price = line.unit_price;
            sales.cost = line.cost.or(sales.cost);
        }
        Ok(key)
    }

    /// `None` when nothing names a product.
    pub(super) fn of_ref(&mut self, product: &ProductRef) -> Result<Option<i64>, Error> {
        if *product == ProductRef::default() {
            return Ok(None);
        }
        self.key(product, [None; 4]).map(Some)
    }

    fn key(&mut self, product: &ProductRef, described: [Option<&str>; 4]) -> Result<i64, Error> {
        let named =
            [&product.product_id, &product.variant_id, &product.sku, &product.handle].map(Option::as_deref);
        self.scratch.clear();
        for (index, part) in named.iter().chain(&described).enumerate() {
            if index > 0 {
                self.scratch.push(SEPARATOR);
            }
            self.scratch.push_str(part.unwrap_or_default());
        }
        if let Some(key) = self.keys.get(self.scratch.as_str()) {
            return Ok(*key);
        }
        if let Some(look_up) = &mut self.look_up
            && let Some(key) = look_up.query_row([&self.scratch], |row| row.get(0)).optional()?
        {
            self.keys.insert(self.scratch.as_str().into(), key);
            return Ok(key);
        }
        let key = self.next_key;
        self.next_key += 1;
        let [product_id, variant_id, sku, handle] = named;
        let [title, variant_title, vendor, category] = described;
        self.insert.execute(params![
            key,
            self.import,
            product_id,
            variant_id,
            sku,
            handle,
            title,
            variant_title,
            vendor,
            category
        ])?;
        self.keys.insert(self.scratch.as_str().into(), key);
        Ok(key)
    }
}

/// One row of the mentions table.
pub(super) struct Mention {
    pub(super) key: i64,
    pub(super) product_id: Option<String>,
    variant_id: Option<String>,
    pub(super) sku: Option<String>,
    pub(super) handle: Option<String>,
    pub(super) title: Option<String>,
    variant_title: Option<String>,
    pub(super) vendor: Option<String>,
    pub(super) category: Option<String>,
    pub(super) product: Option<i64>,
    pub(super) variant: Option<i64>,
}

pub(super) fn all_mentions(connection: &Connection) -> Result<Vec<Mention>, rusqlite::Error> {
    let mut statement = connection.prepare_cached(
        "SELECT key, product_id, variant_id, sku, handle, title, variant_title, vendor, category, product, variant
         FROM mentions ORDER BY key",
    )?;
    statement
        .query_map([], |row| {
            Ok(Mention {
                key: row.get(0)?,
                product_id: row.get(1)?,
                variant_id: row.get(2)?,
                sku: row.get(3)?,
                handle: row.get(4)?,
                title: row.get(5)?,
                variant_title: row.get(6)?,
                vendor: row.get(7)?,
                category: row.get(8)?,
                product: row.get(9)?,
                variant: row.get(10)?,
            })
        })?
        .collect()
}

/// The catalog by every name a line may use. The first product of a name wins, unless the title decides.
#[derive(Default)]
pub(super) struct Names {
    variant_ids: HashMap<String, (i64, Option<i64>)>,
    skus: HashMap<String, Vec<(i64, Option<i64>)>>,
    folded_skus: HashMap<String, (i64, Option<i64>)>,
    product_ids: HashMap<String, i64>,
    handles: HashMap<String, i64>,
    titles: HashMap<String, (i64, Option<i64>)>,
    title_of: HashMap<i64, String>,
}

impl Names {
    /// Of the catalog; products that were only derived from lines do not count.
    pub(super) fn read(connection: &Connection) -> Result<Self, rusqlite::Error> {
        let mut names = Self::default();
        let mut statement = connection
            .prepare_cached("SELECT key, id, handle, title FROM products WHERE derived = 0 ORDER BY key")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let key: i64 = row.get(0)?;
            let title = folded(&row.get::<_, String>(3)?);
            first(&mut names.product_ids, row.get(1)?, key);
            if let Some(handle) = row.get::<_, Option<String>>(2)? {
                first(&mut names.handles, handle, key);
            }
            first(&mut names.titles, title.clone(), (key, None));
            names.title_of.insert(key, title);
        }
        let mut statement = connection.prepare_cached(
            "SELECT v.key, v.product, v.id, v.sku, v.options FROM variants v JOIN products p ON p.key = v.product
             WHERE p.derived = 0 ORDER BY v.key",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (variant, product): (i64, i64) = (row.get(0)?, row.get(1)?);
            let target = (product, Some(variant));
            if let Some(id) = row.get::<_, Option<String>>(2)? {
                first(&mut names.variant_ids, id, target);
            }
            if let Some(sku) = row.get::<_, Option<String>>(3)? {
                first(&mut names.folded_skus, sku.to_lowercase(), target);
                names.skus.entry(sku).or_default().push(target);
            }
            let options: Vec<(String, String)> =
                serde_json::from_str(&row.get::<_, String>(4)?).unwrap_or_default();
            if let (false, Some(title)) = (options.is_empty(), names.title_of.get(&product)) {
                let values: Vec<&str> = options.iter().map(|(_, value)| value.as_str()).collect();
                let rebuilt = folded(&format!("{title} - {}", values.join(" / ")));
                first(&mut names.titles, rebuilt, target);
            }
        }
        Ok(names)
    }

    /// Variant id, SKU, product id, handle, then the title the platform builds from product and variant.
    pub(super) fn find(&self, mention: &Mention) -> Option<(i64, Option<i64>)> {
        let title = mention.title.as_deref().map(folded);
        if let Some(target) = mention.variant_id.as_ref().and_then(|id| self.variant_ids.get(id)) {
            return Some(*target);
        }
        if let Some(sku) = mention.sku.as_deref().filter(|sku| !sku.is_empty())
            && let Some(target) = self.by_sku(sku, title.as_deref())
        {
            return Some(target);
        }
        if let Some(key) = mention.product_id.as_ref().and_then(|id| self.product_ids.get(id)) {
            return Some((*key, None));
        }
        if let Some(key) = mention.handle.as_ref().and_then(|handle| self.handles.get(handle)) {
            return Some((*key, None));
        }
        let title = title.filter(|title| !title.is_empty())?;
        if let Some(variant) = &mention.variant_title
            && let Some(target) = self.titles.get(&folded(&format!("{title} - {variant}")))
        {
            return Some(*target);
        }
        self.titles.get(&title).copied()
    }

    fn by_sku(&self, sku: &str, title: Option<&str>) -> Option<(i64, Option<i64>)> {
        let Some(targets) = self.skus.get(sku) else {
            return self.folded_skus.get(&sku.to_lowercase()).copied();
        };
        let same_title = |target: &&(i64, Option<i64>)| {
            let known = self.title_of.get(&target.0);
            known.zip(title).is_some_and(|(known, title)| title.starts_with(known.as_str()))
        };
        targets.iter().find(same_title).or(targets.first()).copied()
    }
}

fn first<T>(map: &mut HashMap<String, T>, key: String, value: T) {
    if let Entry::Vacant(entry) = map.entry(key) {
        entry.insert(value);
    }
}

/// Lower case with single blanks, so that titles compare as people read them.
fn folded(title: &str) -> String {
    let mut out = String::with_capacity(title.len());
    for word in title.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(&word.to_lowercase());
    }
    out
}

impl Staging<'_> {
    /// Matches every mention against the catalog as it is now.
    pub(super) fn match_mentions(&mut self) -> Result<(), Error> {
        let names = Names::read(self.connection)?;
        for mention in all_mentions(self.connection)? {
            let found = names.find(&mention);
            let (product, variant) = (found.map(|target| target.0), found.and_then(|target| target.1));
            let derived = mention.product.is_some() && product.is_none();
            // A product derived from lines stays until the catalog is known to have none or to have taken over.
            if derived || (mention.product, mention.variant) == (product, variant) {
                continue;
            }
            self.point_mention(mention.key, product, variant)?;
        }
        Ok(())
    }

    pub(super) fn point_mention(
        &self,
        mention: i64,
        product: Option<i64>,
        variant: Option<i64>,
    ) -> Result<(), Error> {
        keep_before(self.connection, self.import, "mentions", "key", mention)?;
        self.connection
            .prepare_cached("UPDATE mentions SET product = ?2, variant = ?3, import = ?4 WHERE key = ?1")?
            .execute(params![mention, product, variant, self.import])?;
        Ok(())
    }
}

impl Mention {
    /// For finding a product by reference alone.
    pub(super) fn of(product: ProductRef) -> Self {
        let ProductRef { product_id, variant_id, sku, handle } = product;
        Self {
            key: 0,
            product_id,
            variant_id,
            sku,
            handle,
            title: None,
            variant_title: None,
            vendor: None,
            category: None,
            product: None,
            variant: None,
        }
    }
}
