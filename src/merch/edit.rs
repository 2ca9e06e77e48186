//! Named changes of the merchandising document, each with the change that takes it back.

use serde::{Deserialize, Serialize};

use super::document::{Document, SearchSettings};
use super::layout::{Block, Layout, PageKey};
use super::rule::Rule;

/// One change. Small values, so that a log of 500 of them stays small.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "edit", rename_all = "snake_case")]
pub enum Edit {
    /// Inserts a rule at a place of the list; past the end appends.
    AddRule { at: usize, rule: Rule },
    RemoveRule { id: String },
    /// Replaces the rule with the same id.
    SetRule { rule: Rule },
    /// Moves a rule to a place of the list.
    MoveRule { id: String, to: usize },
    /// Replaces or, with `None`, removes the page's own layout.
    SetLayout { page: PageKey, layout: Option<Layout> },
    /// Replaces the block with the same id wherever the page's layout has it. A page that borrows its kind's layout
    /// gets a copy of its own first.
    SetBlock { page: PageKey, block: Block },
    SetSearch { search: SearchSettings },
    /// All of them, in order.
    Many { edits: Vec<Edit> },
}

impl Edit {
    /// Applies the change and returns the one that takes it back. A change whose subject is gone does nothing.
    pub fn apply(&self, document: &mut Document) -> Self {
        match self {
            Self::AddRule { at, rule } => {
                let at = (*at).min(document.rules.len());
                document.rules.insert(at, rule.clone());
                Self::RemoveRule { id: rule.id.clone() }
            }
            Self::RemoveRule { id } => match document.rules.iter().position(|rule| rule.id == *id) {
                Some(at) => Self::AddRule { at, rule: document.rules.remove(at) },
                None => Self::nothing(),
            },
            Self::SetRule { rule } => match document.rules.iter_mut().find(|old| old.id == rule.id) {
                Some(old) => Self::SetRule { rule: std::mem::replace(old, rule.clone()) },
                None => Self::nothing(),
            },
            Self::MoveRule { id, to } => match document.rules.iter().position(|rule| rule.id == *id) {
                Some(from) => {
                    let rule = document.rules.remove(from);
                    let to = (*to).min(document.rules.len());
                    document.rules.insert(to, rule);
                    Self::MoveRule { id: id.clone(), to: from }
                }
                None => Self::nothing(),
            },
            Self::SetLayout { page, layout } => {
                let before = match layout {
                    Some(layout) => document.layouts.insert(page.clone(), layout.clone()),
                    None => document.layouts.remove(page),
                };
                Self::SetLayout { page: page.clone(), layout: before }
            }
            Self::SetBlock { page, block } => {
                let before = document.layouts.get(page).cloned();
                let Some(mut layout) = document.layout(page).cloned() else {
                    return Self::nothing();
                };
                let variants = layout.variants.iter_mut().flat_map(|variant| variant.blocks.iter_mut());
                for old in layout.default.iter_mut().chain(variants).filter(|old| old.id == block.id) {
                    old.clone_from(block);
                }
                document.layouts.insert(page.clone(), layout);
                Self::SetLayout { page: page.clone(), layout: before }
            }
            Self::SetSearch { search } => {
                Self::SetSearch { search: std::mem::replace(&mut document.search, search.clone()) }
            }
            Self::Many { edits } => {
                let mut inverses: Vec<Self> = edits.iter().map(|edit| edit.apply(document)).collect();
                inverses.reverse();
                Self::Many { edits: inverses }
            }
        }
    }

    /// This change followed by `next` as one, if both set the same thing, as the steps of one slider drag do.
    pub fn merge(&self, next: &Self) -> Option<Self> {
        let same = match (self, next) {
            (Self::SetRule { rule: a }, Self::SetRule { rule: b }) => a.id == b.id,
            (Self::SetLayout { page: a, .. }, Self::SetLayout { page: b, .. }) => a == b,
            (Self::SetBlock { page: a, block: x }, Self::SetBlock { page: b, block: y }) => a == b && x.id == y.id,
            (Self::MoveRule { id: a, .. }, Self::MoveRule { id: b, .. }) => a == b,
            (Self::SetSearch { .. }, Self::SetSearch { .. }) => true,
            _ => false,
        };
        same.then(|| next.clone())
    }

    fn nothing() -> Self {
        Self::Many { edits: Vec::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::merch::{Action, Schedule, Scope, Source, Target};

    fn rule(id: &str) -> Rule {
        Rule {
            id: id.to_owned(),
            name: None,
            enabled: true,
            action: Action::Hide,
            target: Target::Products(vec!["a".to_owned()]),
            scope: Scope::default(),
            schedule: Schedule::default(),
            created_at: 0,
        }
    }

    fn document() -> Document {
        let mut document = Document::default();
        document.rules = vec![rule("r1"), rule("r2"), rule("r3")];
        let layout = Layout {
            variants: Vec::new(),
            default: vec![Block::products("picked", "Picked", vec![Source::ForYou], 8)],
        };
        document.layouts.insert(PageKey::Collection(None), layout);
        document
    }

    #[test]
    fn every_change_is_taken_back_by_its_inverse() {
        let start = document();
        let mut block = start.layouts[&PageKey::Collection(None)].default[0].clone();
        block.size = 12;
        let own = PageKey::Collection(Some("plants".to_owned()));
        let mut disabled = rule("r2");
        disabled.enabled = false;
        let edits = [
            Edit::AddRule { at: 1, rule: rule("r9") },
            Edit::RemoveRule { id: "r2".to_owned() },
            Edit::SetRule { rule: disabled },
            Edit::MoveRule { id: "r3".to_owned(), to: 0 },
            Edit::SetLayout { page: PageKey::Home, layout: Some(Layout::default()) },
            Edit::SetBlock { page: own, block },
        ];
        for edit in edits.iter().cloned().chain([Edit::Many { edits: edits.to_vec() }]) {
            let mut changed = start.clone();
            let inverse = edit.apply(&mut changed);
            assert_ne!(changed, start, "{edit:?}");
            let redo = inverse.apply(&mut changed);
            assert_eq!(changed, start, "{edit:?}");
            redo.apply(&mut changed);
            let mut again = start.clone();
            edit.apply(&mut again);
            assert_eq!(changed, again, "{edit:?}");
        }
    }

    #[test]
    fn a_change_of_something_gone_changes_nothing() {
        let mut changed = document();
        Edit::RemoveRule { id: "gone".to_owned() }.apply(&mut changed);
        assert_eq!(changed, document());
    }
}
