//! What the rooms below the window say in English, in the window's language: names of groups, what data still lacks,
//! what a system cannot carry, why a row was set aside, what is being worked on.
//!
//! Those rooms know no language, and what they say is kept in workspaces and files. The window finds the sentence by
//! its English and says it in its own words; what a person wrote fits none of them and stays as it is.

use std::borrow::Cow;

use super::template::{Value, captured};
use super::{Language, Phrase, language};

crate::catalogue! {
    /// Names that a grouping gives.
    GroupName {
        LoyalBigSpenders: "Loyal big spenders" | "Treue Vielkäufer",
        RegularsSmall: "Regulars, small baskets" | "Stammkunden mit kleinen Körben",
        Regulars: "Regulars" | "Stammkunden",
        NewCustomers: "New customers" | "Neukunden",
        SlippingAway: "Slipping away" | "Abwandernde",
        LongGone: "Long gone" | "Verlorene",
        SaleHunters: "Sale hunters" | "Schnäppchenjäger",
        OneBigPurchase: "One big purchase" | "Einmalige Großkäufer",
        OneTimeBuyers: "One-time buyers" | "Einmalkäufer",
        GiftGivers: "Gift givers" | "Schenkende",
        Everyday: "Everyday shoppers" | "Alltagskäufer",
        BigOrders: "Occasional big orders" | "Seltene Großbesteller",
        SmallOrders: "Occasional small orders" | "Seltene Kleinbesteller",
        Spring: "Spring shoppers" | "Frühlingskäufer",
        Summer: "Summer shoppers" | "Sommerkäufer",
        Autumn: "Autumn shoppers" | "Herbstkäufer",
        Winter: "Winter shoppers" | "Winterkäufer",
        Holiday: "Holiday shoppers" | "Festtagskäufer",
        CategoryPeople: "{category} people" | "Fans von {category}",
        CategoryShoppers: "{category} shoppers" | "Käufer von {category}",
    }
}

crate::catalogue! {
    /// What tells two groups of one name apart.
    Distinction {
        OrderOften: "order often" | "bestellen oft",
        OrderRarely: "order rarely" | "bestellen selten",
        LargeBaskets: "large baskets" | "große Körbe",
        SmallBaskets: "small baskets" | "kleine Körbe",
        NotSeenLately: "not seen lately" | "lange nicht da",
        HereRecently: "here recently" | "kürzlich da",
        LongStanding: "long-standing" | "langjährig",
        NewOnes: "new" | "neu",
        MostlyOnSale: "mostly on sale" | "meist reduziert",
        RarelyOnSale: "rarely on sale" | "selten reduziert",
        AsGifts: "often as gifts" | "oft als Geschenk",
        ForThemselves: "for themselves" | "für sich selbst",
        ManyPieces: "many pieces" | "viele Teile",
        FewPieces: "few pieces" | "wenige Teile",
        LookAround: "look around a lot" | "sehen sich viel um",
        DecideQuickly: "decide quickly" | "entscheiden schnell",
        InSpring: "mostly in spring" | "meist im Frühling",
        InSummer: "mostly in summer" | "meist im Sommer",
        InAutumn: "mostly in autumn" | "meist im Herbst",
        InWinter: "mostly in winter" | "meist im Winter",
        BeforeHolidays: "before the holidays" | "vor den Feiertagen",
        Others: "others" | "andere",
    }
}

crate::catalogue! {
    /// What a group does, the parts of one sentence.
    Habit {
        BuyOften: "buy often" | "kaufen oft",
        BuyRarely: "buy rarely" | "kaufen selten",
        SpendALot: "spend a lot per order" | "geben je Bestellung viel aus",
        SpendLittle: "spend little per order" | "geben je Bestellung wenig aus",
        NotForAWhile: "have not ordered for a while" | "haben länger nicht bestellt",
        Recently: "ordered recently" | "haben kürzlich bestellt",
        ForLong: "have been customers for long" | "sind schon lange Kunden",
        AreNew: "are new" | "sind neu",
        OnSale: "mostly buy on sale" | "kaufen meist reduziert",
        NotOnSale: "rarely buy on sale" | "kaufen selten reduziert",
        SendGifts: "often send gifts" | "verschenken oft",
        ManyAtOnce: "buy many pieces at once" | "kaufen viele Teile auf einmal",
        FewAtOnce: "buy few pieces at once" | "kaufen wenige Teile auf einmal",
        LookFirst: "look at many products first" | "sehen sich erst viele Produkte an",
        Decide: "decide quickly" | "entscheiden schnell",
        Spring: "order mostly in spring" | "bestellen meist im Frühling",
        Summer: "order mostly in summer" | "bestellen meist im Sommer",
        Autumn: "order mostly in autumn" | "bestellen meist im Herbst",
        Winter: "order mostly in winter" | "bestellen meist im Winter",
        Holidays: "order before the holidays" | "bestellen vor den Feiertagen",
        Average: "Shop like your average customer" | "Kaufen wie der Durchschnitt Ihrer Kunden",
        Choose: "choose {category}" | "wählen {category}",
    }
}

crate::catalogue! {
    /// What a feature still needs of the data, and how far the data carries.
    Need {
        Buyers: "{n} more customers with orders" | "{n} {n:weiterer Kunde|weitere Kunden} mit Bestellungen",
        Products: "{n} more products" | "{n} {n:weiteres Produkt|weitere Produkte}",
        Mixed: "{n} more orders with several products" | "{n} weitere {n:Bestellung|Bestellungen} mit mehreren Produkten",
        Orders: "{n} more orders" | "{n} weitere {n:Bestellung|Bestellungen}",
        Days: "{n} more days of orders" | "{n} {n:weiterer Tag|weitere Tage} mit Bestellungen",
        Repeat: "{n} more customers with two orders" | "{n} {n:weiterer Kunde|weitere Kunden} mit zwei Bestellungen",
        Terms: "search terms (export \"Top online store searches\")" | "Suchbegriffe (Export „Top online store searches“)",
        Visits: "visits (an event export)" | "Besuche (ein Export der Ereignisse)",
        Costs: "a cost column on {n} more products" | "Einkaufspreise bei {n} weiteren Produkten",
        Stock: "a stock count on your products" | "Bestände Ihrer Produkte",
        Consent: "customers who agreed to marketing (import the customer file)" | "Kunden, die Werbung zugestimmt haben (Kundendatei einlesen)",
        Nothing: "Nothing yet" | "Noch nichts",
        Catalog: "Catalog" | "Katalog",
        FirstOrders: "First orders" | "Erste Bestellungen",
        Groups: "Groups" | "Gruppen",
        Habits: "Habits" | "Gewohnheiten",
        Complete: "Complete" | "Vollständig",
        NextStart: "Import your products and orders." | "Lesen Sie Produkte und Bestellungen ein.",
        NextOrders: "Import your orders: groups and best sellers need them." | "Lesen Sie Bestellungen ein: Gruppen und Bestseller brauchen sie.",
        NextMore: "Import more orders: groups need 50 customers." | "Lesen Sie mehr Bestellungen ein: Gruppen brauchen 50 Kunden.",
        NextDays: "Import at least 180 days of orders: forecasts need customers who came back." | "Lesen Sie mindestens 180 Tage Bestellungen ein: Vorhersagen brauchen Kunden, die wiederkamen.",
        NextVisits: "Import visits: they show interest before a purchase." | "Lesen Sie Besuche ein: Sie zeigen Interesse vor dem Kauf.",
        NextCosts: "Add costs to your products: the margin slider needs them." | "Ergänzen Sie Einkaufspreise: Der Margenregler braucht sie.",
        NextNone: "Everything works with this data. Import again when there are new orders." | "Mit diesen Daten geht alles. Lesen Sie wieder ein, wenn es neue Bestellungen gibt.",
    }
}

crate::catalogue! {
    /// What becomes of a rule or row in a system that cannot say all of it.
    Loss {
        AboutGroups: "groups" | "Gruppen",
        AboutRuleGroups: "rule groups" | "Regelgruppen",
        AboutStages: "stages" | "Phasen",
        AboutPeople: "people" | "Personen",
        AboutRule: "rule {id}" | "Regel {id}",
        AboutRow: "row {place}" | "Reihe {place}",
        Baked: "already applied in the lists written" | "in den geschriebenen Listen schon angewandt",
        Runtime: "decided by the web runtime or the server at view time" | "entscheidet die Web-Laufzeit oder der Server beim Ansehen",
        NotHere: "this target has no product lists; let the web runtime or the server decide them" | "dieses Ziel kennt keine Produktlisten; das entscheiden Web-Laufzeit oder Server",
        AsOfExport: "as it stands at the time of export; export again at the next boundary" | "Stand beim Export; beim nächsten Wechsel erneut exportieren",
        ListPerGroup: "one list per group" | "eine Liste je Gruppe",
        ListAsDecided: "its list per group, as decided" | "ihre Liste je Gruppe, wie entschieden",
        TheModel: "the model that assigns groups" | "das Modell, das Gruppen zuteilt",
        Variants: "one variant per period between schedule boundaries, up to sixteen periods" | "eine Variante je Zeitraum zwischen zwei Wechseln, höchstens sechzehn",
        PromotedAt: "promoted at its position, and only if it passes the filters" | "an seinem Platz hervorgehoben, wenn es die Filter erfüllt",
        AbsentHidden: "absent from the promoted list; on search pages hidden, at most 50 a rule" | "fehlt in der hervorgehobenen Liste; auf Suchseiten ausgeblendet, höchstens 50 je Regel",
        FilterScore: "exact in promoted lists; on search pages a filter score of 1 to 3" | "genau in hervorgehobenen Listen; auf Suchseiten ein Filterwert von 1 bis 3",
        AbsentFilter: "absent from the promoted list; on search pages a filter" | "fehlt in der hervorgehobenen Liste; auf Suchseiten ein Filter",
        Epoch: "as validity in epoch seconds" | "als Gültigkeit in Sekunden",
        RuleContext: "as rule context; send the group with every request" | "als Regelkontext; die Gruppe muss jede Anfrage mitsenden",
        Promoted: "promoted as decided, up to 300 products" | "wie entschieden hervorgehoben, bis zu 300 Produkte",
        Splice: "no pinned query there: the caller splices `pins.json` into the hits" | "dort gibt es keine angehefteten Treffer: Der Aufrufer setzt `pins.json` ein",
        ScoresHold: "scores hold at the time of export; send `now` to pick the pins" | "Werte gelten beim Export; `now` mitsenden, um Angeheftetes zu wählen",
        ByScores: "order by exact scores; variety between neighbours is left to the caller" | "Reihenfolge nach genauen Werten; Abwechslung bleibt dem Aufrufer",
        QueryRules: "query rules pin the top of the list in order; other positions are spliced" | "Suchregeln heften die Spitze der Liste an; andere Plätze werden eingesetzt",
        Criteria: "as criteria on `now`, which the caller sends" | "als Bedingung auf `now`, das der Aufrufer sendet",
        Slices: "a slice per group, read by the theme section" | "ein Ausschnitt je Gruppe, den der Theme-Abschnitt liest",
        OneForAllRuntime: "catalogue order and links are one for everybody; the web runtime does groups" | "Reihenfolge und Verweise sind für alle gleich; Gruppen macht die Web-Laufzeit",
        LinksAndOrder: "only links between products and one catalogue order" | "nur Verweise zwischen Produkten und eine Reihenfolge",
        NoPins: "links have no pins; use the web runtime for rows" | "Verweise kennen kein Anheften; Reihen macht die Web-Laufzeit",
        NeverLinked: "hidden products are never linked" | "auf Ausgeblendetes wird nie verwiesen",
        ByStrength: "links follow strength alone; use the web runtime for rows" | "Verweise folgen nur der Stärke; Reihen macht die Web-Laufzeit",
        NoFilter: "links cannot be filtered; use the web runtime for rows" | "Verweise lassen sich nicht filtern; Reihen macht die Web-Laufzeit",
        LinksForAll: "links are one for everybody; the web runtime does groups" | "Verweise sind für alle gleich; Gruppen macht die Web-Laufzeit",
        OnlyLinks: "only links between products" | "nur Verweise zwischen Produkten",
        FirstRow: "the first row of the e-mail page, or of the homepage, per person" | "die erste Reihe der E-Mail-Seite oder der Startseite, je Person",
        IsHidden: "as `IsHidden` when the rule holds everywhere" | "als `IsHidden`, wenn die Regel überall gilt",
        UserLabels: "as user labels; gorse learns its own model" | "als Merkmale der Nutzer; gorse lernt ein eigenes Modell",
        ScenarioFilter: "as a filter in the scenario file" | "als Filter in der Szenario-Datei",
        Booster: "as a booster expression in the scenario file" | "als Booster-Ausdruck in der Szenario-Datei",
        UserProperty: "as a user property; Recombee learns its own model" | "als Eigenschaft der Nutzer; Recombee lernt ein eigenes Modell",
        OwnTheme: "banners and tiles stay in the store's own theme" | "Banner und Kacheln bleiben im Theme des Shops",
        AsDesigned: "as designed" | "wie entworfen",
        Hides50: "one rule hides 50 products at most; the rest stays visible in search" | "eine Regel blendet höchstens 50 Produkte aus; der Rest bleibt in der Suche sichtbar",
        NoFacet: "its condition has no facet form; on search pages the runtime must apply it" | "ihre Bedingung hat keine Facettenform; auf Suchseiten muss sie die Laufzeit anwenden",
        NoReql: "its condition has no ReQL form here" | "ihre Bedingung hat hier keine ReQL-Form",
        ByNumber: "without an address profiles are matched by `external_id`, the shop's customer number" | "ohne Adresse werden Profile über `external_id` verbunden, die Kundennummer des Shops",
        NoAddresses: "without addresses, and Mailchimp knows people by e-mail only: give the shop's customer export with --customers, or join the table by customer number" | "ohne Adressen, und Mailchimp kennt Menschen nur per E-Mail: den Kundenexport des Shops mit --customers angeben oder die Tabelle über die Kundennummer verbinden",
        LeftOut: "left out of this export on request" | "auf Wunsch nicht im Export",
        NoModel: "there is no group model yet; group the customers first" | "es gibt noch kein Gruppenmodell; erst die Kunden gruppieren",
        BeforeModel: "they come before the model; evaluate them first, as segments.json says" | "sie kommen vor dem Modell; zuerst auswerten, wie segments.json sagt",
        StageFirst: "visitors with fewer than half of the facts get a stage instead; test that first" | "Besucher mit weniger als der Hälfte der Angaben bekommen eine Phase; das zuerst prüfen",
        NoSku: "has no SKU, so nothing can point at it" | "hat keine Artikelnummer, nichts kann darauf verweisen",
        SkuComma: "its SKU has a comma, which separates SKUs in this format" | "die Artikelnummer enthält ein Komma, das hier Artikelnummern trennt",
        SkuLong: "its SKU is longer than the format allows" | "die Artikelnummer ist länger, als das Format erlaubt",
        NoVariety: "variety needs the products before a place; the order sent is without it" | "Abwechslung braucht die Produkte davor; die gesendete Reihenfolge ist ohne sie",
        AtTheTop: "as a query rule it stands at the top; splice it from pins.json for its own position" | "als Suchregel steht es ganz oben; für den eigenen Platz aus pins.json einsetzen",
    }
}

crate::catalogue! {
    /// Keys, by what stands on them.
    KeyName {
        Ctrl: "Ctrl" | "Strg",
        Shift: "Shift" | "Umschalt",
        Comma: "Comma" | "Komma",
        Left: "Left" | "Links",
        Right: "Right" | "Rechts",
        Up: "Up" | "Hoch",
        Down: "Down" | "Runter",
        Space: "Space" | "Leertaste",
        Enter: "Enter" | "Eingabe",
        Home: "Home" | "Pos1",
        End: "End" | "Ende",
        Delete: "Delete" | "Entf",
        Backspace: "Backspace" | "Rücktaste",
    }
}

crate::catalogue! {
    /// Where an export goes, as far as it is no product's name.
    TargetName {
        Web: "Web runtime" | "Web-Laufzeit",
        Tables: "Plain tables" | "Einfache Tabellen",
        Report: "Report for the client" | "Bericht für den Kunden",
    }
}

crate::catalogue! {
    /// Why a row of a file was set aside.
    Aside {
        DateBlank: "The date is blank, and without it the row has no place in time." | "Das Datum fehlt, und ohne es hat die Zeile keinen Platz in der Zeit.",
        Cells: "The row has {n} cells where the header has {width}, and its values stand in the wrong columns." | "Die Zeile hat {n} Zellen, die Kopfzeile {width}; die Werte stehen in falschen Spalten.",
        CellsShort: "The row has {n} cells where the header has {width}." | "Die Zeile hat {n} Zellen, die Kopfzeile {width}.",
        AllEmpty: "All cells of the row are empty." | "Alle Zellen der Zeile sind leer.",
        LongLine: "A line of more than 16 MB stands here, which no export holds; this is its beginning." | "Hier steht eine Zeile von mehr als 16 MB, wie sie kein Export enthält; dies ist ihr Anfang.",
        OpenQuote: "A quotation mark opens a cell here and never closes, so the rest of the file would vanish into it." | "Ein Anführungszeichen öffnet hier eine Zelle und schließt nie; der Rest der Datei verschwände darin.",
        Orphan: "A variation without a parent product; the parent was deleted or left out of the export." | "Eine Variante ohne Hauptprodukt; es wurde gelöscht oder nicht exportiert.",
        NoPerson: "The row has no customer id, e-mail, phone or name, so nothing can be joined to it." | "Die Zeile nennt weder Kundennummer noch E-Mail, Telefon oder Namen; nichts lässt sich damit verbinden.",
        NoOrder: "The row has no order number, so it belongs to no order." | "Die Zeile nennt keine Bestellnummer und gehört zu keiner Bestellung.",
        NoCode: "The row has no discount code." | "Die Zeile nennt keinen Rabattcode.",
        NoTerm: "The row has no search term." | "Die Zeile nennt keinen Suchbegriff.",
        NoSku: "The row names neither a SKU nor a product." | "Die Zeile nennt weder Artikelnummer noch Produkt.",
        NoProduct: "The row names no product ({columns} is blank)." | "Die Zeile nennt kein Produkt ({columns} ist leer).",
        NoCombination: "The combination names no product." | "Die Kombination nennt kein Produkt.",
        NoTime: "The event has no time, and without it nobody can say what came before what." | "Das Ereignis hat keine Zeit; niemand kann sagen, was wovor kam.",
        HeaderAgain: "The header stands here once more, as when files are joined." | "Hier steht die Kopfzeile noch einmal, wie beim Zusammenfügen von Dateien.",
        Stray: "The line belongs to an order that is not in the file." | "Die Zeile gehört zu einer Bestellung, die nicht in der Datei steht.",
        BadJson: "The JSON element is not valid: {error}." | "Das JSON-Element ist ungültig: {error}.",
        UnknownJson: "The JSON object is none of the kinds that are known." | "Das JSON-Objekt ist von keiner bekannten Art.",
    }
}

crate::catalogue! {
    /// What is being worked on.
    Work {
        Building: "Building indices" | "Verzeichnisse werden aufgebaut",
        Checking: "Checking {what}" | "Prüfung von {what}",
        Comparing: "Comparing methods" | "Verfahren werden verglichen",
        Counting: "Counting sales" | "Verkäufe werden gezählt",
        Likes: "Finding what each group likes" | "Vorlieben jeder Gruppe werden gesucht",
        WhoToWrite: "Finding who to write to" | "Empfänger werden gesucht",
        Fitting: "Fitting on everything" | "Lernt aus allem",
        Gathering: "Gathering what the export needs" | "Sammelt, was der Export braucht",
        Grouping: "Grouping customers" | "Kunden werden gruppiert",
        Joining: "Joining what goes together" | "Zusammengehöriges wird verbunden",
        PastOrders: "Learning from past orders" | "Lernt aus früheren Bestellungen",
        PastWeeks: "Learning from past weeks" | "Lernt aus früheren Wochen",
        Before: "Learning from the orders before" | "Lernt aus den Bestellungen davor",
        Sample: "Making the sample store" | "Beispielshop wird angelegt",
        Matching: "Matching products" | "Produkte werden zugeordnet",
        FetchingPictures: "Fetching pictures" | "Bilder werden geholt",
        Merging: "Merging orders" | "Bestellungen werden zusammengeführt",
        ReadAll: "Read all files" | "Alle Dateien gelesen",
        Customers: "Reading customers" | "Kunden werden gelesen",
        Orders: "Reading orders" | "Bestellungen werden gelesen",
        Products: "Reading products" | "Produkte werden gelesen",
        Visits: "Reading visits" | "Besuche werden gelesen",
        Together: "Reading what is bought together" | "Gemeinsame Käufe werden gelesen",
        Reading: "Reading {what}" | "{what} wird gelesen",
        Restoring: "Restoring what was there before" | "Der frühere Stand wird wiederhergestellt",
        Saving: "Saving" | "Wird gespeichert",
        Stability: "Testing how stable the groups are" | "Beständigkeit der Gruppen wird geprüft",
        Pipeline: "Training the pipeline" | "Verfahren werden trainiert",
        Alone: "Trying every method alone" | "Jedes Verfahren wird einzeln geprüft",
        Weights: "Trying weights" | "Gewichte werden geprüft",
        Tuning: "Tuning on the weeks before" | "Einstellung an den Wochen davor",
        Writing: "Writing exports" | "Exporte werden geschrieben",
    }
}

/// The first phrase of a catalogue that says `english`, filled in; `None` for what none of them says.
fn find<P: Phrase + 'static>(phrases: &'static [P], english: &str) -> Option<String> {
    phrases.iter().find_map(|phrase| {
        let values = captured(phrase.english(), english)?;
        let number = |text: &str| text.replace(',', "").parse::<i64>().ok();
        // What counts is a number, or the sentence is another one that ends alike.
        if values.iter().any(|(name, text)| *name == "n" && number(text).is_none()) {
            return None;
        }
        let values: Vec<(&str, Value<'_>)> = values
            .iter()
            .map(|(name, text)| (*name, number(text).map_or(Value::Text(text), Value::Number)))
            .collect();
        Some(phrase.with(&values))
    })
}

/// The words themselves in an English window and where `say` knows nothing better.
fn translated<'a>(words: &'a str, say: impl Fn(&str) -> Option<String>) -> Cow<'a, str> {
    if language() == Language::English {
        return Cow::Borrowed(words);
    }
    say(words).map_or(Cow::Borrowed(words), Cow::Owned)
}

/// The name of a group, if a grouping gave it.
pub fn group(name: &str) -> Cow<'_, str> {
    translated(name, group_name)
}

fn group_name(name: &str) -> Option<String> {
    if let Some(phrase) = GroupName::ALL.iter().find(|phrase| phrase.english() == name) {
        return Some(phrase.text().to_owned());
    }
    // `Sale hunters 2`: two that nothing tells apart.
    if let Some((base, number)) = name.rsplit_once(' ')
        && number.parse::<u32>().is_ok()
    {
        return group_name(base).map(|base| format!("{base} {number}"));
    }
    if let Some((base, second)) = name.rsplit_once(", ")
        && let Some(base) = group_name(base)
    {
        // The second part is a habit, or a category as the store calls it.
        let second = find(Distinction::ALL, second).unwrap_or_else(|| second.to_owned());
        return Some(format!("{base}, {second}"));
    }
    find(GroupName::ALL, name)
}

/// What a group does, in one sentence.
pub fn habits(sentence: &str) -> Cow<'_, str> {
    translated(sentence, |sentence| {
        let parts = sentence.strip_suffix('.')?.split(", ").enumerate();
        let parts: Vec<String> = parts
            .map(|(at, part)| {
                let lower =
                    if at == 0 { with_first(part, char::to_ascii_lowercase) } else { part.to_owned() };
                find(Habit::ALL, &lower).unwrap_or_else(|| part.to_owned())
            })
            .collect();
        Some(format!("{}.", with_first(&parts.join(", "), char::to_ascii_uppercase)))
    })
}

fn with_first(words: &str, change: impl Fn(&char) -> char) -> String {
    words.char_indices().map(|(at, letter)| if at == 0 { change(&letter) } else { letter }).collect()
}

/// What a feature still needs, or how far the data carries and what comes next.
pub fn needs(words: &str) -> Cow<'_, str> {
    translated(words, |words| {
        let part = |part: &str| find(Need::ALL, part).unwrap_or_else(|| part.to_owned());
        Some(words.split(", ").map(part).collect::<Vec<_>>().join(", "))
    })
}

/// What a system cannot carry, in two parts: what it is about (`rule r12`, `row home/hero`) and what becomes of it.
pub fn loss(sentence: &str) -> (Cow<'_, str>, Cow<'_, str>) {
    let (about, how) = sentence.split_once(": ").unwrap_or(("", sentence));
    (translated(about, |about| find(Loss::ALL, about)), translated(how, loss_how))
}

/// `as a filter; its schedule: …; its groups: …`
fn loss_how(how: &str) -> Option<String> {
    let mut how = how;
    let said = |part: &str| find(Loss::ALL, part).unwrap_or_else(|| part.to_owned());
    let mut clauses = Vec::new();
    for (marker, clause) in [("; its groups: ", Clause::ItsGroups), ("; its schedule: ", Clause::ItsSchedule)]
    {
        if let Some((before, note)) = how.split_once(marker) {
            clauses.insert(0, clause.with(&[("how", (&said(note)).into())]));
            how = before;
        }
    }
    clauses.insert(0, said(how));
    Some(clauses.join("; "))
}

crate::catalogue! {
    /// Parts of what is said about a loss.
    Clause {
        ItsSchedule: "its schedule: {how}" | "ihr Zeitplan: {how}",
        ItsGroups: "its groups: {how}" | "ihre Gruppen: {how}",
    }
}

/// A shortcut such as `Ctrl+Shift+Z`.
pub fn keys(shortcut: &str) -> Cow<'_, str> {
    translated(shortcut, |shortcut| {
        let key = |key: &str| find(KeyName::ALL, key).unwrap_or_else(|| key.to_owned());
        Some(shortcut.split('+').map(key).collect::<Vec<_>>().join("+"))
    })
}

/// Where an export goes.
pub fn target(title: &str) -> Cow<'_, str> {
    translated(title, |title| find(TargetName::ALL, title))
}

/// Why a row was set aside.
pub fn aside(reason: &str) -> Cow<'_, str> {
    translated(reason, |reason| find(Aside::ALL, reason))
}

/// What is being worked on.
pub fn work(phase: &str) -> Cow<'_, str> {
    translated(phase, |phase| find(Work::ALL, phase))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::strings::set_language;

    #[test]
    fn what_a_person_wrote_stays_and_what_the_store_calls_things_too() {
        set_language(Language::German);
        assert_eq!(group("New nest"), "New nest");
        assert_eq!(group("Plants & Vases people"), "Fans von Plants & Vases");
        assert_eq!(group("Regulars, small baskets"), "Stammkunden mit kleinen Körben");
        assert_eq!(group("Regulars, small baskets, Lighting"), "Stammkunden mit kleinen Körben, Lighting");
        assert_eq!(group("Everyday shoppers, long-standing"), "Alltagskäufer, langjährig");
        assert_eq!(group("Sale hunters 2"), "Schnäppchenjäger 2");
        set_language(Language::English);
        assert_eq!(group("Sale hunters 2"), "Sale hunters 2");
    }

    #[test]
    fn sentences_of_several_parts_are_said_part_by_part() {
        set_language(Language::German);
        assert_eq!(
            habits("Buy often, spend a lot per order, choose Sofas."),
            "Kaufen oft, geben je Bestellung viel aus, wählen Sofas."
        );
        assert_eq!(needs("a cost column on 61 more products"), "Einkaufspreise bei 61 weiteren Produkten");
        assert_eq!(
            needs("1 more products, 1,204 more customers with orders"),
            "1 weiteres Produkt, 1.204 weitere Kunden mit Bestellungen"
        );
        let (about, how) = loss(
            "rule r3: as a filter in the scenario file; its schedule: one list per group; its groups: one list per group",
        );
        assert_eq!(about, "Regel r3");
        assert_eq!(
            how,
            "als Filter in der Szenario-Datei; ihr Zeitplan: eine Liste je Gruppe; ihre Gruppen: eine Liste je Gruppe"
        );
        set_language(Language::English);
    }
}
