//! Workspace frames to feature columns, as of a date.
