//! Bundle to projections for other systems, each with a fidelity report.
