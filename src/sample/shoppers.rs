//! The eight kinds of shopper behind the history. Nothing of this is written into the export files: the program has to
//! find the groups again from what people did.

use super::assortment::Category;

/// How somebody's orders lie in the two years.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rhythm {
    /// From an early start to the end, at even distances.
    Steady,
    /// Mostly in the category's season, from a start within the first year on.
    Seasonal,
    /// Everything within six months of the first order, room by room.
    MovingIn,
    /// Before Christmas.
    Gifts,
    /// Any time, from some start on.
    Loose,
    /// When there is a sale.
    Sales,
    /// Steady, then nothing for seven months and more.
    Stopped,
    Once,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    LoyalBigSpender,
    PlantPerson,
    NewNest,
    KitchenGifter,
    YoungFamily,
    SaleHunter,
    SlippingAway,
    OneTime,
}

pub(super) struct Habits {
    pub(super) kind: Kind,
    pub(super) customers: usize,
    pub(super) orders: usize,
    /// At least this many orders each.
    pub(super) fewest_orders: usize,
    pub(super) rhythm: Rhythm,
    /// Weights of the categories, in the order of `Category::ALL`.
    pub(super) likes: [u16; 12],
    /// The price, in whole dollars, at which somebody is a quarter as keen as at nearly nothing.
    pub(super) price_pivot: f64,
    /// Weights of 1, 2, 3, 4 and 5 different articles in an order.
    pub(super) basket: [u16; 5],
    pub(super) discounted_permille: u32,
    pub(super) gift_permille: u32,
    pub(super) consent_permille: u32,
    pub(super) returns_permille: u32,
    /// Visits without buying, per order, in tenths.
    pub(super) looks_per_order_tenths: i64,
}

/// Customers of all kinds together.
pub(super) const TOTAL: usize = 2_412;

pub(super) const HABITS: [Habits; 8] = [
    Habits {
        kind: Kind::LoyalBigSpender,
        customers: 217,
        orders: 2_180,
        fewest_orders: 6,
        rhythm: Rhythm::Steady,
        //      chr sof tbl bed lgt kit plt dec bth kid gdn bag
        likes: [9, 30, 7, 6, 40, 5, 3, 7, 2, 0, 4, 2],
        price_pivot: 180.0,
        basket: [28, 38, 22, 9, 3],
        discounted_permille: 60,
        gift_permille: 50,
        consent_permille: 820,
        returns_permille: 40,
        looks_per_order_tenths: 7,
    },
    Habits {
        kind: Kind::PlantPerson,
        customers: 289,
        orders: 2_240,
        fewest_orders: 4,
        rhythm: Rhythm::Seasonal,
        likes: [0, 0, 0, 0, 1, 8, 76, 6, 5, 1, 2, 1],
        price_pivot: 13.0,
        basket: [48, 34, 13, 4, 1],
        discounted_permille: 190,
        gift_permille: 60,
        consent_permille: 760,
        returns_permille: 15,
        looks_per_order_tenths: 9,
    },
    Habits {
        kind: Kind::NewNest,
        customers: 338,
        orders: 1_340,
        fewest_orders: 3,
        rhythm: Rhythm::MovingIn,
        likes: [22, 4, 18, 22, 20, 8, 2, 6, 3, 0, 1, 0],
        price_pivot: 42.0,
        basket: [36, 36, 19, 7, 2],
        discounted_permille: 240,
        gift_permille: 30,
        consent_permille: 640,
        returns_permille: 55,
        looks_per_order_tenths: 18,
    },
    Habits {
        kind: Kind::KitchenGifter,
        customers: 265,
        orders: 980,
        fewest_orders: 2,
        rhythm: Rhythm::Gifts,
        likes: [0, 0, 0, 0, 3, 72, 4, 18, 5, 2, 0, 2],
        price_pivot: 66.0,
        basket: [8, 26, 34, 22, 10],
        discounted_permille: 260,
        gift_permille: 720,
        consent_permille: 550,
        returns_permille: 30,
        looks_per_order_tenths: 16,
    },
    Habits {
        kind: Kind::YoungFamily,
        customers: 241,
        orders: 850,
        fewest_orders: 2,
        rhythm: Rhythm::Loose,
        likes: [8, 0, 1, 14, 4, 5, 1, 4, 5, 66, 2, 3],
        price_pivot: 42.0,
        basket: [24, 36, 26, 10, 4],
        discounted_permille: 330,
        gift_permille: 110,
        consent_permille: 700,
        returns_permille: 45,
        looks_per_order_tenths: 9,
    },
    Habits {
        kind: Kind::SaleHunter,
        customers: 507,
        orders: 1_150,
        fewest_orders: 2,
        rhythm: Rhythm::Sales,
        likes: [10, 1, 2, 5, 10, 18, 9, 12, 12, 6, 10, 24],
        price_pivot: 22.0,
        basket: [28, 36, 23, 10, 3],
        discounted_permille: 720,
        gift_permille: 40,
        consent_permille: 880,
        returns_permille: 70,
        looks_per_order_tenths: 42,
    },
    Habits {
        kind: Kind::SlippingAway,
        customers: 193,
        orders: 677,
        fewest_orders: 3,
        rhythm: Rhythm::Stopped,
        likes: [6, 0, 1, 3, 12, 18, 10, 12, 26, 3, 12, 22],
        price_pivot: 30.0,
        basket: [42, 38, 15, 4, 1],
        discounted_permille: 210,
        gift_permille: 60,
        consent_permille: 480,
        returns_permille: 60,
        looks_per_order_tenths: 10,
    },
    Habits {
        kind: Kind::OneTime,
        customers: 362,
        orders: 362,
        fewest_orders: 1,
        rhythm: Rhythm::Once,
        likes: [8, 0, 2, 4, 10, 18, 12, 14, 12, 8, 10, 16],
        price_pivot: 28.0,
        basket: [56, 33, 10, 1, 0],
        discounted_permille: 230,
        gift_permille: 120,
        consent_permille: 360,
        returns_permille: 50,
        looks_per_order_tenths: 9,
    },
];

impl Habits {
    pub(super) fn likes(&self, category: Category) -> f64 {
        f64::from(self.likes[category as usize])
    }
}

/// The habits of every customer, by customer index.
pub(super) fn of_customers() -> Vec<&'static Habits> {
    HABITS.iter().flat_map(|habits| std::iter::repeat_n(habits, habits.customers)).collect()
}

/// What people add once they have the first article, with the chance in a thousand. The planted pairs of the sample.
pub(super) const GOES_WITH: [(&str, &str, u32); 27] = [
    ("stovetop-espresso-pot", "stoneware-mug", 420),
    ("stovetop-espresso-pot", "espresso-cup-saucer", 180),
    ("whistling-kettle", "meadow-teapot", 340),
    ("whistling-kettle", "meadow-cup-saucer", 260),
    ("meadow-teapot", "meadow-cup-saucer", 440),
    ("meadow-teapot", "meadow-sugar-bowl", 170),
    ("winchester-sofa", "winchester-armchair", 500),
    ("winchester-sofa", "pebble-round-rug", 560),
    ("winchester-armchair", "pebble-round-rug", 150),
    ("two-drawer-nightstand", "pleated-bedside-lamp", 480),
    ("striped-deck-chair", "beach-parasol", 430),
    ("two-person-tent", "sleeping-bag", 520),
    ("two-person-tent", "camp-lantern", 360),
    ("sleeping-bag", "camp-lantern", 200),
    ("succulent-trio", "ribbed-vase", 310),
    ("white-orchid", "ribbed-vase", 90),
    ("block-train", "xylophone", 340),
    ("xylophone", "block-train", 200),
    ("junior-bed", "ladybird-kids-lamp", 300),
    ("kids-craft-table", "kids-chair", 460),
    ("round-kitchen-table", "ladder-back-kitchen-chair", 340),
    ("trestle-farmhouse-table", "osaka-oak-dining-chair", 380),
    ("simple-oak-desk", "arc-desk-lamp", 300),
    ("simple-oak-desk", "ergo-office-chair", 220),
    ("photo-frame-walnut", "photo-frame-cherry", 280),
    ("stoneware-mug", "gift-box", 120),
    ("wine-goblet", "serving-tray", 140),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kinds_add_up_to_the_stated_customers() {
        assert_eq!(of_customers().len(), TOTAL);
        assert!(HABITS.iter().all(|habits| habits.orders >= habits.customers * habits.fewest_orders));
    }
}
