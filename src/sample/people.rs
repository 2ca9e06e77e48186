//! Invented people: names from two lists, reserved e-mail domains, fictional phone numbers, made-up streets.

use super::random::Stream;

#[derive(Clone, Debug)]
pub(super) struct Person {
    pub(super) first_name: &'static str,
    pub(super) last_name: &'static str,
    pub(super) email: String,
    /// Thirteen digits, as the platform numbers customers.
    pub(super) id: String,
    pub(super) phone: Option<String>,
    pub(super) street: String,
    pub(super) place: &'static Place,
}

#[derive(Debug)]
pub(super) struct Place {
    pub(super) city: &'static str,
    pub(super) province: &'static str,
    pub(super) zip: &'static str,
    pub(super) country: &'static str,
}

const fn place(
    city: &'static str,
    province: &'static str,
    zip: &'static str,
    country: &'static str,
) -> Place {
    Place { city, province, zip, country }
}

/// Invented towns; the postcodes are of the right form.
static PLACES: [Place; 24] = [
    place("Alder Falls", "NY", "12091", "US"),
    place("Bramble Hook", "NY", "12587", "US"),
    place("Quarry Bend", "MA", "01092", "US"),
    place("Salt Meadow", "MA", "02591", "US"),
    place("Elm Crossing", "CT", "06394", "US"),
    place("Harrow Mills", "NJ", "07891", "US"),
    place("Fenwick", "PA", "18793", "US"),
    place("Old Larch", "VT", "05192", "US"),
    place("Wren Harbor", "ME", "04691", "US"),
    place("Tern Point", "RI", "02898", "US"),
    place("Maple Ridge", "OH", "44991", "US"),
    place("Sparrow Hill", "MI", "49193", "US"),
    place("Prairie Gate", "IL", "60990", "US"),
    place("Linden Grove", "WI", "53994", "US"),
    place("Cold Spring Flats", "MN", "55991", "US"),
    place("Cedar Landing", "VA", "22892", "US"),
    place("Magnolia Cut", "GA", "30997", "US"),
    place("Palm Shallows", "FL", "33993", "US"),
    place("Mesa Verde Park", "CO", "80991", "US"),
    place("Juniper Wash", "AZ", "85990", "US"),
    place("Redwood Gate", "CA", "94991", "US"),
    place("Fern Hollow", "OR", "97591", "US"),
    place("Rainy Sound", "WA", "98991", "US"),
    place("Birch Portage", "ON", "K0A 9X9", "CA"),
];

const FIRST_NAMES: [&str; 64] = [
    "Ada", "Agnes", "Albin", "Alma", "Amara", "Anselm", "Arden", "Astrid", "Basil", "Beatrix", "Bertil",
    "Calla", "Caspian", "Cecily", "Clement", "Cosima", "Daria", "Delphine", "Dorian", "Edda", "Edmund",
    "Elodie", "Emeric", "Esme", "Fabian", "Felicity", "Finn", "Flora", "Gideon", "Greta", "Hazel", "Henrik",
    "Ida", "Ines", "Isidor", "Ivo", "Jasper", "Juno", "Kaspar", "Lavinia", "Leander", "Linnea", "Lucian",
    "Mabel", "Malin", "Marcel", "Mira", "Nadia", "Nell", "Odile", "Orson", "Otis", "Petra", "Quentin",
    "Ramona", "Roland", "Sabine", "Silas", "Tamsin", "Theo", "Una", "Vera", "Wilma", "Zeno",
];

const LAST_NAMES: [&str; 80] = [
    "Abernathy",
    "Ashdown",
    "Barrowby",
    "Bellweather",
    "Birchall",
    "Blackthorn",
    "Brackenbury",
    "Bramwell",
    "Brightwater",
    "Calloway",
    "Cardew",
    "Chantrey",
    "Cloverfield",
    "Coldwell",
    "Copperfield",
    "Cranmore",
    "Dalloway",
    "Dapperton",
    "Dovecote",
    "Dunmore",
    "Eastlake",
    "Elderberry",
    "Ellingham",
    "Everdene",
    "Fairweather",
    "Farthing",
    "Fennimore",
    "Foxglove",
    "Galloway",
    "Glenister",
    "Goldfinch",
    "Greenhalgh",
    "Hallowell",
    "Harkness",
    "Hawksworth",
    "Heatherly",
    "Hollowood",
    "Honeychurch",
    "Inglewood",
    "Ivory",
    "Jessamine",
    "Juniper",
    "Kestrel",
    "Kingfisher",
    "Larkspur",
    "Lavenham",
    "Linwood",
    "Lockhart",
    "Marchbanks",
    "Marigold",
    "Mayhew",
    "Merriweather",
    "Nettlefold",
    "Nightshade",
    "Northcott",
    "Oakenfold",
    "Oldcastle",
    "Orchard",
    "Pemberley",
    "Penhallow",
    "Pettigrew",
    "Quillfeather",
    "Ravenscroft",
    "Redfern",
    "Rosewood",
    "Rushmore",
    "Saffron",
    "Silverlock",
    "Skylark",
    "Sorrel",
    "Summerfield",
    "Thistlewood",
    "Thornbury",
    "Underhill",
    "Vandermeer",
    "Wetherby",
    "Whitlock",
    "Windermere",
    "Woodruff",
    "Yarrow",
];

const STREETS: [&str; 16] = [
    "Orchard Lane",
    "Mill Street",
    "Larch Avenue",
    "Ferry Road",
    "Quarry Road",
    "Meadow Way",
    "Chapel Street",
    "Harbor View",
    "Station Road",
    "Willow Court",
    "Bridge Street",
    "Hill Crest",
    "Market Place",
    "Garden Row",
    "Pond Lane",
    "School Street",
];

pub(super) fn invent(seed: u64, count: usize) -> Vec<Person> {
    let mut pairs: Vec<(usize, usize)> = (0..FIRST_NAMES.len())
        .flat_map(|first| (0..LAST_NAMES.len()).map(move |last| (first, last)))
        .collect();
    let mut stream = Stream::new(seed, "people");
    stream.shuffle(&mut pairs);
    let mut id = 7_210_448_301_122_u64;
    (0..count)
        .map(|index| {
            let (first, last) = pairs[index % pairs.len()];
            let (first_name, last_name) = (FIRST_NAMES[first], LAST_NAMES[last]);
            let domain = stream.pick(&["example.com", "example.com", "example.org", "example.net"]);
            id += 32_768 * (1 + stream.below(90_000) as u64);
            Person {
                first_name,
                last_name,
                email: format!("{}.{}@{domain}", first_name.to_lowercase(), last_name.to_lowercase()),
                id: id.to_string(),
                // 555-0100 to 555-0199 is kept for fiction; the area code makes them differ.
                phone: stream
                    .chance(420)
                    .then(|| format!("+1{}55501{:02}", 201 + index / 100 * 7, index % 100)),
                street: format!("{} {}", stream.between(1, 240), stream.pick(&STREETS)),
                place: stream.pick(&PLACES),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_shares_an_address_and_every_address_is_reserved() {
        let people = invent(super::super::SEED, 2_412);
        let mut emails: Vec<&str> = people.iter().map(|person| person.email.as_str()).collect();
        assert!(emails.iter().all(|email| {
            ["@example.com", "@example.org", "@example.net"].iter().any(|domain| email.ends_with(domain))
        }));
        emails.sort_unstable();
        emails.dedup();
        assert_eq!(emails.len(), 2_412);
        assert!(
            people
                .iter()
                .filter_map(|person| person.phone.as_ref())
                .all(|phone| phone[5..].starts_with("55501"))
        );
    }
}
