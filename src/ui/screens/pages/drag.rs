//! Dragging as a small state machine: what is held, where it would land, and how the neighbours make room.

use egui::{Pos2, Vec2};

use super::state::Card;

/// What is held.
#[derive(Clone, Debug, PartialEq)]
pub enum Held {
    /// One or more products of a block, in their order there; with the slot of the one under the pointer.
    Cards {
        cards: Vec<Card>,
        from_slot: usize,
    },
    /// A product from the tray.
    FromTray {
        product: String,
    },
    Block {
        id: String,
    },
    Tile {
        block: String,
        index: usize,
    },
}

#[derive(Clone, Debug, PartialEq)]
pub struct Drag {
    pub held: Held,
    /// From the pointer to the card's top left corner.
    pub grip: Vec2,
    pub size: Vec2,
    pub pointer: Pos2,
    pub target: Option<Target>,
    pub shift: bool,
}

/// Where it would land now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// Before the `gap`-th card of a block, counted with the held card still in its place.
    Gap {
        block: String,
        gap: usize,
    },
    /// Before the `index`-th block of the page.
    BlockGap {
        index: usize,
    },
    TileGap {
        block: String,
        index: usize,
    },
    Bury,
    Hide,
    Tray,
}

impl Drag {
    pub fn product(&self) -> Option<&str> {
        match &self.held {
            Held::Cards { cards, .. } => cards.first().map(|card| card.product.as_str()),
            Held::FromTray { product } => Some(product),
            _ => None,
        }
    }

    pub fn holds(&self, card: &Card) -> bool {
        matches!(&self.held, Held::Cards { cards, .. } if cards.contains(card))
    }
}

/// The slot (0-based) in which a held card lands: taking it out moves later gaps one place left.
pub(super) fn landing_slot(from: Option<usize>, gap: usize) -> usize {
    match from {
        Some(from) if from < gap => gap - 1,
        _ => gap,
    }
}

/// In which slot a card is painted while another one, held at `from`, hovers over `gap`.
///
/// `from` is `None` when the held card comes from elsewhere: then everything from the gap on moves one right.
pub(super) fn displaced_slot(slot: usize, from: Option<usize>, gap: usize) -> usize {
    let without = match from {
        Some(from) if from < slot => slot - 1,
        _ => slot,
    };
    if landing_slot(from, gap) <= without { without + 1 } else { without }
}

/// Points to scroll this frame when the pointer is within 48 px of an edge; faster the nearer.
pub(super) fn auto_scroll(pointer_y: f32, top: f32, bottom: f32, seconds: f32) -> f32 {
    const EDGE: f32 = 48.0;
    const FASTEST: f32 = 900.0;
    let into_top = (top + EDGE - pointer_y).clamp(0.0, EDGE);
    let into_bottom = (pointer_y - (bottom - EDGE)).clamp(0.0, EDGE);
    (into_bottom - into_top) / EDGE * FASTEST * seconds
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_make_room_and_nobody_shares_a_slot() {
        for n in [1_usize, 2, 6] {
            for from in 0..n {
                for gap in 0..=n {
                    let mut taken: Vec<usize> = (0..n)
                        .filter(|slot| *slot != from)
                        .map(|slot| displaced_slot(slot, Some(from), gap))
                        .collect();
                    taken.push(landing_slot(Some(from), gap));
                    taken.sort_unstable();
                    assert_eq!(taken, (0..n).collect::<Vec<_>>(), "n {n} from {from} gap {gap}");
                }
            }
        }
    }

    #[test]
    fn a_card_from_elsewhere_moves_what_follows_one_right() {
        let slots: Vec<usize> = (0..4).map(|slot| displaced_slot(slot, None, 2)).collect();
        assert_eq!(slots, [0, 1, 3, 4]);
    }

    #[test]
    fn scrolling_starts_near_the_edge_and_is_symmetric() {
        assert!(auto_scroll(500.0, 100.0, 900.0, 0.016).abs() < f32::EPSILON);
        let (up, down) = (auto_scroll(110.0, 100.0, 900.0, 0.1), auto_scroll(890.0, 100.0, 900.0, 0.1));
        assert!(up < 0.0 && (up + down).abs() < 0.01, "{up} {down}");
    }
}
