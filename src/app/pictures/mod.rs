//! Pictures of a store's products: from a folder of its owner's, or fetched once from where the catalog says they are.

mod fetched;
mod folder;

pub use fetched::{Fetch, Host, Kept, Missed, Shelf, Status, agree, fetch, forbid, remove, status};
pub use folder::{Matched, file_name, match_folder};

pub use crate::fetch::{Limits, Reason, is_on_the_web};
