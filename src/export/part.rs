//! What an export is made of, for people who want only some of it.

use super::Target;

/// One kind of thing that leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// The homepage of everyone and of each group.
    Homepages,
    /// The order of collection pages.
    Collections,
    /// Products with a list of what is bought together with them.
    BoughtTogether,
    /// Synonyms and redirects.
    Search,
    Rules,
    /// Customers with the group they belong to.
    Customers,
}

impl Part {
    pub const ALL: [Self; 6] = [
        Self::Homepages,
        Self::Collections,
        Self::BoughtTogether,
        Self::Search,
        Self::Rules,
        Self::Customers,
    ];

    /// As written on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Homepages => "homepages",
            Self::Collections => "collections",
            Self::BoughtTogether => "bought-together",
            Self::Search => "search",
            Self::Rules => "rules",
            Self::Customers => "customers",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|part| part.name() == name)
    }

    /// The part whose file this is, where a target keeps that part in files of its own. Everything else always leaves.
    pub fn of(target: Target, path: &str) -> Option<Self> {
        let path = path.strip_prefix("undo/").unwrap_or(path);
        let table: &[(&str, Self)] = match target {
            Target::Shopify => &[
                ("customers/", Self::Customers),
                ("products/", Self::BoughtTogether),
                ("collections/", Self::Collections),
                ("metaobjects/", Self::Homepages),
                ("theme/", Self::Homepages),
            ],
            Target::Algolia => &[
                ("rules-", Self::Rules),
                ("delete-rules", Self::Rules),
                ("recommend/", Self::BoughtTogether),
                ("synonyms", Self::Search),
            ],
            Target::OpenSearch | Target::Elasticsearch => &[
                ("queries/home__", Self::Homepages),
                ("queries/collection", Self::Collections),
                ("query_rules/", Self::Rules),
                ("pins.json", Self::Rules),
                ("synonyms", Self::Search),
            ],
            Target::Csv => &[("related.csv", Self::BoughtTogether), ("rules.csv", Self::Rules)],
            Target::Web
            | Target::WooCommerce
            | Target::Magento
            | Target::Klaviyo
            | Target::Mailchimp
            | Target::Flagd
            | Target::GrowthBook
            | Target::Gorse
            | Target::Recombee
            | Target::Pmml
            | Target::Onnx
            | Target::Spark
            | Target::Report => &[],
        };
        table.iter().find(|(start, _)| path.starts_with(start)).map(|(_, part)| *part)
    }

    /// Parts that can be left out of an export to a target, given its files.
    pub fn among<'p>(target: Target, paths: impl Iterator<Item = &'p str>) -> Vec<Self> {
        let mut found: Vec<Self> = paths.filter_map(|path| Self::of(target, path)).collect();
        found.sort_unstable();
        found.dedup();
        found
    }
}
