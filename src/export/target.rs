//! The systems Endcap writes for, and what each of them can say.

use serde::{Deserialize, Serialize};

use super::fidelity::Fidelity::{self, Approximate, Dropped, Exact};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Target {
    Web,
    Shopify,
    WooCommerce,
    Magento,
    Algolia,
    OpenSearch,
    Elasticsearch,
    Klaviyo,
    Mailchimp,
    Flagd,
    GrowthBook,
    Gorse,
    Recombee,
    Pmml,
    Onnx,
    Csv,
    Spark,
    Report,
}

/// How faithfully a target carries each of our features, and how.
pub(super) struct Carries {
    pub(super) pin: (Fidelity, &'static str),
    pub(super) hide: (Fidelity, &'static str),
    pub(super) boost: (Fidelity, &'static str),
    pub(super) only_show: (Fidelity, &'static str),
    pub(super) schedule: (Fidelity, &'static str),
    pub(super) segments: (Fidelity, &'static str),
    pub(super) block: (Fidelity, &'static str),
}

/// Everything that is written as finished lists: each rule is already in them.
const BAKED: &str = "already applied in the lists written";
const RUNTIME: &str = "decided by the web runtime or the server at view time";
const NOT_HERE: &str = "this target has no product lists; let the web runtime or the server decide them";

const LISTS_NOW: Carries = Carries {
    pin: (Exact, BAKED),
    hide: (Exact, BAKED),
    boost: (Exact, BAKED),
    only_show: (Exact, BAKED),
    schedule: (Approximate, "as it stands at the time of export; export again at the next boundary"),
    segments: (Exact, "one list per group"),
    block: (Exact, "its list per group, as decided"),
};

const NO_LISTS: Carries = Carries {
    pin: (Dropped, NOT_HERE),
    hide: (Dropped, NOT_HERE),
    boost: (Dropped, NOT_HERE),
    only_show: (Dropped, NOT_HERE),
    schedule: (Dropped, NOT_HERE),
    segments: (Exact, "the model that assigns groups"),
    block: (Dropped, NOT_HERE),
};

impl Target {
    pub const ALL: [Self; 18] = [
        Self::Web,
        Self::Shopify,
        Self::WooCommerce,
        Self::Magento,
        Self::Algolia,
        Self::OpenSearch,
        Self::Elasticsearch,
        Self::Klaviyo,
        Self::Mailchimp,
        Self::Flagd,
        Self::GrowthBook,
        Self::Gorse,
        Self::Recombee,
        Self::Pmml,
        Self::Onnx,
        Self::Csv,
        Self::Spark,
        Self::Report,
    ];

    /// As written on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::Shopify => "shopify",
            Self::WooCommerce => "woocommerce",
            Self::Magento => "magento",
            Self::Algolia => "algolia",
            Self::OpenSearch => "opensearch",
            Self::Elasticsearch => "elasticsearch",
            Self::Klaviyo => "klaviyo",
            Self::Mailchimp => "mailchimp",
            Self::Flagd => "flagd",
            Self::GrowthBook => "growthbook",
            Self::Gorse => "gorse",
            Self::Recombee => "recombee",
            Self::Pmml => "pmml",
            Self::Onnx => "onnx",
            Self::Csv => "csv",
            Self::Spark => "spark",
            Self::Report => "report",
        }
    }

    /// As people write it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Web => "Web runtime",
            Self::Shopify => "Shopify",
            Self::WooCommerce => "WooCommerce",
            Self::Magento => "Magento / Adobe Commerce",
            Self::Algolia => "Algolia",
            Self::OpenSearch => "OpenSearch",
            Self::Elasticsearch => "Elasticsearch",
            Self::Klaviyo => "Klaviyo",
            Self::Mailchimp => "Mailchimp",
            Self::Flagd => "flagd (OpenFeature)",
            Self::GrowthBook => "GrowthBook",
            Self::Gorse => "gorse",
            Self::Recombee => "Recombee",
            Self::Pmml => "PMML",
            Self::Onnx => "ONNX",
            Self::Csv => "Plain tables",
            Self::Spark => "Spark",
            Self::Report => "Report for the client",
        }
    }

    /// One sentence for lists of targets.
    pub fn summary(self) -> &'static str {
        match self {
            Self::Web => "The bundle as a folder a browser, an edge worker or Node decides pages from",
            Self::Shopify => {
                "Group tags, recommendation metafields, collection order, slices and a theme section"
            }
            Self::WooCommerce => "Product CSV with upsells, cross-sells and catalogue order",
            Self::Magento => "Product CSV with related, upsell and cross-sell links",
            Self::Algolia => "Rules, recommend rules, synonyms and index settings",
            Self::OpenSearch => {
                "Index documents with scores per group, query bodies, synonyms, pins to splice"
            }
            Self::Elasticsearch => "The same, with query rules and a synonyms set",
            Self::Klaviyo => "Profiles with group and picks, of people who agreed to mail",
            Self::Mailchimp => "Members with tag and picks, of people who agreed to mail",
            Self::Flagd => "One flag per row, one variant per group and period",
            Self::GrowthBook => "One feature per row, forced by group and period",
            Self::Gorse => "Users, items, feedback and a configuration",
            Self::Recombee => "Batches of items, users and interactions, and boosters",
            Self::Pmml => "The group model as PMML 4.4",
            Self::Onnx => "The group model as ONNX",
            Self::Csv => "Lists, rules, groups and neighbours as tables",
            Self::Spark => "A PySpark job that computes features, pairs and groups over any number of events",
            Self::Report => {
                "One HTML file with pages per group, rules, evaluation, audit and what to do next"
            }
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|target| target.name() == name)
    }

    /// True for targets whose files speak of single customers. Only they may hold ids or addresses of people.
    pub fn names_customers(self) -> bool {
        matches!(self, Self::Shopify | Self::Klaviyo | Self::Mailchimp | Self::Gorse | Self::Recombee)
    }

    pub(super) fn carries(self) -> Carries {
        match self {
            Self::Web => Carries {
                pin: (Exact, RUNTIME),
                hide: (Exact, RUNTIME),
                boost: (Exact, RUNTIME),
                only_show: (Exact, RUNTIME),
                schedule: (Exact, RUNTIME),
                segments: (Exact, RUNTIME),
                block: (Exact, RUNTIME),
            },
            Self::Flagd | Self::GrowthBook => Carries {
                schedule: (
                    Exact,
                    "one variant per period between schedule boundaries, up to sixteen periods",
                ),
                ..LISTS_NOW
            },
            Self::Algolia => Carries {
                pin: (Exact, "promoted at its position, and only if it passes the filters"),
                hide: (Exact, "absent from the promoted list; on search pages hidden, at most 50 a rule"),
                boost: (Approximate, "exact in promoted lists; on search pages a filter score of 1 to 3"),
                only_show: (Exact, "absent from the promoted list; on search pages a filter"),
                schedule: (Exact, "as validity in epoch seconds"),
                segments: (Exact, "as rule context; send the group with every request"),
                block: (Exact, "promoted as decided, up to 300 products"),
            },
            Self::OpenSearch => Carries {
                pin: (Approximate, "no pinned query there: the caller splices `pins.json` into the hits"),
                schedule: (Approximate, "scores hold at the time of export; send `now` to pick the pins"),
                block: (
                    Approximate,
                    "order by exact scores; variety between neighbours is left to the caller",
                ),
                ..LISTS_NOW
            },
            Self::Elasticsearch => Carries {
                pin: (
                    Approximate,
                    "query rules pin the top of the list in order; other positions are spliced",
                ),
                schedule: (Approximate, "as criteria on `now`, which the caller sends"),
                block: (
                    Approximate,
                    "order by exact scores; variety between neighbours is left to the caller",
                ),
                ..LISTS_NOW
            },
            Self::Shopify => {
                Carries { block: (Exact, "a slice per group, read by the theme section"), ..LISTS_NOW }
            }
            Self::WooCommerce => Carries {
                segments: (
                    Dropped,
                    "catalogue order and links are one for everybody; the web runtime does groups",
                ),
                block: (Approximate, "only links between products and one catalogue order"),
                ..LISTS_NOW
            },
            Self::Magento => Carries {
                pin: (Dropped, "links have no pins; use the web runtime for rows"),
                hide: (Exact, "hidden products are never linked"),
                boost: (Dropped, "links follow strength alone; use the web runtime for rows"),
                only_show: (Dropped, "links cannot be filtered; use the web runtime for rows"),
                segments: (Dropped, "links are one for everybody; the web runtime does groups"),
                block: (Approximate, "only links between products"),
                ..LISTS_NOW
            },
            Self::Klaviyo | Self::Mailchimp => Carries {
                block: (Approximate, "the first row of the e-mail page, or of the homepage, per person"),
                ..LISTS_NOW
            },
            Self::Gorse => Carries {
                hide: (Exact, "as `IsHidden` when the rule holds everywhere"),
                segments: (Approximate, "as user labels; gorse learns its own model"),
                ..NO_LISTS
            },
            Self::Recombee => Carries {
                hide: (Approximate, "as a filter in the scenario file"),
                boost: (Approximate, "as a booster expression in the scenario file"),
                only_show: (Approximate, "as a filter in the scenario file"),
                segments: (Approximate, "as a user property; Recombee learns its own model"),
                ..NO_LISTS
            },
            Self::Pmml | Self::Onnx | Self::Spark => NO_LISTS,
            Self::Csv | Self::Report => LISTS_NOW,
        }
    }

    /// What the files were held against, for the report beside them. Never a live account.
    pub(super) fn checked(self) -> &'static str {
        match self {
            Self::Web => "Every golden case is replayed in Node and in Chromium with the same answer.",
            Self::Algolia => "The JSON files fit the types that Algolia publishes for its own clients.",
            Self::Elasticsearch => {
                "Index, aliases, queries, query rules and synonyms fit the types of Elastic's own client."
            }
            Self::OpenSearch => {
                "Index, aliases and queries fit the types generated from OpenSearch's API specification; documents and \
                 queries were answered in the stated order by an emulator of that API."
            }
            Self::Klaviyo => {
                "Profiles and catalog items pass unchanged through Klaviyo's own client classes."
            }
            Self::Mailchimp => "Members fit the community's published types of Mailchimp's marketing client.",
            Self::Flagd => {
                "flagd's own evaluator takes the file under its JSON Schema and answers every row alike."
            }
            Self::GrowthBook => {
                "The features fit GrowthBook's published types, and its own evaluator answers every row alike."
            }
            Self::Gorse => "Items, users and feedback fit the fields of gorse's published client.",
            Self::Recombee => {
                "Every request equals the one that Recombee's own client sends for the same call."
            }
            Self::Pmml => "A PMML evaluator gives the studio's group for 20,000 random visitors.",
            Self::Onnx => "ONNX Runtime gives the studio's group for 20,000 random visitors.",
            Self::Spark => {
                "Run on a cluster of two executors with the studio's numbers; `--self-test` proves it on yours."
            }
            Self::Shopify | Self::WooCommerce | Self::Magento => {
                "The tables have only columns that the platform documents for import."
            }
            Self::Csv | Self::Report => "Read back and compared with the decided pages.",
        }
    }

    /// How to load the files. The same text is in `docs/exports/`.
    pub fn guide(self) -> &'static str {
        match self {
            Self::Web => include_str!("../../docs/exports/web.md"),
            Self::Shopify => include_str!("../../docs/exports/shopify.md"),
            Self::WooCommerce => include_str!("../../docs/exports/woocommerce.md"),
            Self::Magento => include_str!("../../docs/exports/magento.md"),
            Self::Algolia => include_str!("../../docs/exports/algolia.md"),
            Self::OpenSearch => include_str!("../../docs/exports/opensearch.md"),
            Self::Elasticsearch => include_str!("../../docs/exports/elasticsearch.md"),
            Self::Klaviyo => include_str!("../../docs/exports/klaviyo.md"),
            Self::Mailchimp => include_str!("../../docs/exports/mailchimp.md"),
            Self::Flagd => include_str!("../../docs/exports/flagd.md"),
            Self::GrowthBook => include_str!("../../docs/exports/growthbook.md"),
            Self::Gorse => include_str!("../../docs/exports/gorse.md"),
            Self::Recombee => include_str!("../../docs/exports/recombee.md"),
            Self::Pmml => include_str!("../../docs/exports/pmml.md"),
            Self::Onnx => include_str!("../../docs/exports/onnx.md"),
            Self::Csv => include_str!("../../docs/exports/csv.md"),
            Self::Spark => include_str!("../../docs/exports/spark.md"),
            Self::Report => include_str!("../../docs/exports/report.md"),
        }
    }
}

impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}
