//! Edits of rows: order, settings, weights, tiles.

use super::state::PagesState;
use crate::merch::{Block, BlockKind, Edit, PageKey, Signal, Weights, edit::BlockRef};
use crate::ui::command::Command;
use crate::ui::screens::Scene;
use crate::ui::strings::Phrase as _;
use crate::ui::strings::canvas::Canvas;

/// The block of the open page as the document has it, and how edits name it.
pub(super) fn find(scene: &Scene<'_>, state: &PagesState, block: &str) -> Option<(BlockRef, Block)> {
    let page = scene.document.layout_key(&state.page.key())?;
    let layout = scene.document.layouts.get(&page)?;
    let default = layout.default.iter().find(|candidate| candidate.id == block).map(|found| (None, found));
    let (variant, found) = default.or_else(|| {
        layout.variants.iter().find_map(|variant| {
            let found = variant.blocks.iter().find(|candidate| candidate.id == block)?;
            Some((Some(variant.id.clone()), found))
        })
    })?;
    Some((BlockRef { page, variant, block: block.to_owned() }, found.clone()))
}

/// Where the layout of the open page is kept, with its blocks.
pub(super) fn layout(scene: &Scene<'_>, state: &PagesState) -> Option<(PageKey, Vec<Block>)> {
    let page = scene.document.layout_key(&state.page.key())?;
    let layout = scene.document.layouts.get(&page)?;
    Some((page, layout.default.clone()))
}

/// Moves a block `by` places; nothing at the ends.
pub(super) fn move_block(scene: &Scene<'_>, state: &PagesState, block: &str, by: i32) -> Option<Command> {
    let (_, blocks) = layout(scene, state)?;
    let from = blocks.iter().position(|candidate| candidate.id == block)?;
    let to = usize::try_from(from as i32 + by).ok().filter(|to| *to < blocks.len())?;
    move_block_to(scene, state, block, to)
}

pub(super) fn move_block_to(
    scene: &Scene<'_>,
    state: &PagesState,
    block: &str,
    to: usize,
) -> Option<Command> {
    let (reference, settings) = find(scene, state, block)?;
    let title = if settings.title.is_empty() { settings.id.clone() } else { settings.title.clone() };
    let label = Canvas::MovedBlock.with(&[("block", (&title).into())]);
    Some(Command::Edit { edit: Edit::MoveBlock { block: reference, to }, label, toast: None })
}

pub(super) fn move_tile(
    scene: &Scene<'_>,
    state: &PagesState,
    block: &str,
    from: usize,
    to: usize,
) -> Option<Command> {
    let (reference, settings) = find(scene, state, block)?;
    let BlockKind::Tiles { mut tiles } = settings.kind else {
        return None;
    };
    if from == to || tiles.len() <= from {
        return None;
    }
    let tile = tiles.remove(from);
    let label = Canvas::MovedTile.with(&[("tile", (&tile.title).into())]);
    tiles.insert(to.min(tiles.len()), tile);
    Some(Command::Edit { edit: Edit::SetTiles { block: reference, tiles }, label, toast: None })
}

/// Replaces a row's settings.
pub(super) fn set(block: BlockRef, settings: Block) -> Command {
    let label = Canvas::ChangedRow.with(&[("row", (&settings.title).into())]);
    Command::Edit { edit: Edit::SetBlock { block, settings }, label, toast: None }
}

/// Weights after one of them is moved to `share` of 0…1000: the others keep their proportions to each other.
pub(super) fn with_share(weights: Weights, signal: Signal, share: u32) -> Weights {
    let share = share.min(1_000);
    let others: u64 =
        Signal::ALL.iter().filter(|other| **other != signal).map(|other| u64::from(weights.of(*other))).sum();
    let rest = u64::from(1_000 - share);
    let shares = Signal::ALL.map(|other| {
        if other == signal {
            share * 1_000
        } else if others == 0 {
            (rest * 1_000 / 4) as u32
        } else {
            (u64::from(weights.of(other)) * rest * 1_000 / others) as u32
        }
    });
    Weights::from_shares(shares)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moving_one_weight_keeps_the_proportions_of_the_others() {
        let weights = with_share(Weights::BALANCED, Signal::Margin, 550);
        assert_eq!(weights.margin, 550);
        assert_eq!(weights.sum(), 1_000);
        assert_eq!((weights.relevance, weights.popularity), (225, 125));
        let all = with_share(weights, Signal::Margin, 1_000);
        assert_eq!((all.margin, all.sum()), (1_000, 1_000));
        assert_eq!(with_share(all, Signal::Margin, 0).sum(), 1_000);
    }
}
