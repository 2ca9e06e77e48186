//! merch
