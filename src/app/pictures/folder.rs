//! Pictures of a store's own: a folder of files, matched to products by SKU, handle, id, or the name at the end of the
//! catalog's picture address.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::app::{Error, Session};
use crate::workspace::Fix;

const ENDINGS: [&str; 5] = ["png", "jpg", "jpeg", "webp", "gif"];
const MOST_FILES: usize = 200_000;

/// What a folder holds for a store.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Matched {
    pub n_products: usize,
    /// Products with a picture in the folder.
    pub n_matched: usize,
    /// For products whose catalog names no picture, or another file.
    pub fixes: Vec<Fix>,
}

/// The last part of a picture's address, without what follows `?`.
pub fn file_name(address: &str) -> &str {
    address.split(['?', '#']).next().unwrap_or(address).rsplit('/').next().unwrap_or(address)
}

/// Looks through a folder (not below it) for pictures of the store's products. Changes nothing.
pub fn match_folder(session: &Session, folder: &Path) -> Result<Matched, Error> {
    const PAGE: u64 = 1_000;
    let files = pictures_in(folder)?;
    let mut matched = Matched::default();
    let mut offset = 0;
    loop {
        let products = session.workspace().products(offset, PAGE)?;
        if products.is_empty() {
            return Ok(matched);
        }
        offset += PAGE;
        for product in products {
            matched.n_products += 1;
            let named = product.image_urls.iter().map(|address| file_name(address));
            if named.into_iter().any(|name| files.values().any(|file| file == name)) {
                matched.n_matched += 1;
                continue;
            }
            let skus = product.variants.iter().filter_map(|variant| variant.sku.as_deref());
            let keys = skus.chain(product.handle.as_deref()).chain([product.id.as_str()]);
            if let Some(file) = keys.into_iter().find_map(|key| files.get(&stem(key))) {
                matched.n_matched += 1;
                matched.fixes.push(Fix::SetPicture { product: product.id.clone(), image_url: file.clone() });
            }
        }
    }
}

/// Stem, folded → file name.
type ByStem = BTreeMap<String, String>;

fn pictures_in(folder: &Path) -> Result<ByStem, Error> {
    let entries = std::fs::read_dir(folder).map_err(|source| {
        Error::environment_because(format!("{} cannot be read", folder.display()), source)
    })?;
    let mut names: Vec<PathBuf> = entries.flatten().take(MOST_FILES).map(|entry| entry.path()).collect();
    names.sort();
    let is_picture = |path: &PathBuf| {
        path.extension()
            .is_some_and(|ending| ENDINGS.contains(&ending.to_string_lossy().to_lowercase().as_str()))
    };
    Ok(names
        .iter()
        .filter(|path| is_picture(path))
        .filter_map(|path| {
            let name = path.file_name()?.to_string_lossy().into_owned();
            Some((stem(&path.file_stem()?.to_string_lossy()), name))
        })
        .collect())
}

/// SKUs and handles as file names: case and whatever file systems do not like count for nothing.
fn stem(key: &str) -> String {
    key.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::{ImportRequest, NewStore};
    use crate::shop::{Currency, Silent, TimeZoneName};

    #[test]
    fn pictures_are_found_by_address_sku_and_handle() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::write(
            at("products.csv"),
            "product_id,title,sku,price,image_url\n\
             a,Lamp,LMP/1,1.00,https://shop.example/files/lamp.webp?v=3\n\
             b,Vase,VA-SE 2,2.00,\n\
             c,Sofa,S3,3.00,\n",
        )
        .unwrap();
        for name in ["lamp.webp", "vase2.PNG", "notes.txt"] {
            std::fs::write(at(name), b"x").unwrap();
        }
        let store =
            NewStore { name: None, currency: Currency::new("EUR"), time_zone: TimeZoneName::default() };
        let mut session = Session::create(&at("a.endcap"), &store).unwrap();
        let request = ImportRequest { paths: vec![at("products.csv")], ..ImportRequest::default() };
        session.import(&request, &Silent).unwrap();
        let matched = match_folder(&session, folder.path()).unwrap();
        assert_eq!((matched.n_products, matched.n_matched), (3, 2));
        let [Fix::SetPicture { image_url, .. }] = matched.fixes.as_slice() else { panic!("{matched:?}") };
        assert_eq!(image_url, "vase2.PNG");
        assert_eq!(file_name("https://x/y/z.jpg?v=1"), "z.jpg");
    }
}
