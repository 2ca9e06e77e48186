//! The tables, and how older files become newer ones.
//!
//! A migration is a list entry and never changes once released. Tables that an import writes have a shadow
//! `before_NAME` with the same columns and the import that replaced or removed the row: undo puts those rows back.

use rusqlite::Connection;

/// `ENDC`, so that `file` and we know the format from its header.
pub(super) const APPLICATION_ID: i32 = 0x454e_4443;

/// `MIGRATIONS[n]` takes version n to n + 1.
pub(super) const MIGRATIONS: &[&str] = &[FIRST, SEARCHABLE, PEOPLE_IN_ROWS, ERASED];

pub(super) const VERSION: i32 = MIGRATIONS.len() as i32;

/// Tables whose rows belong to imports, children before parents.
pub(super) const IMPORTED: &[&str] = &[
    "lines",
    "orders",
    "events",
    "stock_levels",
    "price_history",
    "stock_history",
    "variants",
    "mentions",
    "products",
    "customers",
    "discounts",
    "search_terms",
    "set_aside",
    "issues",
];

/// Indices built after a bulk load into an empty table: sorted building is several times faster than insertion.
pub(super) const BULK_INDICES: &[(&str, &str, &str)] = &[
    ("lines", "lines_by_order", "CREATE INDEX lines_by_order ON lines(order_key)"),
    ("orders", "orders_by_id", "CREATE UNIQUE INDEX orders_by_id ON orders(id)"),
    (
        "orders",
        "orders_by_customer",
        "CREATE INDEX orders_by_customer ON orders(customer) WHERE customer IS NOT NULL",
    ),
    ("events", "events_by_token", "CREATE INDEX events_by_token ON events(token) WHERE token IS NOT NULL"),
    (
        "customers",
        "customers_by_id",
        "CREATE UNIQUE INDEX customers_by_id ON customers(id) WHERE id IS NOT NULL",
    ),
    (
        "customers",
        "customers_by_email",
        "CREATE INDEX customers_by_email ON customers(email_hash) WHERE email_hash IS NOT NULL",
    ),
    (
        "customers",
        "customers_by_phone",
        "CREATE INDEX customers_by_phone ON customers(phone_hash) WHERE phone_hash IS NOT NULL",
    ),
];

/// The SQL of a bulk index, for where it may be there already.
pub(super) fn if_missing(sql: &str) -> String {
    sql.replacen(" INDEX ", " INDEX IF NOT EXISTS ", 1)
}

pub(super) fn create_bulk_indices(connection: &Connection) -> Result<(), rusqlite::Error> {
    // Grows at its end only, so it costs nothing to keep while rows come in.
    connection.execute_batch("CREATE INDEX lines_by_import ON lines(import) WHERE import > 1")?;
    BULK_INDICES.iter().try_for_each(|(_, _, sql)| connection.execute_batch(&if_missing(sql)))
}

/// The shadow tables, made from the tables themselves so that they never differ.
pub(super) fn create_shadows(connection: &Connection) -> Result<(), rusqlite::Error> {
    IMPORTED.iter().try_for_each(|table| {
        connection.execute_batch(&format!(
            "CREATE TABLE before_{table} AS SELECT 0 AS replaced_by, * FROM {table} WHERE 0;
             CREATE INDEX before_{table}_by_import ON before_{table}(replaced_by);"
        ))
    })
}

const FIRST: &str = "
CREATE TABLE meta(name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;

CREATE TABLE documents(name TEXT PRIMARY KEY, json TEXT NOT NULL, version INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE history(
    id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, scope TEXT NOT NULL, label TEXT NOT NULL,
    edit TEXT NOT NULL, inverse TEXT NOT NULL, done INTEGER NOT NULL
);
CREATE TABLE overlays(
    id INTEGER PRIMARY KEY AUTOINCREMENT, edit INTEGER NOT NULL, fix TEXT NOT NULL, active INTEGER NOT NULL
);
CREATE TABLE runs(
    id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, settings TEXT NOT NULL, seed INTEGER NOT NULL,
    input_digest TEXT NOT NULL, created_at INTEGER NOT NULL, blob BLOB NOT NULL
);
CREATE INDEX runs_by_kind ON runs(kind, id);
CREATE TABLE run_people(
    run INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE, position INTEGER NOT NULL, customer TEXT NOT NULL,
    value BLOB NOT NULL, PRIMARY KEY(run, position)
) WITHOUT ROWID;
CREATE TABLE mappings(header_signature TEXT PRIMARY KEY, name TEXT NOT NULL, mapping TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE pictures(
    url TEXT PRIMARY KEY, fetched_at INTEGER NOT NULL, media_type TEXT NOT NULL, bytes BLOB NOT NULL
) WITHOUT ROWID;
CREATE TABLE exported_bundles(
    id INTEGER PRIMARY KEY AUTOINCREMENT, exported_at INTEGER NOT NULL, target TEXT NOT NULL, digest TEXT NOT NULL,
    bundle BLOB NOT NULL
);

CREATE TABLE imports(
    id INTEGER PRIMARY KEY AUTOINCREMENT, imported_at INTEGER NOT NULL, summary TEXT NOT NULL,
    undone INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE files(
    key INTEGER PRIMARY KEY, import INTEGER NOT NULL REFERENCES imports(id), position INTEGER NOT NULL,
    name TEXT NOT NULL, sha256 TEXT NOT NULL, bytes INTEGER NOT NULL, report TEXT NOT NULL
);
CREATE INDEX files_by_digest ON files(sha256);
CREATE TABLE erasures(id INTEGER PRIMARY KEY AUTOINCREMENT, erased_at INTEGER NOT NULL);

CREATE TABLE products(
    key INTEGER PRIMARY KEY, import INTEGER NOT NULL, id TEXT NOT NULL, handle TEXT, title TEXT NOT NULL,
    description TEXT, vendor TEXT, product_type TEXT, category TEXT NOT NULL, tags TEXT NOT NULL,
    collections TEXT NOT NULL, published INTEGER NOT NULL, created_at INTEGER, url TEXT, images TEXT NOT NULL,
    kind INTEGER NOT NULL, currency TEXT, attributes TEXT NOT NULL, links TEXT NOT NULL,
    derived INTEGER NOT NULL, digest INTEGER NOT NULL, file INTEGER, line INTEGER
);
CREATE UNIQUE INDEX products_by_id ON products(id);
CREATE TABLE variants(
    key INTEGER PRIMARY KEY, import INTEGER NOT NULL, product INTEGER NOT NULL REFERENCES products(key),
    position INTEGER NOT NULL, id TEXT, sku TEXT, barcode TEXT, options TEXT NOT NULL, price INTEGER,
    compare_at INTEGER, cost INTEGER, stock INTEGER, when_empty INTEGER NOT NULL, image_url TEXT
);
CREATE INDEX variants_by_product ON variants(product);
CREATE INDEX variants_by_sku ON variants(sku) WHERE sku IS NOT NULL;
CREATE INDEX variants_by_id ON variants(id) WHERE id IS NOT NULL;
-- Products that a later product file no longer held. They stay; the audit asks what to do with them.
CREATE TABLE absent_products(key INTEGER PRIMARY KEY, import INTEGER NOT NULL, product INTEGER NOT NULL);
CREATE TABLE stock_levels(
    key INTEGER PRIMARY KEY, import INTEGER NOT NULL, variant INTEGER NOT NULL REFERENCES variants(key),
    location TEXT NOT NULL, level INTEGER NOT NULL
);
CREATE UNIQUE INDEX stock_levels_by_place ON stock_levels(variant, location);
CREATE TABLE price_history(
    key INTEGER PRIMARY KEY, import INTEGER NOT NULL, variant INTEGER NOT NULL, at INTEGER NOT NULL, price INTEGER,
    compare_at INTEGER
);
CREATE INDEX price_history_by_variant ON price_history(variant, at);
CREATE TABLE stock_history(
    key INTEGER PRIMARY KEY, import INTEGER NOT NULL, variant INTEGER NOT NULL, at INTEGER NOT NULL, level INTEGER
);
CREATE INDEX stock_history_by_variant ON stock_history(variant, at);

CREATE TABLE customers(
    key INTEGER PRIMARY KEY, import INTEGER NOT NULL, id TEXT, email_hash TEXT, phone_hash TEXT,
    email TEXT, phone TEXT, first_name TEXT, last_name TEXT, country TEXT, tags TEXT NOT NULL, created_at INTEGER,
    accepts_email INTEGER, accepts_sms INTEGER, declared_orders INTEGER, declared_spent INTEGER,
    preferences TEXT NOT NULL, is_guest INTEGER NOT NULL, file INTEGER, line INTEGER
);
CREATE UNIQUE INDEX customers_by_id ON customers(id) WHERE id IS NOT NULL;
CREATE INDEX customers_by_email ON customers(email_hash) WHERE email_hash IS NOT NULL;
CREATE INDEX customers_by_phone ON customers(phone_hash) WHERE phone_hash IS NOT NULL;

-- How order lines and events name a product. Each distinct way is one row, matched to the catalog once.
CREATE TABLE mentions(
    key INTEGER PRIMARY KEY, import INTEGER NOT NULL, product_id TEXT, variant_id TEXT, sku TEXT, handle TEXT,
    title TEXT, variant_title TEXT, vendor TEXT, category TEXT, product INTEGER, variant INTEGER
);

CREATE TABLE orders(
    key INTEGER PRIMARY KEY, import INTEGER NOT NULL, id TEXT NOT NULL, customer INTEGER, placed_at INTEGER NOT NULL,
    currency TEXT, status INTEGER NOT NULL, is_test INTEGER NOT NULL, channel TEXT, subtotal INTEGER,
    discount INTEGER NOT NULL, shipping INTEGER NOT NULL, tax INTEGER NOT NULL, total INTEGER,
    refunded INTEGER NOT NULL, codes TEXT, ships_elsewhere INTEGER, accepts_marketing INTEGER,
    digest INTEGER NOT NULL, file INTEGER, line INTEGER
);
CREATE TABLE lines(
    key INTEGER PRIMARY KEY, import INTEGER NOT NULL, order_key INTEGER NOT NULL, position INTEGER NOT NULL,
    mention INTEGER NOT NULL, kind INTEGER NOT NULL, quantity INTEGER NOT NULL, refunded_quantity INTEGER NOT NULL,
    unit_price INTEGER NOT NULL, list_price INTEGER, discount INTEGER NOT NULL, cost INTEGER
);

CREATE TABLE texts(key INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
CREATE TABLE events(
    key INTEGER PRIMARY KEY, import INTEGER NOT NULL, token INTEGER, at INTEGER NOT NULL, visitor INTEGER,
    customer INTEGER, session INTEGER, kind INTEGER NOT NULL, mention INTEGER, query INTEGER, results INTEGER,
    quantity INTEGER, value INTEGER, order_id INTEGER, page INTEGER, source INTEGER, device INTEGER
);

CREATE TABLE discounts(
    key INTEGER PRIMARY KEY, import INTEGER NOT NULL, code TEXT NOT NULL, kind TEXT, value TEXT, starts_at INTEGER,
    ends_at INTEGER, times_used INTEGER, status TEXT
);
CREATE UNIQUE INDEX discounts_by_code ON discounts(code);
CREATE TABLE search_terms(
    key INTEGER PRIMARY KEY, import INTEGER NOT NULL, term TEXT NOT NULL, searches INTEGER NOT NULL, clicks INTEGER,
    results INTEGER
);
CREATE UNIQUE INDEX search_terms_by_term ON search_terms(term);

-- Raw rows are sealed with the workspace's key, because they may name people.
CREATE TABLE set_aside(
    key INTEGER PRIMARY KEY, import INTEGER NOT NULL, file INTEGER NOT NULL, line INTEGER NOT NULL, sealed BLOB NOT NULL,
    code TEXT NOT NULL, message TEXT NOT NULL
);
CREATE TABLE issues(
    key INTEGER PRIMARY KEY, import INTEGER NOT NULL, code TEXT NOT NULL, severity INTEGER NOT NULL,
    count INTEGER NOT NULL, file TEXT NOT NULL, line INTEGER, column_name TEXT, message TEXT NOT NULL,
    advice TEXT NOT NULL, lines TEXT NOT NULL
);
";

/// Tombstones. With an order they say which order of somebody erased it was.
const ERASED: &str = "
CREATE TABLE erased(hash TEXT PRIMARY KEY, erasure INTEGER NOT NULL, order_key INTEGER) WITHOUT ROWID;
CREATE INDEX erased_by_order ON erased(order_key) WHERE order_key IS NOT NULL;
";

/// Orders of one customer are asked for by `person`, `forget` and the audit.
const SEARCHABLE: &str = "
CREATE INDEX orders_by_customer ON orders(customer) WHERE customer IS NOT NULL;
";

/// A table without row ids keeps only a quarter of a page in place and gives every longer value a page of its own, which
/// made the lists of a customer take three times their size.
const PEOPLE_IN_ROWS: &str = "
CREATE TABLE people_in_rows(
    run INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE, position INTEGER NOT NULL, customer TEXT NOT NULL,
    value BLOB NOT NULL
);
INSERT INTO people_in_rows SELECT run, position, customer, value FROM run_people ORDER BY run, position;
DROP TABLE run_people;
ALTER TABLE people_in_rows RENAME TO run_people;
CREATE UNIQUE INDEX run_people_by_position ON run_people(run, position);
";
