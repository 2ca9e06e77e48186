//! The screens around the canvas, by label and by key; no pixels.

mod dead;
mod store;

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use egui::{Key, Rect, Role, Ui};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use endcap::app::view::{ChangedField, ChangedValue, ImportDetail, SetAside};
use endcap::bundle::CatalogProduct;
use endcap::decide::Prepared;
use endcap::import::{DateOrder, Meaning};
use endcap::merch::{Document, Edit};
use endcap::ui::format::Formats;
use endcap::ui::screens::stage::{Ask, Findings, GroupAction, JobKind, JobLine, Pictures, Place, Stage};
use endcap::ui::screens::{customers, data, export, first_run, home, recommendations, rules, search};
use endcap::ui::theme;

struct Blank;

impl Pictures for Blank {
    fn paint(&mut self, _: &Ui, _: Rect, _: &CatalogProduct, _: u8) {}

    fn paint_bundled(&mut self, _: &Ui, _: Rect, _: &str, _: u8) {}
}

type Asks = Rc<RefCell<Vec<Ask>>>;

/// One screen over the made-up store; edits take effect between frames as they do in the window.
fn screen<S: 'static>(
    found: Findings,
    jobs: Vec<JobLine>,
    mut state: S,
    ui_of: impl Fn(&mut Ui, &mut Stage<'_>, &mut S) + 'static,
) -> (Harness<'static>, Asks) {
    let view = store::view();
    let mut draft: Document = store::document();
    let mut prepared = Prepared::new(view.bundle.as_ref().unwrap()).with_document(Arc::new(draft.clone()));
    let formats = Formats { time_zone: view.store.time_zone.clone(), ..Formats::default() };
    let asks = Asks::default();
    let seen = Rc::clone(&asks);
    let mut revision = 1;
    let harness = Harness::builder()
        .with_size([1280.0, 900.0])
        .with_max_steps(12)
        .with_context_setup(theme::install)
        .build_ui(move |ui| {
            let mut now = Vec::new();
            let mut stage = Stage {
                view: &view,
                draft: &draft,
                prepared: Some(&prepared),
                revision,
                formats: &formats,
                now: store::NOW,
                jobs: &jobs,
                found: &found,
                clashes: &rules::clashes(&endcap::decide::conflicts(&prepared, store::NOW)),
                pictures: &mut Blank,
                asks: &mut now,
            };
            ui_of(ui, &mut stage, &mut state);
            for ask in &now {
                if let Ask::Edit { edit, .. } = ask {
                    edit.apply(&mut draft).unwrap();
                    prepared = prepared.with_document(Arc::new(draft.clone()));
                    revision += 1;
                }
            }
            seen.borrow_mut().extend(now);
        });
    (harness, asks)
}

fn edits(asks: &Asks) -> Vec<Edit> {
    let edit = |ask: &Ask| match ask {
        Ask::Edit { edit, .. } => Some(edit.clone()),
        _ => None,
    };
    asks.borrow().iter().filter_map(edit).collect()
}

#[test]
fn the_first_screen_opens_files_the_sample_store_and_the_way_out_of_a_platform() {
    let asks = Asks::default();
    let seen = Rc::clone(&asks);
    let mut state = first_run::FirstRunState::default();
    let mut harness = Harness::builder()
        .with_size([1280.0, 800.0])
        .with_max_steps(12)
        .with_context_setup(theme::install)
        .build_ui(move |ui| {
            let mut now = Vec::new();
            first_run::first_run_ui(
                ui,
                &[],
                &Formats::default(),
                store::NOW,
                &mut state,
                &mut Blank,
                &mut now,
            );
            seen.borrow_mut().extend(now);
        });
    harness.get_by_label("Open the sample store").click();
    harness.run();
    harness.get_by_label("Choose files…").click();
    harness.run();
    assert_eq!(*asks.borrow(), [Ask::OpenSample, Ask::ChooseFiles]);
    harness.get_by_label("How to export from Shopify").click();
    harness.run();
    harness.get_by_label("All products");
    harness.key_press(Key::Escape);
    harness.run();
    assert!(harness.query_by_label("All products").is_none());
}

#[test]
fn a_problem_shows_its_rows_and_can_be_ignored() {
    let (mut harness, asks) =
        screen(Findings::default(), Vec::new(), data::DataState::default(), data::data_ui);
    harness.get_by_label("6 orders mention products you don't have");
    harness.get_all_by_label("Show rows").nth(2).unwrap().click();
    harness.run();
    harness.get_by_label("Hide rows");
    harness.get_all_by_label("Ignore").next().unwrap().click();
    harness.run();
    assert_eq!(*asks.borrow(), [Ask::IgnoreProblem { code: "no_picture".into(), ignored: true }]);
}

#[test]
fn fixes_are_looked_at_row_by_row_before_they_are_made() {
    let (mut harness, asks) =
        screen(Findings::default(), Vec::new(), data::DataState::default(), data::data_ui);
    harness.get_by_label("Merge…").click();
    harness.run();
    harness.get_by_label("Include Customer 1003").click();
    harness.run();
    harness.get_by_label("Fix 11 rows").click();
    harness.run();
    let asks = asks.borrow();
    let [Ask::FixProblem { code, keys }] = asks.as_slice() else { panic!("{asks:?}") };
    assert_eq!((code.as_str(), keys.len()), ("duplicate_customers", 11));
    assert!(!keys.contains(&"c3".to_owned()));
}

#[test]
fn an_import_waits_until_every_column_has_a_meaning() {
    let found = Findings { detected: store::detected(), ..Findings::default() };
    let (mut harness, asks) = screen(found, Vec::new(), data::DataState::default(), data::data_ui);
    harness.get_by_label("Next").click();
    harness.run();
    let next = harness.get_by_role_and_label(Role::Button, "Next");
    assert!(next.accesskit_node().is_disabled(), "a column without a meaning holds the import back");
    harness.get_by_label("Meaning of Kd_Typ: Choose…").click();
    harness.run();
    harness.get_by_label("Filter meanings").focus();
    harness.run();
    harness.get_by_label("Filter meanings").type_text("customer tags");
    harness.run();
    harness.get_by_role_and_label(Role::MenuItem, "Customer tags").click();
    harness.run();
    harness.get_by_label("Month first").click();
    harness.run();
    harness.get_by_label("Next").click();
    harness.run();
    harness.get_by_label("Import").click();
    harness.run();
    let asks = asks.borrow();
    let Some(Ask::Import(choices)) = asks.last() else { panic!("{asks:?}") };
    assert_eq!(choices.files, ["kunden.csv", "orders_export_1.csv"], "the unreadable file is left out");
    let [(signature, mapping)] = choices.mappings.as_slice() else { panic!("{choices:?}") };
    assert_eq!(signature, "kunden");
    assert_eq!(mapping.columns["Kd_Typ"], Meaning::CustomerTags);
    assert_eq!(mapping.columns["fax"], Meaning::Ignore, "the mapping is for files with just these columns");
    assert_eq!(choices.dates, Some(DateOrder::MonthFirst));
    assert!(matches!(&asks[0], Ask::Rehearse(tried) if tried == choices), "tried before it was made");
}

#[test]
fn what_will_be_stored_stands_under_the_sample_and_follows_the_decimal_mark() {
    let found = Findings { detected: store::detected(), ..Findings::default() };
    let (mut harness, _) = screen(found, Vec::new(), data::DataState::default(), data::data_ui);
    harness.get_by_label("Next").click();
    harness.run();
    harness.get_by_label("stored as 1204.50 USD · 89.00 USD");
    harness.get_by_label("stored as a code");
    harness.get_by_label("Umsatz gesamt is written with: Decimal comma").click();
    harness.run();
    harness.get_by_role_and_label(Role::MenuItem, "Decimal point").click();
    harness.run();
    assert!(harness.query_by_label("stored as 1204.50 USD · 89.00 USD").is_none());
}

#[test]
fn two_columns_of_one_meaning_are_settled_with_a_click() {
    let mut detected = store::detected();
    detected[1].columns[2].meaning = Some("email".into());
    let found = Findings { detected, ..Findings::default() };
    let (mut harness, _) = screen(found, Vec::new(), data::DataState::default(), data::data_ui);
    harness.get_by_label("Next").click();
    harness.run();
    let next = harness.get_by_role_and_label(Role::Button, "Next");
    assert!(next.accesskit_node().is_disabled());
    harness.get_by_label("Keep this one").click();
    harness.run();
    harness.get_by_label("Meaning of E-Mail: Ignored");
    harness.get_by_label("Next").click();
    harness.run();
    harness.get_by_label("Import");
}

#[test]
fn an_import_says_what_it_did_shows_what_it_left_out_and_can_be_undone() {
    let view = store::view();
    let found = Findings {
        imported: Some(view.imports[0].clone()),
        import_detail: Some(ImportDetail {
            import: 2,
            set_aside: vec![SetAside {
                file: "orders_export_1.csv".into(),
                line: 812,
                reason: "The date is blank.".into(),
                raw: "#1042,,paid".into(),
            }],
            changed: vec![ChangedValue {
                what: "Amber ceramic lamp".into(),
                field: ChangedField::Price,
                before: "39.00 USD".into(),
                after: "35.00 USD".into(),
            }],
            gone: vec!["Old lamp".into()],
        }),
        ..Findings::default()
    };
    let (mut harness, asks) = screen(found, Vec::new(), data::DataState::default(), data::data_ui);
    harness
        .get_all_by_label("Read 21,680 of 21,680 rows: 10,042 new, 0 updated, 6 set aside.")
        .next()
        .unwrap();
    harness.get_by_label("35.00 USD");
    harness.get_all_by_label("Show the 6 rows").next().unwrap().click();
    harness.run();
    harness.get_by_label("#1042,,paid");
    harness.key_press(Key::Escape);
    harness.run();
    harness.get_all_by_label("Save them as CSV…").next().unwrap().click();
    harness.run();
    assert!(asks.borrow().contains(&Ask::SaveSetAside(Some(2))));
    harness.get_by_label("Undo this import").scroll_to_me();
    harness.run();
    harness.get_by_label("Undo this import").click();
    harness.run();
    harness.get_by_label("Keep it").click();
    harness.run();
    assert!(!asks.borrow().contains(&Ask::UndoImport(2)));
    harness.get_by_label("Undo this import").scroll_to_me();
    harness.run();
    harness.get_by_label("Undo this import").click();
    harness.run();
    harness.get_all_by_label("Undo this import").last().unwrap().click();
    harness.run();
    assert!(asks.borrow().contains(&Ask::UndoImport(2)));
}

#[test]
fn a_running_import_says_how_far_it_is_and_can_be_cancelled() {
    let job = JobLine {
        kind: JobKind::Import,
        phase: "Reading orders".into(),
        done: 13_870,
        total: 21_304,
        seconds_left: Some(4),
    };
    let (mut harness, asks) =
        screen(Findings::default(), vec![job], data::DataState::default(), data::data_ui);
    harness.get_by_label("65%");
    harness.get_by_label("about 4 s left");
    harness.get_by_label("Cancel").click();
    harness.run();
    assert_eq!(*asks.borrow(), [Ask::Cancel(JobKind::Import)]);
}

#[test]
fn groups_can_be_read_renamed_and_previewed() {
    let (mut harness, asks) = screen(
        Findings::default(),
        Vec::new(),
        customers::CustomersState::default(),
        customers::customers_ui,
    );
    harness.get_by_label_contains("Plant people, 287 customers").click();
    harness.run();
    harness.get_by_label("Preview their homepage").click();
    harness.run();
    assert_eq!(*asks.borrow(), [Ask::Go(Place::Homepage(Some("s1".into())))]);
    harness.get_by_label("More for Plant people").click();
    harness.run();
    harness.get_by_label_contains("Rename").click();
    harness.run();
    harness.get_by_label("Name of the group").type_text("Green thumbs ");
    harness.run();
    harness.key_press(Key::Enter);
    harness.run();
    let asks = asks.borrow();
    assert!(
        matches!(asks.last(), Some(Ask::Group(GroupAction::Rename { group, name })) if group == "s1" && name.contains("Green thumbs")),
        "{asks:?}"
    );
}

#[test]
fn groups_are_merged_split_and_taken_back_from_their_menu() {
    let (mut harness, asks) = screen(
        Findings::default(),
        Vec::new(),
        customers::CustomersState::default(),
        customers::customers_ui,
    );
    harness.get_by_label_contains("Plant people, 287 customers").click();
    harness.run();
    for (item, expected) in [
        ("Split in two", GroupAction::Split { group: "s1".into() }),
        ("Undo the last change of groups", GroupAction::Undo),
    ] {
        harness.get_by_label("More for Plant people").click();
        harness.run();
        harness.get_by_label(item).click();
        harness.run();
        assert_eq!(asks.borrow().last(), Some(&Ask::Group(expected)), "{item}");
    }
    harness.get_by_label("More for Plant people").click();
    harness.run();
    harness.get_by_label_contains("Merge with").click();
    harness.run();
    let other =
        harness.get_all_by_label_contains("customers together").next().expect("a group to merge with");
    other.click();
    harness.run();
    assert!(
        matches!(asks.borrow().last(), Some(Ask::Group(GroupAction::Merge { from, .. })) if from == "s1"),
        "{:?}",
        asks.borrow()
    );
}

#[test]
fn another_number_of_groups_is_looked_at_before_it_is_used() {
    let (mut harness, asks) = screen(
        Findings::default(),
        Vec::new(),
        customers::CustomersState::default(),
        customers::customers_ui,
    );
    assert!(harness.query_by_label("Use 5 groups").is_none());
    harness.get_by_role_and_label(Role::Slider, "How many groups").focus();
    harness.run();
    harness.key_press(Key::ArrowLeft);
    harness.run();
    harness.get_by_label("Use 5 groups").click();
    harness.run();
    assert_eq!(*asks.borrow(), [Ask::Group(GroupAction::Regroup { k: 5 })]);
}

#[test]
fn a_rule_group_counts_its_customers_while_it_is_written() {
    let (mut harness, asks) = screen(
        Findings::default(),
        Vec::new(),
        customers::CustomersState::default(),
        customers::customers_ui,
    );
    harness.get_by_label("Rule group").click();
    harness.run();
    assert!(1 < harness.get_all_by_label_contains(" customers").count(), "the count stands in the dialog");
    harness.get_by_role(Role::TextInput).focus();
    harness.run();
    harness.get_by_role(Role::TextInput).type_text("Best");
    harness.run();
    harness.get_by_label("Save group").click();
    harness.run();
    let asks = asks.borrow();
    assert!(
        matches!(asks.last(), Some(Ask::Group(GroupAction::SetRule { name, .. })) if name == "Best"),
        "{asks:?}"
    );
}

#[test]
fn rules_are_switched_moved_and_removed_by_keyboard() {
    let (mut harness, asks) =
        screen(Findings::default(), Vec::new(), rules::RulesState::default(), rules::rules_ui);
    harness.get_by_label("Turn on: Hide Agave in clay pot").click();
    harness.run();
    assert!(
        matches!(edits(&asks).last(), Some(Edit::ReplaceRule { rule }) if rule.id == "r4" && !rule.enabled)
    );
    harness.get_by_role_and_label(Role::ListItem, "Hide Agave in clay pot").focus();
    harness.run();
    harness.key_press_modifiers(egui::Modifiers::ALT, Key::ArrowUp);
    harness.run();
    assert!(matches!(edits(&asks).last(), Some(Edit::MoveRule { id, to: 2 }) if id == "r4"));
    harness.key_press(Key::Delete);
    harness.run();
    assert!(edits(&asks).iter().any(|edit| matches!(edit, Edit::RemoveRule { id } if id == "r4")));
}

#[test]
fn a_conflict_names_both_sides_and_can_be_settled() {
    let (mut harness, asks) =
        screen(Findings::default(), Vec::new(), rules::RulesState::default(), rules::rules_ui);
    harness.get_by_label("“Hide Agave in clay pot” hides Agave in clay pot, so the pin is not shown.");
    harness.get_all_by_label("Keep this one").next().unwrap().click();
    harness.run();
    assert!(matches!(edits(&asks).last(), Some(Edit::RemoveRule { id }) if id == "r4"));
    assert!(
        harness
            .query_by_label("“Hide Agave in clay pot” hides Agave in clay pot, so the pin is not shown.")
            .is_none()
    );
}

#[test]
fn a_new_rule_is_made_in_the_editor() {
    let (mut harness, asks) =
        screen(Findings::default(), Vec::new(), rules::RulesState::default(), rules::rules_ui);
    harness.get_by_label("New rule").click();
    harness.run();
    harness.get_by_role_and_label(Role::Button, "Bury").click();
    harness.run();
    harness.get_by_label("Save rule").click();
    harness.run();
    assert!(
        matches!(edits(&asks).last(), Some(Edit::AddRule { rule, .. }) if matches!(rule.action, endcap::merch::Action::Bury { .. }))
    );
}

#[test]
fn home_says_what_stands_out_and_leads_there() {
    let (mut harness, asks) =
        screen(Findings::default(), Vec::new(), home::HomeState::default(), home::home_ui);
    harness.get_by_label("Loyal big spenders are 9% of customers and 41% of revenue.");
    harness.get_by_label("See this group").click();
    harness.run();
    assert_eq!(*asks.borrow(), [Ask::Go(Place::Homepage(Some("s0".into())))]);
}

#[test]
fn an_export_is_planned_at_once_and_held_back_by_what_blocks_it() {
    use endcap::app::view::{Check, CheckOf, CheckOutcome, ExportPlan, PlannedFile};
    let plan = ExportPlan {
        target: endcap::export::Target::Web.name().to_owned(),
        files: vec![PlannedFile { name: "manifest.json".into(), part: None, bytes: 10, head: "{}".into() }],
        checks: vec![Check { outcome: CheckOutcome::Blocks, about: CheckOf::RulesKnowProducts, n: 2 }],
        ..ExportPlan::default()
    };
    let found = Findings { export_plan: Some(plan), ..Findings::default() };
    let (harness, asks) = screen(found, Vec::new(), export::ExportState::default(), export::export_ui);
    assert!(matches!(asks.borrow().first(), Some(Ask::PlanExport { .. })));
    assert!(harness.get_by_label_contains("Export 1 file").accesskit_node().is_disabled());
}

#[test]
fn a_search_without_results_is_mended_with_a_synonym() {
    let (mut harness, asks) =
        screen(Findings::default(), Vec::new(), search::SearchState::default(), search::search_ui);
    harness.get_by_role_and_label(Role::ListItem, "velvet").click();
    harness.run();
    harness.get_by_label("Shoppers who search “velvet” find nothing");
    harness.get_by_label("Word that finds something").focus();
    harness.run();
    harness.get_by_label("Word that finds something").type_text("sofa");
    harness.run();
    harness.get_by_label("Add synonym").click();
    harness.run();
    let edits = edits(&asks);
    let Some(Edit::SetSearch { search }) = edits.last() else { panic!("{edits:?}") };
    assert!(search.synonyms.iter().any(|one| one.words == ["velvet", "sofa"]));
}

#[test]
fn what_shoppers_searched_next_is_proposed_and_taken_with_one_click() {
    let (mut harness, asks) =
        screen(Findings::default(), Vec::new(), search::SearchState::default(), search::search_ui);
    harness.get_by_role_and_label(Role::ListItem, "velvet").click();
    harness.run();
    harness.get_by_label("Shoppers went on to search “sofa” (12 times).");
    harness.get_by_label("Make them synonyms").click();
    harness.run();
    let edits = edits(&asks);
    let Some(Edit::SetSearch { search }) = edits.last() else { panic!("{edits:?}") };
    assert!(search.synonyms.iter().any(|one| one.words == ["velvet", "sofa"]));
}

#[test]
fn a_product_shows_what_is_bought_with_it_and_why() {
    let state = recommendations::RecommendationsState::default();
    let (mut harness, _) =
        screen(Findings::default(), Vec::new(), state, recommendations::recommendations_ui);
    harness.get_by_label(
        "31 of 84 orders with Agave in clay pot also had Amber ceramic lamp (4.2× more than chance).",
    );
    harness.get_by_role_and_label(Role::ListItem, "Arc desk lamp").click();
    harness.run();
    harness.get_by_label("Too few orders to say. Filled with similar products.");
}

#[test]
fn e_mail_addresses_leave_only_after_a_yes() {
    use endcap::app::view::ExportPlan;
    let plan = ExportPlan { target: "klaviyo".to_owned(), n_emails: 3, ..ExportPlan::default() };
    let found = Findings { export_plan: Some(plan), ..Findings::default() };
    let (mut harness, asks) = screen(found, Vec::new(), export::ExportState::default(), export::export_ui);
    harness.get_by_label("Klaviyo").click();
    harness.run();
    harness.get_by_label("Customer ID and e-mail address").click();
    harness.run();
    harness.get_by_label("Cancel").click();
    harness.run();
    let asked = |with| Ask::PlanExport { target: "klaviyo".into(), with_emails: with };
    assert!(!asks.borrow().contains(&asked(true)));
    harness.get_by_label("Customer ID and e-mail address").click();
    harness.run();
    harness.get_by_label("Write addresses").click();
    harness.run();
    assert!(asks.borrow().contains(&asked(true)));
    harness.get_by_label("This export will contain 3 e-mail addresses.");
}

#[test]
fn an_earlier_export_becomes_the_draft_after_a_question() {
    let (mut harness, asks) =
        screen(Findings::default(), Vec::new(), export::ExportState::default(), export::export_ui);
    harness.get_by_label("Make this the current draft").click();
    harness.run();
    harness.get_all_by_label("Make this the current draft").last().unwrap().click();
    harness.run();
    assert!(asks.borrow().iter().any(|ask| matches!(ask, Ask::RollBack { .. })));
}
