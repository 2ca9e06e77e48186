//! A set of catalog indices, one bit each.

/// All sets of one catalog have the same length, so the set operations go word by word.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Bits {
    words: Vec<u64>,
    len: usize,
}

impl Bits {
    pub(super) fn none(len: usize) -> Self {
        Self { words: vec![0; len.div_ceil(64)], len }
    }

    pub(super) fn all(len: usize) -> Self {
        let mut bits = Self { words: vec![u64::MAX; len.div_ceil(64)], len };
        if len % 64 != 0
            && let Some(last) = bits.words.last_mut()
        {
            *last = (1 << (len % 64)) - 1;
        }
        bits
    }

    pub(super) fn from_fn(len: usize, mut holds: impl FnMut(usize) -> bool) -> Self {
        let mut bits = Self::none(len);
        for index in 0..len {
            if holds(index) {
                bits.words[index / 64] |= 1 << (index % 64);
            }
        }
        bits
    }

    /// Indices past the end are in no set.
    pub(super) fn has(&self, index: u32) -> bool {
        let index = index as usize;
        index < self.len && self.words[index / 64] >> (index % 64) & 1 == 1
    }

    pub(super) fn insert(&mut self, index: u32) {
        let index = index as usize;
        if index < self.len {
            self.words[index / 64] |= 1 << (index % 64);
        }
    }

    pub(super) fn remove(&mut self, index: u32) {
        let index = index as usize;
        if index < self.len {
            self.words[index / 64] &= !(1 << (index % 64));
        }
    }

    pub(super) fn intersect(&mut self, other: &Self) {
        for (mine, theirs) in self.words.iter_mut().zip(&other.words) {
            *mine &= theirs;
        }
    }

    pub(super) fn unite(&mut self, other: &Self) {
        for (mine, theirs) in self.words.iter_mut().zip(&other.words) {
            *mine |= theirs;
        }
    }

    pub(super) fn subtract(&mut self, other: &Self) {
        for (mine, theirs) in self.words.iter_mut().zip(&other.words) {
            *mine &= !theirs;
        }
    }

    pub(super) fn count(&self) -> u32 {
        self.words.iter().map(|word| word.count_ones()).sum()
    }

    /// Calls with every member, ascending.
    pub(super) fn each(&self, mut call: impl FnMut(u32)) {
        for (at, word) in self.words.iter().enumerate() {
            let mut rest = *word;
            while rest != 0 {
                call((at * 64) as u32 + rest.trailing_zeros());
                rest &= rest - 1;
            }
        }
    }

    /// Ascending.
    pub(super) fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        self.words.iter().enumerate().flat_map(|(at, word)| {
            let mut rest = *word;
            std::iter::from_fn(move || {
                (rest != 0).then(|| {
                    let bit = rest.trailing_zeros();
                    rest &= rest - 1;
                    (at * 64) as u32 + bit
                })
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_of_any_length_keep_to_their_length() {
        for len in [0, 1, 63, 64, 65, 130] {
            let mut bits = Bits::all(len);
            assert_eq!(bits.count() as usize, len);
            assert_eq!(bits.iter().count(), len);
            bits.subtract(&Bits::all(len));
            assert_eq!(bits, Bits::none(len));
            bits.insert(len as u32);
            assert_eq!(bits.count(), 0);
        }
    }

    #[test]
    fn members_come_back_in_ascending_order() {
        let bits = Bits::from_fn(200, |index| index % 7 == 3);
        let members: Vec<u32> = bits.iter().collect();
        assert_eq!(members, (0..200).filter(|index| index % 7 == 3).collect::<Vec<u32>>());
    }
}
