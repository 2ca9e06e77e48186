//! A bundle over HTTP.
