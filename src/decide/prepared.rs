//! A bundle made ready to answer fast. Built once per bundle; cheap to rebuild when only the document changes.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use super::catalog_index::CatalogIndex;
use super::rules::{CompiledRule, Effects, Targets};
use crate::bundle::Bundle;
use crate::merch::Document;
use crate::shop::Seconds;

/// Cells of remembered rule effects; more are forgotten first.
const MOST_CELLS: usize = 8_000_000;

/// What the window and the server keep. Answers never depend on what was asked before.
#[derive(Debug)]
pub struct Prepared {
    bundle: Bundle,
    index: Arc<CatalogIndex>,
    rules: Vec<CompiledRule>,
    /// By the rules that are active and their eras, so that blocks of one page and pages of one segment share the work.
    effects: Mutex<BTreeMap<Vec<(u32, u32)>, Arc<Effects>>>,
}

impl Prepared {
    pub fn new(bundle: &Bundle) -> Self {
        Self::compiled(bundle.clone(), Arc::new(CatalogIndex::new(bundle)), &[])
    }

    /// The same catalog and runs under another document: rules whose products did not change are not compiled again.
    pub fn with_document(&self, document: Arc<Document>) -> Self {
        let same_rules = self.bundle.document.rules == document.rules;
        if same_rules && self.bundle.document.search.ignored_words == document.search.ignored_words {
            return Self {
                bundle: self.bundle.with_document(document),
                index: Arc::clone(&self.index),
                rules: self.rules.clone(),
                effects: Mutex::new(self.lock().clone()),
            };
        }
        let before: BTreeMap<&str, usize> =
            self.bundle.document.rules.iter().enumerate().map(|(at, rule)| (rule.id.as_str(), at)).collect();
        let known: Vec<Option<&Targets>> = document
            .rules
            .iter()
            .map(|rule| {
                let at = *before.get(rule.id.as_str())?;
                let same = self.bundle.document.rules[at].target == rule.target;
                same.then(|| &self.rules[at].targets)
            })
            .collect();
        Self::compiled(self.bundle.with_document(Arc::clone(&document)), Arc::clone(&self.index), &known)
    }

    /// A document that differs only in which rules are switched on: nothing is compiled again.
    pub(super) fn with_switches(&self, document: Arc<Document>) -> Self {
        Self {
            bundle: self.bundle.with_document(document),
            index: Arc::clone(&self.index),
            rules: self.rules.clone(),
            effects: Mutex::new(BTreeMap::new()),
        }
    }

    pub fn bundle(&self) -> &Bundle {
        &self.bundle
    }

    /// `known`: per rule its compiled targets, where they are known.
    fn compiled(bundle: Bundle, index: Arc<CatalogIndex>, known: &[Option<&Targets>]) -> Self {
        let rules = bundle
            .document
            .rules
            .iter()
            .enumerate()
            .map(|(at, rule)| {
                let known = known.get(at).copied().flatten();
                CompiledRule::new(at as u32, rule, &bundle, index.len, known)
            })
            .collect();
        Self { bundle, index, rules, effects: Mutex::new(BTreeMap::new()) }
    }

    pub(super) fn index(&self) -> &CatalogIndex {
        &self.index
    }

    /// In list order.
    pub(super) fn rules(&self) -> &[CompiledRule] {
        &self.rules
    }

    pub(super) fn effects(&self, active: &[&CompiledRule], now: Seconds) -> Arc<Effects> {
        let key: Vec<(u32, u32)> = active.iter().map(|rule| (rule.at, rule.era(now))).collect();
        if let Some(effects) = self.lock().get(&key) {
            return Arc::clone(effects);
        }
        // Not under the lock, so that other pages go on; two may compute the same, and both are right.
        let effects = Arc::new(Effects::of(active, &self.bundle, self.index.len, now));
        let mut known = self.lock();
        if known.len() >= (MOST_CELLS / self.index.len.max(1)).clamp(8, 512) {
            known.clear();
        }
        known.insert(key, Arc::clone(&effects));
        effects
    }

    /// What is remembered can be computed again, so a panic elsewhere does not spoil it.
    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<Vec<(u32, u32)>, Arc<Effects>>> {
        self.effects.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
