//! The web runtime as files: the module and the demo storefront.

use super::files::Files;

const MODULE: &str = include_str!("../../assets/web/endcap.js");
const REPLAY: &str = include_str!("../../assets/web/replay.mjs");
const DEMO: [(&str, &str); 4] = [
    ("demo/index.html", include_str!("../../assets/web/demo/index.html")),
    ("demo/replay.html", include_str!("../../assets/web/demo/replay.html")),
    ("demo/demo.css", include_str!("../../assets/web/demo/demo.css")),
    ("demo/demo.js", include_str!("../../assets/web/demo/demo.js")),
];

/// `endcap.js` as a store loads it: without comments and indentation, at most 12 KB gzipped.
pub fn module() -> String {
    let mut packed = String::from("// Endcap web runtime, decide-1. Readable source: assets/web/endcap.js\n");
    let mut in_comment = false;
    for line in MODULE.lines().map(str::trim) {
        in_comment |= line.starts_with("/**");
        if !in_comment && !line.is_empty() && !line.starts_with("//") {
            packed.push_str(line);
            packed.push('\n');
        }
        if line.ends_with("*/") {
            in_comment = false;
        }
    }
    packed
}

/// Everything of the web runtime, to be put beside a bundle folder: `endcap.js`, `replay.mjs`, `demo/…`.
pub fn files() -> Files {
    let mut files: Files =
        DEMO.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect();
    files.insert("endcap.js".to_owned(), module().into_bytes());
    files.insert("replay.mjs".to_owned(), REPLAY.as_bytes().to_vec());
    files
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    #[test]
    fn the_module_is_small_enough_for_every_page() {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        gzip.write_all(module().as_bytes()).unwrap();
        let bytes = gzip.finish().unwrap().len();
        assert!(bytes <= 12 * 1024, "{bytes} bytes gzipped");
    }
}
