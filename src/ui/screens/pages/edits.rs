//! From gestures to edits of the document. Plain functions: nothing here paints.

use crate::decide::Page;
use crate::merch::{Action, Document, Edit, PageKey, Rule, Schedule, Scope, Target};
use crate::shop::Seconds;

/// For whom and where an edit is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub page: PageKey,
    /// `None`: every block of the page.
    pub block: Option<String>,
    /// Segment ids; `None` is everyone.
    pub segments: Option<Vec<String>>,
    /// Only on search pages.
    pub query: Option<String>,
}

impl Place {
    pub fn scope(&self) -> Scope {
        Scope {
            pages: vec![self.page.clone()],
            block: self.block.clone(),
            segments: self.segments.clone(),
            queries: self.query.iter().cloned().collect(),
        }
    }
}

/// Pins products to consecutive places from `position` (1-based). A pin that stands there moves one place right, and so
/// does the next if it is in the way; a pin the products had in this place is replaced.
pub(super) fn pin(
    document: &Document,
    place: &Place,
    products: &[String],
    position: u32,
    now: Seconds,
) -> Edit {
    let scope = place.scope();
    let mut edits: Vec<Edit> = Vec::new();
    let mut taken: Vec<u32> = (position..position + products.len() as u32).collect();
    let mut others: Vec<(&Rule, u32)> = Vec::new();
    for rule in &document.rules {
        let Action::Pin { position: at, .. } = rule.action else {
            continue;
        };
        if rule.scope != scope {
            continue;
        }
        if rule_targets(rule).iter().any(|product| products.contains(product)) {
            edits.push(Edit::RemoveRule { id: rule.id.clone() });
        } else {
            others.push((rule, at));
        }
    }
    others.sort_by_key(|(_, at)| *at);
    for (rule, at) in others {
        let mut to = at;
        while taken.contains(&to) {
            to += 1;
        }
        taken.push(to);
        if to != at
            && let Action::Pin { soft, keep_when_sold_out, .. } = rule.action
        {
            let action = Action::Pin { position: to, soft, keep_when_sold_out };
            edits.push(Edit::ReplaceRule { rule: Rule { action, ..rule.clone() } });
        }
    }
    let mut ids = Ids::of(document);
    for (offset, product) in products.iter().enumerate() {
        let action =
            Action::Pin { position: position + offset as u32, soft: false, keep_when_sold_out: false };
        edits.push(Edit::AddRule { rule: ids.rule(action, product, scope.clone(), now), at: None });
    }
    one(edits)
}

/// Each of two products is pinned where the other stands: (its row, product, position).
pub(super) fn swap(
    document: &Document,
    one: (&Place, &str, u32),
    other: (&Place, &str, u32),
    now: Seconds,
) -> Edit {
    let first = pin(document, one.0, &[other.1.to_owned()], one.2, now);
    let mut between = document.clone();
    // The edit was made for this document a line ago.
    drop(first.apply(&mut between));
    let second = pin(&between, other.0, &[one.1.to_owned()], other.2, now);
    Edit::Batch { label: String::new(), edits: vec![first, second] }
}

/// Copies of rules for another place. `blocks` are the rows the target page has: a rule of a row it does not have is
/// for the whole page there.
pub(super) fn copies(
    document: &Document,
    rules: &[&Rule],
    to: &Place,
    blocks: &[String],
    now: Seconds,
) -> Edit {
    let mut ids = Ids::of(document);
    let edits = rules
        .iter()
        .map(|rule| {
            let block = rule.scope.block.clone().filter(|block| blocks.contains(block));
            let scope = Scope { block, ..to.scope() };
            let made = ids.rule(rule.action, "", scope, now);
            let rule = Rule {
                name: rule.name.clone(),
                enabled: rule.enabled,
                target: rule.target.clone(),
                schedule: rule.schedule,
                ..made
            };
            Edit::AddRule { rule, at: None }
        })
        .collect();
    one(edits)
}

/// Removes pins of a product that hold on this page for this place, the more specific first.
pub(super) fn unpin(document: &Document, place: &Place, product: &str) -> Option<Edit> {
    let edits: Vec<Edit> = document
        .rules
        .iter()
        .filter(|rule| matches!(rule.action, Action::Pin { .. }) && applies(rule, place, product))
        .map(|rule| Edit::RemoveRule { id: rule.id.clone() })
        .collect();
    (!edits.is_empty()).then(|| one(edits))
}

/// Sets the points a product gets in this place: positive boosts, negative buries, zero removes either.
pub(super) fn set_points(
    document: &Document,
    place: &Place,
    products: &[String],
    points: i64,
    now: Seconds,
) -> Edit {
    let scope = place.scope();
    let mut edits = Vec::new();
    let mut ids = Ids::of(document);
    for product in products {
        let own = document.rules.iter().find(|rule| {
            matches!(rule.action, Action::Boost { .. } | Action::Bury { .. })
                && rule.scope == scope
                && rule_targets(rule) == std::slice::from_ref(product)
        });
        let action = if 0 < points {
            Action::Boost { points, uncapped: Action::STRONG < points }
        } else {
            Action::Bury { points: -points }
        };
        edits.extend(match (own, points) {
            (Some(rule), 0) => Some(Edit::RemoveRule { id: rule.id.clone() }),
            (Some(rule), _) => Some(Edit::ReplaceRule { rule: Rule { action, ..rule.clone() } }),
            (None, 0) => None,
            (None, _) => {
                Some(Edit::AddRule { rule: ids.rule(action, product, scope.clone(), now), at: None })
            }
        });
    }
    one(edits)
}

/// The points set by hand for exactly this place and product; 0 when there are none.
pub(super) fn points(document: &Document, place: &Place, product: &str) -> i64 {
    let scope = place.scope();
    document
        .rules
        .iter()
        .filter(|rule| rule.scope == scope && rule_targets(rule).iter().any(|target| target == product))
        .map(|rule| match rule.action {
            Action::Boost { points, .. } => points,
            Action::Bury { points } => -points,
            _ => 0,
        })
        .sum()
}

/// The next stronger step: none → slight → medium → strong, and back through zero to bury.
pub(super) fn step_points(points: i64, up: bool) -> i64 {
    const STEPS: [i64; 7] = [
        -Action::STRONG,
        -Action::MEDIUM,
        -Action::SLIGHT,
        0,
        Action::SLIGHT,
        Action::MEDIUM,
        Action::STRONG,
    ];
    if up {
        STEPS.into_iter().find(|step| points < *step).unwrap_or(points.max(Action::STRONG))
    } else {
        STEPS.into_iter().rev().find(|step| *step < points).unwrap_or(points.min(-Action::STRONG))
    }
}

pub(super) fn hide(
    document: &Document,
    place: &Place,
    products: &[String],
    everywhere: bool,
    now: Seconds,
) -> Edit {
    let scope = if everywhere {
        Scope { pages: Vec::new(), block: None, segments: None, queries: Vec::new() }
    } else {
        Scope { block: None, ..place.scope() }
    };
    let mut ids = Ids::of(document);
    one(products
        .iter()
        .map(|product| Edit::AddRule { rule: ids.rule(Action::Hide, product, scope.clone(), now), at: None })
        .collect())
}

/// The same rules made for everyone instead.
pub(super) fn for_everyone(document: &Document, edit: &Edit) -> Edit {
    let ids = touched(edit);
    one(document
        .rules
        .iter()
        .filter(|rule| ids.contains(&rule.id.as_str()) && rule.scope.segments.is_some())
        .map(|rule| {
            let scope = Scope { segments: None, ..rule.scope.clone() };
            Edit::ReplaceRule { rule: Rule { scope, ..rule.clone() } }
        })
        .collect())
}

/// Ids of the rules that an edit makes or changes.
pub(super) fn touched(edit: &Edit) -> Vec<&str> {
    match edit {
        Edit::AddRule { rule, .. } | Edit::ReplaceRule { rule } => vec![&rule.id],
        Edit::MoveRule { id, .. } => vec![id],
        Edit::Batch { edits, .. } => edits.iter().flat_map(touched).collect(),
        _ => Vec::new(),
    }
}

pub(super) fn position_of(page: &Page, block: &str, product: u32) -> Option<u32> {
    let block = page.blocks.iter().find(|candidate| candidate.id == block)?;
    block.slots.iter().find(|slot| slot.product == product).map(|slot| slot.position)
}

/// True when the rule's scope holds in this place and it names the product.
pub(super) fn applies(rule: &Rule, place: &Place, product: &str) -> bool {
    let scope = &rule.scope;
    let kind_of = |page: &PageKey| match page {
        PageKey::Collection(_) => PageKey::Collection(None),
        PageKey::Product(_) => PageKey::Product(None),
        PageKey::Email(_) => PageKey::Email(None),
        other => other.clone(),
    };
    let page_holds = scope.pages.is_empty()
        || scope.pages.contains(&place.page)
        || scope.pages.contains(&kind_of(&place.page));
    let block_holds = scope.block.is_none() || place.block.is_none() || scope.block == place.block;
    let segment_holds = match (&scope.segments, &place.segments) {
        (None, _) => true,
        (Some(theirs), Some(ours)) => ours.iter().any(|segment| theirs.contains(segment)),
        (Some(_), None) => false,
    };
    page_holds && block_holds && segment_holds && rule_targets(rule).iter().any(|target| target == product)
}

fn rule_targets(rule: &Rule) -> &[String] {
    match &rule.target {
        Target::Products(products) => products,
        Target::Where(_) => &[],
    }
}

fn one(mut edits: Vec<Edit>) -> Edit {
    if edits.len() == 1
        && let Some(edit) = edits.pop()
    {
        return edit;
    }
    Edit::Batch { label: String::new(), edits }
}

/// Hands out rule ids that the document does not have.
struct Ids {
    next: u64,
}

impl Ids {
    fn of(document: &Document) -> Self {
        let next = document.next_rule_id();
        Self { next: next.trim_start_matches('r').parse().unwrap_or(1) }
    }

    fn rule(&mut self, action: Action, product: &str, scope: Scope, now: Seconds) -> Rule {
        let id = format!("r{}", self.next);
        self.next += 1;
        Rule {
            id,
            name: None,
            enabled: true,
            action,
            target: Target::Products(vec![product.to_owned()]),
            scope,
            schedule: Schedule::default(),
            created_at: now,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place() -> Place {
        Place { page: PageKey::Home, block: Some("picked".to_owned()), segments: None, query: None }
    }

    fn pins(document: &Document) -> Vec<(String, u32)> {
        let mut pins: Vec<(String, u32)> = document
            .rules
            .iter()
            .filter_map(|rule| match rule.action {
                Action::Pin { position, .. } => Some((rule_targets(rule)[0].clone(), position)),
                _ => None,
            })
            .collect();
        pins.sort_by_key(|(_, position)| *position);
        pins
    }

    fn pinned(document: &mut Document, product: &str, position: u32) {
        pin(document, &place(), &[product.to_owned()], position, 0).apply(document).unwrap();
    }

    #[test]
    fn a_pin_on_a_pinned_place_pushes_the_old_one_right() {
        let mut document = Document::default();
        pinned(&mut document, "a", 1);
        pinned(&mut document, "b", 2);
        pinned(&mut document, "c", 1);
        let names: Vec<(String, u32)> =
            [("c", 1), ("a", 2), ("b", 3)].map(|(name, at)| (name.to_owned(), at)).into();
        assert_eq!(pins(&document), names);
    }

    #[test]
    fn pinning_again_moves_the_pin() {
        let mut document = Document::default();
        pinned(&mut document, "a", 1);
        pinned(&mut document, "a", 5);
        assert_eq!(pins(&document), vec![("a".to_owned(), 5)]);
    }

    #[test]
    fn swapped_products_are_pinned_where_the_other_stood() {
        let mut document = Document::default();
        let place = place();
        swap(&document, (&place, "a", 2), (&place, "b", 5), 0).apply(&mut document).unwrap();
        assert_eq!(pins(&document), vec![("b".to_owned(), 2), ("a".to_owned(), 5)]);
        swap(&document, (&place, "b", 2), (&place, "a", 5), 0).apply(&mut document).unwrap();
        assert_eq!(pins(&document), vec![("a".to_owned(), 2), ("b".to_owned(), 5)]);
    }

    #[test]
    fn copied_rules_fit_the_rows_of_the_page_they_go_to() {
        let mut document = Document::default();
        pinned(&mut document, "a", 3);
        let rules: Vec<&Rule> = document.rules.iter().collect();
        let to =
            Place { page: PageKey::Cart, block: None, segments: Some(vec!["s2".to_owned()]), query: None };
        let edit = copies(&document, &rules, &to, &["other".to_owned()], 0);
        edit.apply(&mut document).unwrap();
        let copy = document.rules.iter().find(|rule| rule.scope.pages == [PageKey::Cart]).unwrap();
        assert_eq!((copy.scope.block.as_ref(), copy.action), (None, document.rules[1].action));
        assert_eq!(copy.scope.segments.as_deref(), Some(&["s2".to_owned()][..]));
    }

    #[test]
    fn boost_steps_go_through_zero_to_bury_and_back() {
        let mut points = 0;
        for _ in 0..3 {
            points = step_points(points, true);
        }
        assert_eq!(points, Action::STRONG);
        for _ in 0..6 {
            points = step_points(points, false);
        }
        assert_eq!(points, -Action::STRONG);
        let mut document = Document::default();
        set_points(&document, &place(), &["a".to_owned()], Action::SLIGHT, 0).apply(&mut document).unwrap();
        assert_eq!(super::points(&document, &place(), "a"), Action::SLIGHT);
        set_points(&document, &place(), &["a".to_owned()], 0, 0).apply(&mut document).unwrap();
        assert!(document.rules.is_empty());
    }

    #[test]
    fn an_edit_for_a_segment_can_be_made_for_everyone() {
        let mut document = Document::default();
        let own = Place { segments: Some(vec!["s1".to_owned()]), ..place() };
        let edit = pin(&document, &own, &["a".to_owned()], 2, 0);
        edit.apply(&mut document).unwrap();
        for_everyone(&document, &edit).apply(&mut document).unwrap();
        assert_eq!(document.rules[0].scope.segments, None);
    }
}
