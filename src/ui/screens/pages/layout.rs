//! Where everything on the shop's page stands, for a width. Pure geometry over a decided page.

use egui::{Pos2, Rect, Vec2, pos2, vec2};

use super::state::Device;
use crate::decide::{Page, PageRef};
use crate::merch::BlockKind;

/// A room for the page lower than this shows the first row of products whole and saves on the banner.
const LOW: f32 = 500.0;

/// Sizes that follow from the painted width.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Metrics {
    pub width: f32,
    pub columns: usize,
    pub pad: f32,
    pub gap: f32,
    pub card_title: f32,
    pub heading: f32,
    pub headline: f32,
    /// How tall a banner is.
    pub banner: f32,
    /// The window is so low that a banner has one line and the gaps are small: the first row of products comes first.
    pub low: bool,
}

impl Metrics {
    /// `room_height` is what the window leaves for the page: a banner leaves the first products in view.
    pub(super) fn of(device: Device, painted_width: f32, room_height: f32) -> Self {
        let device = match device {
            Device::Fit if painted_width < 560.0 => Device::Phone,
            Device::Fit if painted_width < 760.0 => Device::Tablet,
            other => other,
        };
        let scale = painted_width / device.width().unwrap_or(painted_width.max(1.0));
        let (columns, pad, gap) = match device {
            Device::Phone => (2, 16.0, 12.0),
            Device::Tablet => (4, 20.0, 14.0),
            Device::Desktop | Device::Fit => (6, (36.0 * scale).max(16.0), (20.0 * scale).clamp(10.0, 20.0)),
        };
        let low = columns == 6 && room_height < LOW;
        let banner = if low {
            76.0
        } else if columns == 2 {
            (painted_width * 0.62).min(room_height * 0.42).max(150.0)
        } else {
            (painted_width * 0.2365).max(150.0).min(room_height * 0.3).max(112.0)
        };
        let headline = if low { 24.0 } else { (painted_width * 0.039).clamp(22.0, 46.0).min(banner * 0.2) };
        Self {
            width: painted_width,
            columns,
            pad,
            gap,
            card_title: if 1_000.0 < painted_width { 14.0 } else { 13.0 },
            heading: (painted_width * 0.024).clamp(18.0, 26.0),
            headline,
            banner,
            low,
        }
    }

    /// Between blocks.
    fn block_gap(&self) -> f32 {
        if self.low { 12.0 } else { 16.0 }
    }

    pub(super) fn card_width(&self) -> f32 {
        let gaps = self.gap * (self.columns - 1) as f32;
        ((self.width - 2.0 * self.pad - gaps) / self.columns as f32).floor()
    }

    /// Room under the picture: title, price, and the bar of scores when it is shown.
    pub(super) fn card_height(&self, title_lines: usize, scores: bool) -> f32 {
        let bar = if scores { 10.0 } else { 0.0 };
        self.card_width()
            + bar
            + 8.0
            + title_lines as f32 * (self.card_title * 1.32)
            + 4.0
            + self.card_title * 1.3
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// One line of cards; what does not fit is behind the arrows.
    Row,
    /// Every card, wrapped.
    Grid,
}

/// Where one block stands, relative to the page's top left corner.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct BlockLayout {
    pub index: usize,
    pub rect: Rect,
    pub title: Option<Rect>,
    pub shape: Shape,
    /// Where the cards are, without the title.
    pub cards: Rect,
    pub card_size: Vec2,
    pub n_slots: usize,
}

impl BlockLayout {
    /// The place of the `slot`-th card, given how many cards a row has scrolled past.
    pub(super) fn card_rect(&self, metrics: &Metrics, slot: usize, offset: usize) -> Rect {
        let step = self.card_size + Vec2::splat(metrics.gap);
        let (column, row) = match self.shape {
            Shape::Row => (slot as f32 - offset as f32, 0.0),
            Shape::Grid => ((slot % metrics.columns) as f32, (slot / metrics.columns) as f32),
        };
        // Rows of a grid need air for the next card's badges.
        let row_gap = if row == 0.0 { 0.0 } else { row * 10.0 };
        let min = self.cards.min + vec2(column * step.x, row * step.y + row_gap);
        Rect::from_min_size(min, self.card_size)
    }

    /// The gap nearest to a point: 0 is before the first card.
    pub(super) fn nearest_gap(&self, metrics: &Metrics, at: Pos2, offset: usize) -> usize {
        let step = self.card_size + Vec2::splat(metrics.gap);
        let column = ((at.x - self.cards.left()) / step.x + 0.5).floor().max(0.0) as usize;
        let gap = match self.shape {
            Shape::Row => column.min(metrics.columns) + offset,
            Shape::Grid => {
                let row = ((at.y - self.cards.top()) / (step.y + 10.0)).floor().max(0.0) as usize;
                row * metrics.columns + column.min(metrics.columns)
            }
        };
        gap.min(self.n_slots)
    }
}

/// The whole page.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct PageLayout {
    pub metrics: Metrics,
    pub header: Rect,
    /// Product details, cart lines, the search field or the e-mail's head, where the page has one.
    pub subject: Option<Rect>,
    pub blocks: Vec<BlockLayout>,
    pub footer: Rect,
    pub size: Vec2,
}

/// `title_lines(block, width)` says how many lines the longest product title of a row takes; grids always keep two.
pub(super) fn lay_out(
    page: &Page,
    subject: &PageRef,
    metrics: Metrics,
    scores: bool,
    mut title_lines: impl FnMut(usize, f32) -> usize,
) -> PageLayout {
    let m = metrics;
    let inner = m.width - 2.0 * m.pad;
    let header = Rect::from_min_size(Pos2::ZERO, vec2(m.width, 52.0));
    let mut y = header.bottom();
    let subject_height = match subject {
        PageRef::Product(_) => {
            Some(if m.columns == 2 { m.width + 190.0 } else { (m.width * 0.36).clamp(240.0, 420.0) })
        }
        PageRef::Cart(ids) => Some(56.0 + 84.0 * ids.len().clamp(1, 4) as f32),
        PageRef::ThankYou(ids) => Some(96.0 + 84.0 * ids.len().min(3) as f32),
        PageRef::Search(_) => Some(76.0),
        PageRef::Collection(_) => Some(64.0),
        PageRef::Email(_) => Some(120.0),
        PageRef::Home => None,
    };
    let subject_rect = subject_height.map(|height| {
        let rect = Rect::from_min_size(pos2(0.0, y), vec2(m.width, height));
        y = rect.bottom();
        rect
    });
    let mut blocks = Vec::new();
    for (index, block) in page.blocks.iter().enumerate() {
        let top = y;
        let layout = match &block.kind {
            BlockKind::Heroes { heroes } if heroes.is_empty() => continue,
            BlockKind::Heroes { .. } | BlockKind::Banner { .. } => {
                let rect = Rect::from_min_size(pos2(0.0, top), vec2(m.width, m.banner));
                y = rect.bottom() + m.block_gap();
                plain(index, rect)
            }
            BlockKind::Tiles { tiles } => {
                let columns = if m.columns == 2 { 2 } else { tiles.len().clamp(1, m.columns.max(3)) };
                let rows = tiles.len().div_ceil(columns).max(1);
                let height = rows as f32 * 44.0 + (rows - 1) as f32 * 10.0;
                let rect = Rect::from_min_size(pos2(m.pad, top), vec2(inner, height));
                y = rect.bottom() + m.block_gap();
                plain(index, rect)
            }
            BlockKind::Products => {
                let is_list =
                    matches!(subject, PageRef::Collection(_) | PageRef::Search(_)) && blocks.is_empty();
                let shape = if is_list || m.columns == 2 { Shape::Grid } else { Shape::Row };
                let n_slots = block.slots.len();
                let lines =
                    if shape == Shape::Grid && 24 < n_slots { 2 } else { title_lines(index, m.card_width()) };
                let card_size = vec2(m.card_width(), m.card_height(lines, scores));
                let title = (!block.title.is_empty())
                    .then(|| Rect::from_min_size(pos2(m.pad, top), vec2(inner, m.heading * 1.3)));
                let cards_top = title.map_or(top, |title| title.bottom() + 8.0);
                let rows = match shape {
                    Shape::Row => 1,
                    Shape::Grid => n_slots.div_ceil(m.columns).max(1),
                } as f32;
                let height = rows * card_size.y + (rows - 1.0) * (m.gap + 10.0);
                let cards = Rect::from_min_size(pos2(m.pad, cards_top), vec2(inner, height));
                let rect = Rect::from_min_max(pos2(0.0, top), pos2(m.width, cards.bottom()));
                y = rect.bottom() + 20.0;
                BlockLayout { index, rect, title, shape, cards, card_size, n_slots }
            }
        };
        blocks.push(layout);
    }
    let footer = Rect::from_min_size(pos2(0.0, y + 4.0), vec2(m.width, 56.0));
    PageLayout {
        metrics,
        header,
        subject: subject_rect,
        blocks,
        footer,
        size: vec2(m.width, footer.bottom()),
    }
}

fn plain(index: usize, rect: Rect) -> BlockLayout {
    BlockLayout {
        index,
        rect,
        title: None,
        shape: Shape::Row,
        cards: rect,
        card_size: Vec2::ZERO,
        n_slots: 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decide::Sentence;
    use crate::decide::{BlockPage, Funnel, Slot, Why};

    fn page(n_slots: usize) -> Page {
        let slots = (0..n_slots)
            .map(|at| Slot {
                position: at as u32 + 1,
                product: at as u32,
                score: 0,
                badges: Vec::new(),
                why: Why {
                    sentence: Sentence::Fallback,
                    terms: Vec::new(),
                    rules: Vec::new(),
                    place_without_rules: None,
                    next: None,
                },
            })
            .collect();
        Page {
            page: "home".to_owned(),
            segment: "*".to_owned(),
            layout: "default".to_owned(),
            at: 0,
            blocks: vec![BlockPage {
                id: "picked".to_owned(),
                title: "Picked".to_owned(),
                kind: BlockKind::Products,
                slots,
                total: n_slots as u32,
                funnel: Funnel::default(),
            }],
            redirect: None,
            found: None,
        }
    }

    fn layout(n_slots: usize, subject: &PageRef) -> PageLayout {
        lay_out(&page(n_slots), subject, Metrics::of(Device::Desktop, 888.0, 640.0), false, |_, _| 1)
    }

    #[test]
    fn six_cards_stand_beside_each_other_inside_the_page() {
        let laid = layout(8, &PageRef::Home);
        let block = &laid.blocks[0];
        let last = block.card_rect(&laid.metrics, 5, 0);
        assert!(last.right() <= laid.metrics.width - laid.metrics.pad + 1.0, "{last:?}");
        assert!(laid.metrics.width < block.card_rect(&laid.metrics, 6, 0).right());
        assert_eq!(block.card_rect(&laid.metrics, 6, 2), block.card_rect(&laid.metrics, 4, 0));
    }

    #[test]
    fn the_first_products_are_seen_in_the_smallest_window() {
        let mut page = page(8);
        let hero =
            |kind| BlockPage { kind, id: "hero".to_owned(), slots: Vec::new(), ..page.blocks[0].clone() };
        let banner = hero(BlockKind::Heroes { heroes: vec![crate::merch::Hero::default()] });
        let tile = crate::merch::Tile::default();
        let tiles = hero(BlockKind::Tiles { tiles: vec![tile; 6] });
        page.blocks.splice(0..0, [banner, tiles]);
        // 960 x 640: the rail, two bars, the strip and the status bar leave this.
        let (width, room) = (872.0, 424.0);
        let metrics = Metrics::of(Device::Desktop, width, room);
        let laid = lay_out(&page, &PageRef::Home, metrics, false, |_, _| 1);
        let card = laid.blocks[2].card_rect(&laid.metrics, 0, 0);
        assert!(card.top() + card.width() <= room, "{card:?}");
    }

    #[test]
    fn the_gap_side_is_decided_by_the_middle_of_a_card() {
        let laid = layout(6, &PageRef::Home);
        let block = &laid.blocks[0];
        let card = block.card_rect(&laid.metrics, 2, 0);
        let just = |dx: f32| block.nearest_gap(&laid.metrics, card.center() + vec2(dx, 0.0), 0);
        assert_eq!((just(-12.0), just(12.0)), (2, 3));
        assert_eq!(block.nearest_gap(&laid.metrics, pos2(5_000.0, card.center().y), 0), 6);
    }

    #[test]
    fn a_category_page_is_a_grid_that_holds_everything() {
        let laid = layout(100, &PageRef::Collection("plants".to_owned()));
        let block = &laid.blocks[0];
        let last = block.card_rect(&laid.metrics, 99, 0);
        assert!(block.rect.expand(1.0).contains_rect(last), "{last:?} in {:?}", block.rect);
        let gap = block.nearest_gap(&laid.metrics, last.left_center() + vec2(2.0, 0.0), 0);
        assert_eq!(gap, 99);
    }
}
