//! A customer as an export describes one. Contact fields are personal data: they reach the workspace only as keyed
//! hashes unless the owner turns names on, and nothing below the workspace sees them.

use serde::{Deserialize, Serialize};

use super::money::Minor;
use super::time::Seconds;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Customer {
    pub key: CustomerRef,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub country: Option<String>,
    pub tags: Vec<String>,
    pub created_at: Option<Seconds>,
    pub accepts_email: Consent,
    pub accepts_sms: Consent,
    /// What the platform says the customer has ordered and spent so far; used to check the orders file, never as truth.
    pub declared_orders: Option<i64>,
    pub declared_spent: Option<Minor>,
    /// Answers of a quiz or preference centre: (question, answer).
    pub stated_preferences: Vec<(String, String)>,
}

/// How a file points at a customer. Identity is resolved by platform id, then e-mail, then phone, then guest.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct CustomerRef {
    pub id: Option<String>,
    /// As written in the file; normalised (trimmed, lower-cased) when hashed.
    pub email: Option<String>,
    pub phone: Option<String>,
}

impl CustomerRef {
    pub fn is_empty(&self) -> bool {
        self.id.is_none() && self.email.is_none() && self.phone.is_none()
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Consent {
    Given,
    Refused,
    /// The export does not say. Treated as refused wherever consent is needed.
    #[default]
    Unknown,
}
