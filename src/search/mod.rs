//! Query to candidates: index, synonyms, typo tolerance, affinity.
