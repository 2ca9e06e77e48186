//! Named changes of the document, each with its inverse. Undo, history and the command line all speak this enum.

use serde::{Deserialize, Serialize};

use super::document::{Document, SearchSettings};
use super::layout::{Block, BlockKind, Layout, LayoutVariant, PageKey, Tile, Weights};
use super::rule::Rule;
use super::words;

/// One step of undo. Stored in the workspace's history as JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "edit", rename_all = "snake_case")]
pub enum Edit {
    /// `at` is the place in the list; `None` is the top, where a new rule wins over its equals.
    AddRule {
        rule: Rule,
        at: Option<usize>,
    },
    RemoveRule {
        id: String,
    },
    /// The rule with the same id becomes this one.
    ReplaceRule {
        rule: Rule,
    },
    /// `to` is the place after the move.
    MoveRule {
        id: String,
        to: usize,
    },
    SetWeights {
        block: BlockRef,
        weights: Weights,
    },
    SetVariety {
        block: BlockRef,
        variety: u32,
    },
    /// The block with the same id becomes this one: title, sources, size and all.
    SetBlock {
        block: BlockRef,
        settings: Block,
    },
    SetTiles {
        block: BlockRef,
        tiles: Vec<Tile>,
    },
    /// `at` is the place on the page; past the end means last. `block.block` is ignored.
    AddBlock {
        place: BlockRef,
        settings: Block,
        at: usize,
    },
    RemoveBlock {
        block: BlockRef,
    },
    MoveBlock {
        block: BlockRef,
        to: usize,
    },
    SetVariants {
        page: PageKey,
        variants: Vec<LayoutVariant>,
    },
    /// `None` gives the page back to the layout of its kind.
    SetLayout {
        page: PageKey,
        layout: Option<Layout>,
    },
    SetSearch {
        search: SearchSettings,
    },
    /// Several edits as one step, in order.
    Batch {
        label: String,
        edits: Vec<Edit>,
    },
}

/// A block of one layout: `page` is the key the layout is kept under, `variant` the layout variant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockRef {
    pub page: PageKey,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
    pub block: String,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    #[error("there is no rule `{0}`; it may have been removed meanwhile")]
    NoSuchRule(String),
    #[error("a rule `{0}` exists already")]
    RuleExists(String),
    #[error("the page `{0}` has no layout of its own")]
    NoSuchLayout(PageKey),
    #[error("there is no row `{0}` on this page; it may have been removed meanwhile")]
    NoSuchBlock(String),
    #[error("a row `{0}` exists already on this page")]
    BlockExists(String),
}

impl Edit {
    /// One step that makes `to` of `from`.
    pub fn towards(from: &Document, to: &Document, label: &str) -> Self {
        let mut edits: Vec<Self> = from
            .rules
            .iter()
            .filter(|rule| !to.rules.contains(rule))
            .map(|rule| Self::RemoveRule { id: rule.id.clone() })
            .collect();
        for (at, rule) in to.rules.iter().enumerate() {
            // Whatever stays is moved to its place as the list is built from the top.
            edits.push(if from.rules.contains(rule) {
                Self::MoveRule { id: rule.id.clone(), to: at }
            } else {
                Self::AddRule { rule: rule.clone(), at: Some(at) }
            });
        }
        let pages: std::collections::BTreeSet<&PageKey> =
            from.layouts.keys().chain(to.layouts.keys()).collect();
        for page in pages {
            if from.layouts.get(page) != to.layouts.get(page) {
                let layout = to.layouts.get(page).cloned();
                edits.push(Self::SetLayout { page: page.clone(), layout });
            }
        }
        if from.search != to.search {
            edits.push(Self::SetSearch { search: to.search.clone() });
        }
        Self::Batch { label: label.to_owned(), edits }
    }

    /// Changes the document and returns the edit that takes it back. On an error the document is as it was.
    pub fn apply(&self, document: &mut Document) -> Result<Self, EditError> {
        match self {
            Self::AddRule { rule, at } => {
                if document.rules.iter().any(|known| known.id == rule.id) {
                    return Err(EditError::RuleExists(rule.id.clone()));
                }
                let at = at.unwrap_or(0).min(document.rules.len());
                document.rules.insert(at, rule.clone());
                Ok(Self::RemoveRule { id: rule.id.clone() })
            }
            Self::RemoveRule { id } => {
                let at = rule_at(document, id)?;
                let rule = document.rules.remove(at);
                Ok(Self::AddRule { rule, at: Some(at) })
            }
            Self::ReplaceRule { rule } => {
                let at = rule_at(document, &rule.id)?;
                let before = std::mem::replace(&mut document.rules[at], rule.clone());
                Ok(Self::ReplaceRule { rule: before })
            }
            Self::MoveRule { id, to } => {
                let at = rule_at(document, id)?;
                let rule = document.rules.remove(at);
                document.rules.insert((*to).min(document.rules.len()), rule);
                Ok(Self::MoveRule { id: id.clone(), to: at })
            }
            Self::SetWeights { block, weights } => {
                let settings = block.find(document)?;
                let before = std::mem::replace(&mut settings.weights, *weights);
                Ok(Self::SetWeights { block: block.clone(), weights: before })
            }
            Self::SetVariety { block, variety } => {
                let settings = block.find(document)?;
                let before = std::mem::replace(&mut settings.variety, (*variety).min(1_000));
                Ok(Self::SetVariety { block: block.clone(), variety: before })
            }
            Self::SetBlock { block, settings } => {
                let known = block.find(document)?;
                let mut settings = settings.clone();
                settings.id.clone_from(&known.id);
                let before = std::mem::replace(known, settings);
                Ok(Self::SetBlock { block: block.clone(), settings: before })
            }
            Self::SetTiles { block, tiles } => {
                let known = block.find(document)?;
                let kind = BlockKind::Tiles { tiles: tiles.clone() };
                let mut before = known.clone();
                before.kind = std::mem::replace(&mut known.kind, kind);
                Ok(match before.kind {
                    BlockKind::Tiles { tiles } => Self::SetTiles { block: block.clone(), tiles },
                    _ => Self::SetBlock { block: block.clone(), settings: before },
                })
            }
            Self::AddBlock { place, settings, at } => {
                let blocks = place.blocks(document)?;
                if blocks.iter().any(|known| known.id == settings.id) {
                    return Err(EditError::BlockExists(settings.id.clone()));
                }
                blocks.insert((*at).min(blocks.len()), settings.clone());
                Ok(Self::RemoveBlock { block: BlockRef { block: settings.id.clone(), ..place.clone() } })
            }
            Self::RemoveBlock { block } => {
                let at = block.at(document)?;
                let settings = block.blocks(document)?.remove(at);
                Ok(Self::AddBlock { place: block.clone(), settings, at })
            }
            Self::MoveBlock { block, to } => {
                let at = block.at(document)?;
                let blocks = block.blocks(document)?;
                let settings = blocks.remove(at);
                blocks.insert((*to).min(blocks.len()), settings);
                Ok(Self::MoveBlock { block: block.clone(), to: at })
            }
            Self::SetVariants { page, variants } => {
                let layout =
                    document.layouts.get_mut(page).ok_or_else(|| EditError::NoSuchLayout(page.clone()))?;
                let before = std::mem::replace(&mut layout.variants, variants.clone());
                Ok(Self::SetVariants { page: page.clone(), variants: before })
            }
            Self::SetLayout { page, layout } => {
                let before = match layout {
                    Some(layout) => document.layouts.insert(page.clone(), layout.clone()),
                    None => document.layouts.remove(page),
                };
                Ok(Self::SetLayout { page: page.clone(), layout: before })
            }
            Self::SetSearch { search } => {
                Ok(Self::SetSearch { search: std::mem::replace(&mut document.search, search.clone()) })
            }
            Self::Batch { label, edits } => {
                let mut changed = document.clone();
                let mut inverses = Vec::with_capacity(edits.len());
                for edit in edits {
                    inverses.push(edit.apply(&mut changed)?);
                }
                inverses.reverse();
                *document = changed;
                Ok(Self::Batch { label: label.clone(), edits: inverses })
            }
        }
    }

    /// One edit that does what this and then `next` do, when both are steps of one drag: the same value of the same
    /// thing. The inverse of the first takes both back.
    pub fn merge(&self, next: &Self) -> Option<Self> {
        let same = match (self, next) {
            (Self::SetWeights { block, .. }, Self::SetWeights { block: other, .. })
            | (Self::SetVariety { block, .. }, Self::SetVariety { block: other, .. })
            | (Self::SetBlock { block, .. }, Self::SetBlock { block: other, .. })
            | (Self::SetTiles { block, .. }, Self::SetTiles { block: other, .. })
            | (Self::MoveBlock { block, .. }, Self::MoveBlock { block: other, .. }) => block == other,
            (Self::ReplaceRule { rule }, Self::ReplaceRule { rule: other }) => rule.id == other.id,
            (Self::MoveRule { id, .. }, Self::MoveRule { id: other, .. }) => id == other,
            (Self::SetSearch { .. }, Self::SetSearch { .. }) => true,
            (Self::Batch { edits, .. }, Self::Batch { edits: others, .. }) => {
                return merge_batches(self, edits, others, next);
            }
            _ => false,
        };
        same.then(|| next.clone())
    }

    /// What was done, in the merchant's words. `document` is the state before it; `title` names products.
    pub fn label(&self, document: &Document, title: &dyn Fn(&str) -> String) -> String {
        let known = |id: &str| {
            document
                .rules
                .iter()
                .find(|rule| rule.id == id)
                .map_or_else(|| format!("rule {id}"), |rule| words::rule_name(rule, title))
        };
        let row = |block: &BlockRef| {
            let name =
                block.peek(document).map_or_else(|| block.block.clone(), |settings| settings.title.clone());
            format!("{} › {name}", words::page_name(&block.page, title))
        };
        match self {
            Self::AddRule { rule, .. } => words::rule_label(rule, title),
            Self::RemoveRule { id } => format!("Remove {}", known(id)),
            Self::ReplaceRule { rule } => {
                let before = document.rules.iter().find(|known| known.id == rule.id);
                match before {
                    Some(before) if before.enabled && !rule.enabled => {
                        format!("Switch off {}", known(&rule.id))
                    }
                    Some(before) if !before.enabled && rule.enabled => {
                        format!("Switch on {}", known(&rule.id))
                    }
                    _ => format!("Change {}", known(&rule.id)),
                }
            }
            Self::MoveRule { id, .. } => format!("Move {}", known(id)),
            Self::SetWeights { block, .. } => format!("Change what matters in {}", row(block)),
            Self::SetVariety { block, .. } => format!("Change variety of {}", row(block)),
            Self::SetBlock { block, .. } => format!("Change {}", row(block)),
            Self::SetTiles { block, .. } => format!("Change tiles of {}", row(block)),
            Self::AddBlock { place, settings, .. } => {
                format!("Add row “{}” to {}", settings.title, words::page_name(&place.page, title))
            }
            Self::RemoveBlock { block } => format!("Remove {}", row(block)),
            Self::MoveBlock { block, .. } => format!("Move {}", row(block)),
            Self::SetVariants { page, .. } => format!("Change versions of {}", words::page_name(page, title)),
            Self::SetLayout { page, layout } => match layout {
                Some(_) => format!("Change the layout of {}", words::page_name(page, title)),
                None => format!("Reset the layout of {}", words::page_name(page, title)),
            },
            Self::SetSearch { .. } => "Change search settings".to_owned(),
            Self::Batch { label, .. } => label.clone(),
        }
    }
}

fn merge_batches(first: &Edit, edits: &[Edit], others: &[Edit], next: &Edit) -> Option<Edit> {
    let alike = edits.len() == others.len()
        && edits.iter().zip(others).all(|(one, other)| one.merge(other).is_some());
    (alike && first.is_batch_like(next)).then(|| next.clone())
}

impl Edit {
    fn is_batch_like(&self, other: &Self) -> bool {
        matches!((self, other), (Self::Batch { label, .. }, Self::Batch { label: next, .. }) if label == next)
    }
}

impl BlockRef {
    fn blocks<'d>(&self, document: &'d mut Document) -> Result<&'d mut Vec<Block>, EditError> {
        let layout =
            document.layouts.get_mut(&self.page).ok_or_else(|| EditError::NoSuchLayout(self.page.clone()))?;
        match &self.variant {
            None => Ok(&mut layout.default),
            Some(id) => layout
                .variants
                .iter_mut()
                .find(|variant| variant.id == *id)
                .map(|variant| &mut variant.blocks)
                .ok_or_else(|| EditError::NoSuchLayout(self.page.clone())),
        }
    }

    fn at(&self, document: &mut Document) -> Result<usize, EditError> {
        self.blocks(document)?
            .iter()
            .position(|block| block.id == self.block)
            .ok_or_else(|| EditError::NoSuchBlock(self.block.clone()))
    }

    fn find<'d>(&self, document: &'d mut Document) -> Result<&'d mut Block, EditError> {
        self.blocks(document)?
            .iter_mut()
            .find(|block| block.id == self.block)
            .ok_or_else(|| EditError::NoSuchBlock(self.block.clone()))
    }

    /// The block as it is now.
    pub fn peek<'d>(&self, document: &'d Document) -> Option<&'d Block> {
        let layout = document.layouts.get(&self.page)?;
        let blocks = match &self.variant {
            None => &layout.default,
            Some(id) => &layout.variants.iter().find(|variant| variant.id == *id)?.blocks,
        };
        blocks.iter().find(|block| block.id == self.block)
    }
}

fn rule_at(document: &Document, id: &str) -> Result<usize, EditError> {
    document.rules.iter().position(|rule| rule.id == id).ok_or_else(|| EditError::NoSuchRule(id.to_owned()))
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
            target: Target::Products(vec!["p1".to_owned()]),
            scope: Scope::default(),
            schedule: Schedule::default(),
            created_at: 0,
        }
    }

    fn document() -> Document {
        let mut document = Document::default();
        let blocks = vec![
            Block::products("a", "First", vec![Source::ForYou], 8),
            Block::products("b", "Second", vec![Source::New], 8),
        ];
        document.layouts.insert(PageKey::Home, Layout { variants: Vec::new(), default: blocks });
        document.rules = vec![rule("r1"), rule("r2"), rule("r3")];
        document
    }

    fn home(block: &str) -> BlockRef {
        BlockRef { page: PageKey::Home, variant: None, block: block.to_owned() }
    }

    #[test]
    fn every_edit_is_taken_back_by_its_inverse_and_survives_json() {
        let mut tiled = Block::products("t", "Tiles", Vec::new(), 0);
        tiled.kind = BlockKind::Tiles { tiles: Vec::new() };
        let edits = [
            Edit::AddRule { rule: rule("r9"), at: None },
            Edit::RemoveRule { id: "r2".to_owned() },
            Edit::ReplaceRule { rule: Rule { enabled: false, ..rule("r2") } },
            Edit::MoveRule { id: "r1".to_owned(), to: 2 },
            Edit::MoveRule { id: "r3".to_owned(), to: 0 },
            Edit::SetWeights { block: home("a"), weights: Weights::from_shares([1, 2, 3, 4, 5]) },
            Edit::SetVariety { block: home("b"), variety: 700 },
            Edit::SetTiles { block: home("a"), tiles: Vec::new() },
            Edit::AddBlock { place: home(""), settings: tiled, at: 1 },
            Edit::RemoveBlock { block: home("a") },
            Edit::MoveBlock { block: home("a"), to: 1 },
            Edit::SetLayout { page: PageKey::Cart, layout: Some(Layout::default()) },
            Edit::SetLayout { page: PageKey::Home, layout: None },
            Edit::SetSearch {
                search: SearchSettings { ignored_words: vec!["the".to_owned()], ..SearchSettings::default() },
            },
            Edit::Batch {
                label: "Two things".to_owned(),
                edits: vec![
                    Edit::RemoveRule { id: "r1".to_owned() },
                    Edit::MoveRule { id: "r3".to_owned(), to: 0 },
                ],
            },
        ];
        for edit in edits {
            let before = document();
            let mut after = before.clone();
            let inverse = edit.apply(&mut after).unwrap();
            assert_ne!(before, after, "{edit:?}");
            let read: Edit = serde_json::from_str(&serde_json::to_string(&inverse).unwrap()).unwrap();
            read.apply(&mut after).unwrap();
            assert_eq!(before, after, "{edit:?}");
            assert!(!edit.label(&before, &str::to_owned).is_empty());
        }
    }

    #[test]
    fn a_batch_that_fails_half_way_changes_nothing() {
        let mut document = document();
        let before = document.clone();
        let batch = Edit::Batch {
            label: String::new(),
            edits: vec![Edit::RemoveRule { id: "r1".to_owned() }, Edit::RemoveRule { id: "r1".to_owned() }],
        };
        assert_eq!(batch.apply(&mut document), Err(EditError::NoSuchRule("r1".to_owned())));
        assert_eq!(document, before);
    }

    #[test]
    fn one_drag_of_a_slider_is_one_step() {
        let at = |variety| Edit::SetVariety { block: home("a"), variety };
        let mut document = document();
        let before = document.clone();
        let first = at(10).apply(&mut document).unwrap();
        at(20).apply(&mut document).unwrap();
        assert_eq!(at(10).merge(&at(20)), Some(at(20)));
        first.apply(&mut document).unwrap();
        assert_eq!(document, before);
        let elsewhere = Edit::SetVariety { block: home("b"), variety: 1 };
        assert_eq!(at(10).merge(&elsewhere), None);
    }
}
