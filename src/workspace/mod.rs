//! The SQLite file: schema, migrations, transactions, frames out, documents, history.
