//! Features to groups of customers: clusters, rule groups, lifecycle stages, names, stability, assignment.
