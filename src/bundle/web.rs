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

/// `endcap.js` as a store loads it: without comments, indentation, needless spaces and line ends, at most 12 KB gzipped.
pub fn module() -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut in_comment = false;
    for line in MODULE.lines().map(str::trim) {
        in_comment |= line.starts_with("/**");
        if !in_comment && !line.is_empty() && !line.starts_with("//") {
            lines.push(tight(line));
        }
        if line.ends_with("*/") {
            in_comment = false;
        }
    }
    let mut packed = String::from("// Endcap web runtime, decide-1; source: assets/web/endcap.js\n");
    for (at, line) in lines.iter().enumerate() {
        if line.starts_with('}') && packed.ends_with(';') {
            packed.pop();
        }
        packed.push_str(line);
        // Elsewhere the end of a line may be the end of a statement.
        let goes_on = line.ends_with([';', '{', ',', '('])
            || lines.get(at + 1).is_some_and(|next| next.starts_with(['}', ')', '?', ':', '&', '|', '.']));
        if !goes_on {
            packed.push('\n');
        }
    }
    packed
}

/// A line without the spaces around its signs. Quoted text and regular expressions keep theirs.
fn tight(line: &str) -> String {
    const SIGNS: &str = "/=+-*<>?:,;(){}[]&|!";
    let letters: Vec<char> = line.chars().collect();
    let mut quote = None;
    let mut in_class = false;
    let mut packed = String::new();
    for (at, letter) in letters.iter().copied().enumerate() {
        let escaped = at > 0 && letters[at - 1] == '\\';
        match quote {
            Some('/') if escaped => {}
            Some('/') if letter == '[' => in_class = true,
            Some('/') if letter == ']' => in_class = false,
            Some('/') if in_class => {}
            Some(open) if open == letter => quote = None,
            Some(_) => {}
            None if "'\"`".contains(letter) => quote = Some(letter),
            // A slash after a sign begins a regular expression, any other divides.
            None if letter == '/' && packed.ends_with(['(', ',', '=', ':', '[', '!', '&', '|', '?', '>']) => {
                quote = Some('/');
            }
            None if letter == ' ' && at > 0 && at + 1 < letters.len() => {
                let (before, after) = (letters[at - 1], letters[at + 1]);
                // `a + +b` must not become `a ++b`.
                let counts = "+-".contains(before) && "+-".contains(after);
                if !counts && (SIGNS.contains(before) || SIGNS.contains(after)) {
                    continue;
                }
            }
            // The last statement of a block needs no end of its own.
            None if letter == '}' && packed.ends_with(';') => {
                packed.pop();
            }
            None => {}
        }
        packed.push(letter);
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
    fn spaces_go_but_literals_stay() {
        assert_eq!(tight("const a = b + ' and ' + `c ${d} e`;"), "const a=b+' and '+`c ${d} e`;");
        assert_eq!(tight("if (a) { b(); }"), "if(a){b()}");
        assert_eq!(tight("return a / b - -c, typeof d;"), "return a/b- -c,typeof d;");
        assert_eq!(tight("x = /^a b[/ ]$/.test(y) ? p / q : r;"), "x=/^a b[/ ]$/.test(y)?p/q:r;");
        assert_eq!(tight("text => text.replace(/[^ a] b/gu, '')"), "text=>text.replace(/[^ a] b/gu,'')");
    }

    #[test]
    fn the_module_is_small_enough_for_every_page() {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        gzip.write_all(module().as_bytes()).unwrap();
        let bytes = gzip.finish().unwrap().len();
        assert!(bytes <= 12 * 1024, "{bytes} bytes gzipped");
    }
}
