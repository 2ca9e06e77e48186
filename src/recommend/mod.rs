//! Interactions to models to candidate lists with evidence.
