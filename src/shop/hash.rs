//! Hashes that are part of a published format, so every runtime computes the same number.

/// FNV-1a, 64 bit, over UTF-8 bytes (Fowler, Noll, Vo; offset basis and prime of draft-eastlake-fnv).
pub fn fnv1a64(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

/// The splitmix64 step (Steele, Lea, Flood 2014): a well-mixed 64-bit value from a counter.
pub fn splitmix64(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Maps whose keys come from the shop's own files and are looked up once per row. Their order means nothing.
pub type QuickMap<K, V> = std::collections::HashMap<K, V, std::hash::BuildHasherDefault<QuickHasher>>;
pub type QuickSet<K> = std::collections::HashSet<K, std::hash::BuildHasherDefault<QuickHasher>>;

/// Several times quicker than the standard library's, which also resists keys made to collide.
#[derive(Clone, Copy, Debug, Default)]
pub struct QuickHasher(u64);

impl std::hash::Hasher for QuickHasher {
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            self.write_u64(u64::from_le_bytes(*word));
        }
        if !rest.is_empty() {
            let mut word = [0; 8];
            word[..rest.len()].copy_from_slice(rest);
            self.write_u64(u64::from_le_bytes(word));
        }
    }

    fn write_u8(&mut self, number: u8) {
        self.write_u64(u64::from(number));
    }

    fn write_u32(&mut self, number: u32) {
        self.write_u64(u64::from(number));
    }

    fn write_i64(&mut self, number: i64) {
        self.write_u64(number as u64);
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = (self.0.rotate_left(26) ^ number).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    fn finish(&self) -> u64 {
        // Maps take their places from the low bits, products keep their mixing in the high ones.
        self.0 ^ (self.0 >> 32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fnv_matches_the_published_vectors() {
        assert_eq!(fnv1a64(b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fnv1a64(b"a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(fnv1a64(b"foobar"), 0x8594_4171_f739_67e8);
    }

    #[test]
    fn quick_hashes_of_counted_keys_do_not_crowd() {
        use std::hash::BuildHasher as _;
        let hasher = std::hash::BuildHasherDefault::<QuickHasher>::default();
        let mut buckets = vec![0_u32; 4_096];
        for n in 0..40_960_u64 {
            buckets[(hasher.hash_one(format!("#{n}").as_str()) & 4_095) as usize] += 1;
        }
        assert!(buckets.iter().all(|n| (1..40).contains(n)), "{:?}", buckets.iter().max());
    }

    #[test]
    fn splitmix_matches_the_published_first_output() {
        assert_eq!(splitmix64(0), 0xe220_a839_7b1d_cdaf);
    }
}
