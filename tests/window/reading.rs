//! A reading test: no jargon without a plain sentence beside it, no number without its unit, no English in the German
//! window, no control without a name.

use std::collections::BTreeSet;

use egui::{Role, Ui};
use egui_kittest::Harness;
use endcap::merch::BlockKind;
use endcap::ui::screens::Screen;
use endcap::ui::strings::{self, Language, said};

use super::{Heard, Window, common, heard, window};

/// Words of the trade, and the plain words that must stand in the same phrase. Nothing excuses those without any.
const JARGON: [(&str, &str); 22] = [
    ("segment", ""),
    ("cluster", ""),
    ("silhouette", ""),
    ("k-means", ""),
    ("bootstrap", ""),
    ("embedding", ""),
    ("hit rate", ""),
    ("conversion", ""),
    ("uplift", ""),
    ("percentile", ""),
    ("quantile", ""),
    ("ndcg", ""),
    ("matrix", ""),
    ("projection", ""),
    ("payload", ""),
    ("algorithm", ""),
    ("hyperparameter", ""),
    ("sku", "share"),
    ("artikelnummer", ""),
    ("standard deviation", "usual"),
    ("standardabweichung", "üblich"),
    ("confidence", ""),
];
/// Phrases that may use a word of the trade, because their readers know it by that word.
const KNOWN: [&str; 4] = ["SKU", "Artikelnummer", "Open Data", "segments.json"];

fn jargon_in(phrase: &str) -> Option<&'static str> {
    let lower = fixed_parts(phrase).join("…").to_lowercase();
    let starts_word = |at: usize| !lower[..at].ends_with(char::is_alphanumeric);
    JARGON
        .iter()
        .filter(|(word, _)| lower.match_indices(word).any(|(at, _)| starts_word(at)))
        .find(|(_, plain)| plain.is_empty() || !lower.contains(plain))
        .map(|(word, _)| *word)
        .filter(|_| !KNOWN.iter().any(|known| phrase.contains(known)))
}

#[test]
fn no_phrase_uses_jargon_without_plain_words() {
    assert_eq!(
        jargon_in("Silhouette of the clusters"),
        Some("cluster"),
        "the test must find what it looks for"
    );
    let found: Vec<String> = strings::all()
        .into_iter()
        .flatten()
        .filter_map(|phrase| jargon_in(phrase).map(|word| format!("{word}: {phrase}")))
        .collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// `Boost 340`, `Score 67`: a word and a bare number, where the number counts nothing that is named.
fn has_bare_number(words: &str) -> bool {
    let Some((before, last)) = words.trim().rsplit_once(' ') else { return false };
    let is_number = last.chars().any(|letter| letter.is_ascii_digit())
        && last.chars().all(|letter| letter.is_ascii_digit() || ",.−+-".contains(letter));
    let measures =
        ["boost", "bury", "score", "weight", "relevance", "popularity", "margin", "stärke", "gewicht"];
    is_number && measures.iter().any(|measure| before.to_lowercase().ends_with(measure))
}

const INTERACTIVE: [Role; 12] = [
    Role::Button,
    Role::CheckBox,
    Role::RadioButton,
    Role::Slider,
    Role::SpinButton,
    Role::TextInput,
    Role::ComboBox,
    Role::Link,
    Role::Tab,
    Role::ListItem,
    Role::MenuItem,
    Role::ColorWell,
];

fn nameless(heard: &[Heard]) -> Vec<&Heard> {
    let has_word = |words: &str| words.chars().any(char::is_alphabetic);
    heard.iter().filter(|one| INTERACTIVE.contains(&one.role) && !has_word(&one.label)).collect()
}

/// Every screen, and states of it that are a key or a click away.
fn everywhere(language: Language, mut look: impl FnMut(&str, &Window)) {
    for screen in Screen::ALL {
        let mut open = window(*screen, language);
        look(&format!("{screen:?}"), &open);
        if *screen == Screen::Pages {
            for (key, name) in [
                (egui::Key::ArrowRight, "a card is chosen"),
                (egui::Key::C, "two groups"),
                (egui::Key::M, "all groups"),
            ] {
                if key == egui::Key::ArrowRight {
                    let card = super::workspace::card_on(&open, 2);
                    super::workspace::focus(&mut open, &card);
                } else {
                    open.key_press(key);
                    common::settle(&mut open);
                }
                look(&format!("Pages, {name}"), &open);
            }
        }
    }
    let mut over = window(Screen::Home, language);
    over.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::K);
    common::settle(&mut over);
    look("palette", &over);
    let mut over = window(Screen::Home, language);
    over.key_press_modifiers(egui::Modifiers::SHIFT, egui::Key::Questionmark);
    common::settle(&mut over);
    look("shortcuts", &over);
}

#[test]
fn everything_one_can_operate_has_a_name_with_words_in_it() {
    let planted = Harness::builder().build_ui(|ui: &mut Ui| {
        let response = ui.allocate_response(egui::vec2(20.0, 20.0), egui::Sense::click());
        response.widget_info(|| egui::WidgetInfo::labeled(Role::Button, true, "7"));
    });
    assert_eq!(nameless(&heard(&planted)).len(), 1, "the test must find what it looks for");
    for language in [Language::English, Language::German] {
        everywhere(language, |place, open| {
            let heard = heard(open);
            assert!(20 < heard.len(), "{place} is empty");
            assert!(nameless(&heard).is_empty(), "{place}: {:#?}", nameless(&heard));
        });
    }
}

#[test]
fn no_number_on_screen_lacks_its_unit() {
    assert!(has_bare_number("Boost 340") && !has_bare_number("Boost 34%") && !has_bare_number("Slot 3"));
    everywhere(Language::English, |place, open| {
        let heard = heard(open);
        let bare: Vec<&Heard> =
            heard.iter().filter(|one| has_bare_number(&one.label) || has_bare_number(&one.value)).collect();
        assert!(bare.is_empty(), "{place}: {bare:#?}");
    });
}

/// The words of a template between its arguments.
fn fixed_parts(template: &str) -> Vec<String> {
    let mut parts = Vec::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        parts.push(before.to_owned());
        rest = after.split_once('}').map_or("", |(_, after)| after);
    }
    parts.push(rest.to_owned());
    parts
}

/// Whether a text is a template filled in.
fn is_of(text: &str, parts: &[String]) -> bool {
    let (Some(first), Some(last)) = (parts.first(), parts.last()) else { return false };
    if parts.len() == 1 {
        return text == first;
    }
    if !text.starts_with(first.as_str()) || !text.ends_with(last.as_str()) {
        return false;
    }
    let mut rest = &text[first.len()..];
    parts[1..parts.len() - 1].iter().all(|part| match rest.find(part.as_str()) {
        Some(at) => {
            rest = &rest[at + part.len()..];
            true
        }
        None => false,
    }) && last.len() <= rest.len()
}

/// English phrases that differ from the German ones and are long enough to be told from a name.
fn english_only() -> Vec<(&'static str, Vec<String>)> {
    let german: Vec<&str> = strings::all().into_iter().map(|[_, german]| german).collect();
    strings::all()
        .into_iter()
        .filter(|[english, own]| english != own && !german.contains(english))
        .map(|[english, _]| (english, fixed_parts(english)))
        .filter(|(_, parts)| {
            let letters: usize = parts.concat().chars().filter(|letter| letter.is_alphabetic()).count();
            12 <= letters || parts.len() == 1 && 4 <= letters
        })
        .collect()
}

#[test]
fn the_german_window_says_nothing_in_english() {
    let english = english_only();
    assert!(500 < english.len(), "the table was read");
    let is_english =
        |text: &str| english.iter().find(|(_, parts)| is_of(text, parts)).map(|(phrase, _)| *phrase);
    assert!(
        is_english("Change this page and see here whether past orders would have found it better.").is_some()
    );
    let mut found = Vec::new();
    everywhere(Language::German, |place, open| {
        // What the shop itself is called by stays as the shop wrote it.
        let document = open.state().document();
        let shop: Vec<&str> = document
            .layouts
            .values()
            .flat_map(|layout| &layout.default)
            .map(|block| block.title.as_str())
            .chain(["Homepage", "English"])
            .collect();
        for one in heard(open) {
            for text in [&one.label, &one.value] {
                if let Some(phrase) = is_english(text).filter(|_| !shop.contains(&text.as_str())) {
                    found.push(format!("{place}: “{text}” is “{phrase}”"));
                }
            }
        }
    });
    found.dedup();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// The letters of a text as words of at least four, in small letters.
fn words(text: &str) -> Vec<String> {
    text.split(|letter: char| !letter.is_alphabetic() && letter != '\'')
        .map(str::to_lowercase)
        .filter(|word| 4 <= word.chars().count())
        .collect()
}

/// Words that English phrases use and no German one does.
fn english_words() -> BTreeSet<String> {
    let all = strings::all();
    let of = |at: usize| -> BTreeSet<String> {
        all.iter().flat_map(|both| fixed_parts(both[at])).flat_map(|part| words(&part)).collect()
    };
    let (english, german) = (of(0), of(1));
    english.difference(&german).cloned().collect()
}

/// Everything the made-up store and its merchant wrote: it stays as it is in any language.
fn words_of_the_store(open: &Window) -> BTreeSet<String> {
    let studio = open.state();
    let mut texts: Vec<String> = vec!["English".to_owned(), studio.view().store.name.clone()];
    if let Some(bundle) = &studio.view().bundle {
        for product in &bundle.catalog.products {
            texts.push(product.title.clone());
            texts.extend(product.product_type.clone());
            texts.extend(product.vendor.clone());
            texts.extend(product.attributes.iter().map(|(_, value)| value.clone()));
            texts.extend(product.collections.clone());
        }
        texts.extend(bundle.catalog.collections.iter().map(|collection| collection.title.clone()));
    }
    let document = studio.document();
    for block in document.layouts.values().flat_map(|layout| &layout.default) {
        texts.push(block.title.clone());
        if let BlockKind::Heroes { heroes } = &block.kind {
            texts.extend(heroes.iter().flat_map(|hero| [hero.headline.clone(), hero.button.clone()]));
        }
    }
    texts.extend(document.rules.iter().filter_map(|rule| rule.name.clone()));
    texts.extend(studio.view().search_terms.iter().map(|term| term.query.clone()));
    // Groups that carry no generated name are called as somebody called them.
    strings::set_language(Language::German);
    let groups = studio.view().customers.iter().flat_map(|known| &known.groups).map(|group| &group.name);
    texts.extend(groups.filter(|name| said::group(name) == name.as_str()).cloned());
    texts.iter().flat_map(|text| words(text)).collect()
}

#[test]
fn no_english_word_is_left_in_the_german_window() {
    let english = english_words();
    for word in ["undo", "spenders", "nothing", "already", "shoppers"] {
        assert!(english.contains(word), "the test must know “{word}”");
    }
    let mut found = BTreeSet::new();
    everywhere(Language::German, |place, open| {
        let store = words_of_the_store(open);
        for one in heard(open) {
            for text in [&one.label, &one.value] {
                let left =
                    words(text).into_iter().filter(|word| english.contains(word) && !store.contains(word));
                found.extend(left.map(|word| format!("{place}: “{word}” in “{text}”")));
            }
        }
    });
    let found: Vec<String> = found.into_iter().collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}
