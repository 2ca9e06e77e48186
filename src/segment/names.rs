//! Plain names and sentences for groups, from the figures that set them apart.

use super::profile::Profile;

/// Figures among which a name looks for its reasons: the two largest differences.
const REASONS: usize = 2;

/// The name of a group that nothing sets apart.
const EVERYDAY: &str = "Everyday shoppers";

/// Names for the groups of one run, in the same order, no two alike.
pub fn names(profiles: &[Profile]) -> Vec<String> {
    let (revenue, customers) = profiles
        .iter()
        .fold((0.0, 0.0), |(money, n), group| (money + group.revenue as f64, n + group.n_customers as f64));
    let usual = revenue / customers;
    let mut names: Vec<String> = profiles
        .iter()
        .map(|group| name(group, group.revenue as f64 / group.n_customers as f64 / usual))
        .collect();
    let bases = names.clone();
    for (group, base) in bases.iter().enumerate() {
        if bases.iter().filter(|other| *other == base).count() > 1 {
            let second = distinction(group, base, &bases, profiles);
            names[group] = if base == EVERYDAY && second.starts_with(char::is_uppercase) {
                // A category says more than "everyday".
                format!("{second} shoppers")
            } else {
                format!("{base}, {second}")
            };
        }
    }
    // Two that still clash differ by their size.
    for group in 0..names.len() {
        let mut number = 1;
        while names[..group].contains(&names[group]) {
            number += 1;
            names[group] = format!(
                "{} {number}",
                names[group].trim_end_matches(|end: char| end.is_ascii_digit() || end == ' ')
            );
        }
    }
    names
}

/// The first name that fits and whose facts are among the group's largest differences, else the first that fits.
/// `worth` is what a customer of the group spent, as a multiple of what any customer spent.
fn name(profile: &Profile, worth: f64) -> String {
    let fitting = candidates(profile, worth);
    fitting
        .iter()
        .find(|(name, facts)| {
            let mut stand_out = facts.iter().map(|fact| profile.stands_out(fact, REASONS));
            // Two modest facts make this name, so both must be what the group is about.
            let both = name.starts_with("Regulars");
            facts.is_empty()
                || if both { stand_out.all(|stands| stands) } else { stand_out.any(|stands| stands) }
        })
        .or(fitting.first())
        .map_or_else(
            || by_taste(profile).unwrap_or_else(|| by_habit(profile).to_owned()),
            |(name, _)| name.clone(),
        )
}

/// What they choose, where that sets them apart more than anything else does.
fn by_taste(profile: &Profile) -> Option<String> {
    let first = profile.differences.first().filter(|difference| difference.effect >= 0.5)?;
    first.feature.strip_prefix("category_share:").map(|category| format!("{category} shoppers"))
}

/// How often and how much, where nothing of the table fits.
fn by_habit(profile: &Profile) -> &'static str {
    let (orders, spends) = (profile.effect("orders_per_year"), profile.effect("mean_order_value"));
    if orders >= 0.5 {
        "Regulars"
    } else if orders <= -0.2 && spends >= 0.3 {
        "Occasional big orders"
    } else if orders <= -0.2 && spends <= -0.3 {
        "Occasional small orders"
    } else {
        EVERYDAY
    }
}

/// Every name whose condition holds, in the order of the table, with the figures it speaks of.
fn candidates(profile: &Profile, worth: f64) -> Vec<(String, Vec<String>)> {
    let often = profile.effect("orders_per_year") >= 0.5;
    let recent = profile.effect("recency_days") <= -0.2;
    let spends = profile.effect("mean_order_value");
    let once = profile.share_with_one_order >= 0.6;
    let mut found: Vec<(String, Vec<String>)> = Vec::new();
    let mut add = |holds: bool, name: String, facts: &[&str]| {
        if holds {
            found.push((name, facts.iter().map(|fact| (*fact).to_owned()).collect()));
        }
    };
    let habits = ["orders_per_year", "mean_order_value"];
    // Many orders of the usual size are big spending too.
    add(recent && often && (spends >= 0.5 || worth >= 2.0), "Loyal big spenders".to_owned(), &habits);
    add(often && spends <= -0.3, "Regulars, small baskets".to_owned(), &habits);
    add(
        profile.median_tenure_days > 0.0 && profile.median_tenure_days < 60.0,
        "New customers".to_owned(),
        &[],
    );
    let formerly = profile.share_with_gaps >= 0.6 && profile.median_gap_ratio > 2.0;
    let away = profile.effect("recency_days") > 0.3;
    add(formerly && away, "Slipping away".to_owned(), &["recency_days", "orders_per_year", "tenure_days"]);
    add(
        profile.value("recency_days") > 365.0,
        "Long gone".to_owned(),
        &["recency_days", "tenure_days", "orders_per_year"],
    );
    add(
        profile.value("discount_share") >= 0.5 && profile.effect("discount_share") > 0.3,
        "Sale hunters".to_owned(),
        &["discount_share"],
    );
    if let Some((category, share)) = profile.categories.first() {
        let feature = format!("category_share:{category}");
        add(*share >= 0.55, format!("{category} people"), &[&feature]);
    }
    add(once && spends >= 0.5, "One big purchase".to_owned(), &["mean_order_value", "orders_per_year"]);
    for (season, feature) in [
        ("Spring", "spring_share"),
        ("Summer", "summer_share"),
        ("Autumn", "autumn_share"),
        ("Winter", "winter_share"),
        ("Holiday", "holiday_share"),
    ] {
        add(profile.value(feature) >= 0.6, format!("{season} shoppers"), &[feature]);
    }
    add(profile.value("ships_elsewhere_share") >= 0.4, "Gift givers".to_owned(), &["ships_elsewhere_share"]);
    add(once, "One-time buyers".to_owned(), &["orders_per_year", "mean_order_value", "recency_days"]);
    found
}

/// Words for the largest difference between groups of one name, of the figures the name does not speak of itself.
fn distinction(group: usize, base: &str, bases: &[String], profiles: &[Profile]) -> String {
    let rivals: Vec<&Profile> = profiles
        .iter()
        .zip(bases)
        .enumerate()
        .filter(|(other, (_, name))| *other != group && name.as_str() == base)
        .map(|(_, (profile, _))| profile)
        .collect();
    let spoken = candidates(&profiles[group], 1.0)
        .into_iter()
        .find(|(name, _)| name == base)
        .map_or_else(Vec::new, |(_, facts)| facts);
    let mut best: Option<(f64, String)> = None;
    for difference in &profiles[group].differences {
        let others = rivals.iter().map(|rival| rival.effect(&difference.feature)).sum::<f64>()
            / rivals.len().max(1) as f64;
        let apart = difference.effect - others;
        let Some(words) = words(&difference.feature, apart) else {
            continue;
        };
        if spoken.len() == 1 && spoken.contains(&difference.feature) {
            continue;
        }
        if best.as_ref().is_none_or(|best| apart.abs() > best.0) {
            best = Some((apart.abs(), words));
        }
    }
    best.map_or_else(|| "others".to_owned(), |(_, words)| words)
}

/// A difference in two or three words; `None` where only one direction says something.
pub fn words(feature: &str, effect: f64) -> Option<String> {
    let up = effect > 0.0;
    let text = match feature {
        "orders_per_year" => {
            if up {
                "order often"
            } else {
                "order rarely"
            }
        }
        "mean_order_value" => {
            if up {
                "large baskets"
            } else {
                "small baskets"
            }
        }
        "recency_days" => {
            if up {
                "not seen lately"
            } else {
                "here recently"
            }
        }
        "tenure_days" => {
            if up {
                "long-standing"
            } else {
                "new"
            }
        }
        "discount_share" => {
            if up {
                "mostly on sale"
            } else {
                "rarely on sale"
            }
        }
        "ships_elsewhere_share" => {
            if up {
                "often as gifts"
            } else {
                "for themselves"
            }
        }
        "units_per_order" => {
            if up {
                "many pieces"
            } else {
                "few pieces"
            }
        }
        "views_per_order" => {
            if up {
                "look around a lot"
            } else {
                "decide quickly"
            }
        }
        "spring_share" if up => "mostly in spring",
        "summer_share" if up => "mostly in summer",
        "autumn_share" if up => "mostly in autumn",
        "winter_share" if up => "mostly in winter",
        "holiday_share" if up => "before the holidays",
        _ => {
            return feature.strip_prefix("category_share:").filter(|_| up).map(str::to_owned);
        }
    };
    Some(text.to_owned())
}

/// One sentence from the largest differences: `Buy often, spend a lot, rarely on sale.`
pub fn description(profile: &Profile) -> String {
    let mut parts: Vec<String> = Vec::new();
    for difference in profile.differences.iter().filter(|difference| difference.effect.abs() >= 0.3) {
        if parts.len() == 3 {
            break;
        }
        let up = difference.effect > 0.0;
        let part = match difference.feature.as_str() {
            "orders_per_year" => (if up { "buy often" } else { "buy rarely" }).to_owned(),
            "mean_order_value" => {
                (if up { "spend a lot per order" } else { "spend little per order" }).to_owned()
            }
            "recency_days" => {
                (if up { "have not ordered for a while" } else { "ordered recently" }).to_owned()
            }
            "tenure_days" => (if up { "have been customers for long" } else { "are new" }).to_owned(),
            "discount_share" => (if up { "mostly buy on sale" } else { "rarely buy on sale" }).to_owned(),
            "ships_elsewhere_share" if up => "often send gifts".to_owned(),
            "units_per_order" => {
                (if up { "buy many pieces at once" } else { "buy few pieces at once" }).to_owned()
            }
            "views_per_order" => {
                (if up { "look at many products first" } else { "decide quickly" }).to_owned()
            }
            "spring_share" if up => "order mostly in spring".to_owned(),
            "summer_share" if up => "order mostly in summer".to_owned(),
            "autumn_share" if up => "order mostly in autumn".to_owned(),
            "winter_share" if up => "order mostly in winter".to_owned(),
            "holiday_share" if up => "order before the holidays".to_owned(),
            other => match other.strip_prefix("category_share:") {
                Some(category) if up => format!("choose {category}"),
                _ => continue,
            },
        };
        parts.push(part);
    }
    if parts.is_empty() {
        return "Shop like your average customer.".to_owned();
    }
    let mut text = parts.join(", ");
    if let Some(first) = text.get_mut(0..1) {
        first.make_ascii_uppercase();
    }
    text.push('.');
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::catalogue::Kind;
    use crate::segment::profile::Difference;

    /// A group of 100 customers with effects, largest first.
    fn group(revenue: i64, effects: &[(&str, f64)]) -> Profile {
        let differences = effects
            .iter()
            .map(|(feature, effect)| Difference {
                feature: (*feature).to_owned(),
                label: String::new(),
                kind: Kind::Share,
                group: 0.0,
                everyone: 0.0,
                effect: *effect,
            })
            .collect();
        Profile { n_customers: 100, revenue, differences, ..Profile::default() }
    }

    #[test]
    fn many_orders_of_the_usual_size_are_big_spending_too() {
        let habits = [("orders_per_year", 1.2), ("recency_days", -0.8), ("mean_order_value", 0.1)];
        let rest = group(10_000, &[("orders_per_year", -0.4), ("mean_order_value", 0.5)]);
        let small = group(5_000, &[("mean_order_value", -0.6), ("orders_per_year", -0.3)]);
        let found = names(&[group(60_000, &habits), rest.clone(), small]);
        assert_eq!(found, ["Loyal big spenders", "Occasional big orders", "Occasional small orders"]);
        // Where they spend like everyone, they are regulars and no more.
        assert_eq!(names(&[group(10_000, &habits), rest])[0], "Regulars");
    }

    #[test]
    fn a_group_that_chooses_one_thing_is_named_by_it() {
        let kids = group(10_000, &[("category_share:Kids & Toys", 1.4), ("recency_days", -0.6)]);
        assert_eq!(names(&[kids, group(10_000, &[])]), ["Kids & Toys shoppers", "Everyday shoppers"]);
    }

    #[test]
    fn groups_of_one_habit_are_told_apart_by_what_differs_most() {
        let old = group(100, &[("tenure_days", 1.0)]);
        let new = group(100, &[("tenure_days", -1.0)]);
        assert_eq!(names(&[old, new]), ["Everyday shoppers, long-standing", "Everyday shoppers, new"]);
    }
}
