//! What the first screen says, and the ways out of each platform.

crate::catalogue! {
    /// The first-run screen.
    FirstRun {
        Title: "Show each customer the right shop window" | "Jedem Kunden das passende Schaufenster",
        Lead: "Open your store's export files. See who your customers are, and what each group should see first. Nothing leaves this computer." | "Öffnen Sie die Exportdateien Ihres Shops. Sehen Sie, wer Ihre Kunden sind und was jede Gruppe zuerst sehen sollte. Nichts verlässt diesen Computer.",
        Drop: "Drop your export files here" | "Exportdateien hier ablegen",
        Kinds: "CSV, TSV, Excel, JSON or ZIP · several at once" | "CSV, TSV, Excel, JSON oder ZIP · auch mehrere zugleich",
        Choose: "Choose files…" | "Dateien wählen …",
        HowToExport: "How to export from" | "So exportieren Sie aus",
        HowToExportFrom: "How to export from {platform}" | "So exportieren Sie aus {platform}",
        Close: "Close" | "Schließen",
        SampleName: "Larkfield Home" | "Larkfield Home",
        SampleFacts: "A made-up home store with two years of orders" | "Ein erfundenes Wohngeschäft mit zwei Jahren Bestellungen",
        OpenSample: "Open the sample store" | "Beispielshop öffnen",
        Recent: "Recent" | "Zuletzt",
        OpenAnother: "Open another workspace…" | "Anderen Arbeitsbereich öffnen …",
        OpenRecent: "Open {name}" | "{name} öffnen",
        Today: "today" | "heute",
        Yesterday: "yesterday" | "gestern",
        CannotRead: "Can't read .{kind} files. Export it as CSV or Excel first." | "Dateien mit .{kind} sind nicht lesbar. Bitte zuerst als CSV oder Excel exportieren.",
        Originals: "Your files are only read, never changed." | "Ihre Dateien werden nur gelesen, nie verändert.",
        Menu: "In the admin, in this order" | "In der Verwaltung, in dieser Reihenfolge",
        OtherHint: "Any table with one row per product, customer or order line will do. You say once what each column means, and it is remembered." | "Jede Tabelle mit einer Zeile je Produkt, Kunde oder Bestellposition genügt. Sie sagen einmal, was jede Spalte bedeutet, und es wird gemerkt.",
        Products: "Products" | "Produkte",
        Customers: "Customers" | "Kunden",
        Orders: "Orders" | "Bestellungen",
        Other: "Other" | "Anderes",
        Searches: "Search terms" | "Suchbegriffe",
    }
}
