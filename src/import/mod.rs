//! Export files to staged records and issues. One file per platform; no database.
