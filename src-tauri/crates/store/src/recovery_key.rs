//! The recovery key as people write it down: 160 random bits in eight groups of five characters.
//!
//! The alphabet is Crockford's base 32 (<https://www.crockford.com/base32.html>), which leaves out
//! letters that look like others and reads `O` as zero, `I` and `L` as one. The fifth character of
//! a group checks the four before it and the group's place, over the field of 32 elements: one
//! wrong character, two exchanged ones or exchanged groups never fit, so that the group to look at
//! again can be named.

use crate::{
    StoreError,
    hardening::{self, Key},
};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const GROUPS: usize = 8;
const GROUP_CHARACTERS: usize = 5;

/// The five-bit values of a group without its check character.
type Group = [u8; GROUP_CHARACTERS - 1];

/// A fresh recovery key as text, `XXXXX-XXXXX-…`, and the wrapping key that it stands for.
pub(crate) fn make() -> Result<(Zeroizing<String>, Key), StoreError> {
    let mut bits = Zeroizing::new([0_u8; GROUPS * (GROUP_CHARACTERS - 1)]);
    hardening::fill(&mut bits[..])?;
    // 32 divides 256, so that each value is as likely as any other.
    bits.iter_mut().for_each(|value| *value %= 32);
    let mut text = Zeroizing::new(String::with_capacity(GROUPS * (GROUP_CHARACTERS + 1)));
    for (place, group) in bits.as_chunks().0.iter().enumerate() {
        if place > 0 {
            text.push('-');
        }
        for value in group.iter().chain([&check_of(group, place)]) {
            text.push(char::from(ALPHABET[usize::from(*value)]));
        }
    }
    Ok((text, wrapping_key(&bits[..])))
}

/// The wrapping key of a typed recovery key, whatever the letter case and the separators. Names
/// the first group, counted from 1, that was not written down or read as it was shown.
pub(crate) fn read(text: &str) -> Result<Key, StoreError> {
    let mut values = Zeroizing::new(Vec::with_capacity(GROUPS * (GROUP_CHARACTERS - 1)));
    let groups = groups_of(text);
    for place in 0..GROUPS.max(groups.len()) {
        let misread = StoreError::RecoveryKeyMisread { group: place + 1 };
        let typed = groups.get(place).filter(|_| place < GROUPS);
        let typed: Option<[u8; GROUP_CHARACTERS]> =
            typed.and_then(|group| group.as_slice().try_into().ok());
        let [first, second, third, fourth, check] = typed.ok_or(misread.clone())?;
        let group = [first, second, third, fourth];
        let known = group
            .iter()
            .all(|value| usize::from(*value) < ALPHABET.len());
        if !known || check_of(&group, place) != check {
            return Err(misread);
        }
        values.extend(group);
    }
    Ok(wrapping_key(&values))
}

/// The typed groups as five-bit values; 32 stands for a character that no recovery key has.
/// Separators part the groups where they give the right number of them.
fn groups_of(text: &str) -> Vec<Zeroizing<Vec<u8>>> {
    let separator =
        |letter: char| letter.is_whitespace() || matches!(letter, '-' | '–' | '—' | '_');
    let values =
        |part: &str| -> Zeroizing<Vec<u8>> { Zeroizing::new(part.chars().map(value_of).collect()) };
    let typed: Vec<_> = text
        .split(separator)
        .filter(|part| !part.is_empty())
        .map(values)
        .collect();
    if typed.len() == GROUPS {
        return typed;
    }
    let joined = Zeroizing::new(
        typed
            .iter()
            .flat_map(|part| part.iter().copied())
            .collect::<Vec<u8>>(),
    );
    joined
        .chunks(GROUP_CHARACTERS)
        .map(|part| Zeroizing::new(part.to_vec()))
        .collect()
}

fn value_of(letter: char) -> u8 {
    let letter = match letter.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    };
    let place = ALPHABET
        .iter()
        .position(|known| char::from(*known) == letter);
    place.unwrap_or(ALPHABET.len()) as u8
}

/// The sum of the values, each times a different power of x, and of the place in its own power.
fn check_of(group: &Group, place: usize) -> u8 {
    let values = group.iter().copied().chain([place as u8]);
    values.fold(0, |sum, value| times_x(sum ^ value))
}

/// Multiplies by x modulo x⁵ + x² + 1, which generates every element but zero.
fn times_x(value: u8) -> u8 {
    let doubled = value << 1;
    if doubled & 0b10_0000 == 0 {
        doubled
    } else {
        doubled ^ 0b10_0101
    }
}

/// 160 random bits need no hardening.
fn wrapping_key(values: &[u8]) -> Key {
    let mut hash = Sha256::new();
    hash.update(b"spineboard recovery key 1");
    hash.update(values);
    let digest = Zeroizing::new(<[u8; 32]>::from(hash.finalize()));
    Key::of(&digest)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use std::collections::BTreeSet;

    fn misread(text: &str) -> Option<usize> {
        match read(text) {
            Err(StoreError::RecoveryKeyMisread { group }) => Some(group),
            Err(other) => panic!("{other}"),
            Ok(_) => None,
        }
    }

    #[test]
    fn a_key_is_eight_groups_without_look_alikes_and_reads_back() {
        let (text, key) = make().unwrap();
        let groups: Vec<&str> = text.split('-').collect();
        assert_eq!(
            groups.iter().map(|group| group.len()).collect::<Vec<_>>(),
            [5; 8]
        );
        assert!(!text.contains(['I', 'L', 'O', 'U']), "{}", text.len());
        let plain = text.replace('-', "");
        let typed = [
            text.to_string(),
            text.to_lowercase(),
            text.replace('-', " "),
            text.replace('-', "\n"),
            plain.clone(),
            text.replace('0', "o").replace('1', "l"),
            format!("  {} ", *text),
        ];
        for typed in typed {
            assert!(read(&typed).unwrap().same(&key));
        }
        let (other, _) = make().unwrap();
        assert_ne!(*text, *other);
    }

    #[test]
    fn keys_use_the_whole_alphabet() {
        let used: BTreeSet<char> = (0..40)
            .flat_map(|_| make().unwrap().0.chars().collect::<Vec<_>>())
            .collect();
        assert_eq!(used.len(), 33, "32 characters and the hyphen");
    }

    #[test]
    fn every_single_wrong_character_names_its_group() {
        let (text, _) = make().unwrap();
        for place in (0..text.len()).filter(|place| place % 6 != 5) {
            for letter in ALPHABET
                .iter()
                .map(|byte| char::from(*byte))
                .chain(['U', '?', 'é'])
            {
                if text[place..].starts_with(letter) {
                    continue;
                }
                let changed = format!("{}{letter}{}", &text[..place], &text[place + 1..]);
                assert_eq!(misread(&changed), Some(place / 6 + 1));
            }
        }
    }

    #[test]
    fn exchanged_characters_and_groups_are_named() {
        let (text, _) = make().unwrap();
        let letters: Vec<char> = text.chars().collect();
        for one in 0..letters.len() {
            for other in one + 1..letters.len() {
                let same_group = one / 6 == other / 6;
                if letters[one] == letters[other] || one % 6 == 5 || other % 6 == 5 || !same_group {
                    continue;
                }
                let mut exchanged = letters.clone();
                exchanged.swap(one, other);
                assert_eq!(misread(&String::from_iter(exchanged)), Some(one / 6 + 1));
            }
        }
        let groups: Vec<&str> = text.split('-').collect();
        for one in 0..8 {
            for other in one + 1..8 {
                let mut exchanged = groups.clone();
                exchanged.swap(one, other);
                if groups[one] != groups[other] {
                    assert_eq!(misread(&exchanged.join("-")), Some(one + 1));
                }
            }
        }
    }

    #[test]
    fn a_missing_or_additional_part_is_named() {
        let (text, _) = make().unwrap();
        let groups: Vec<&str> = text.split('-').collect();
        assert_eq!(misread(&groups[..7].join("-")), Some(8));
        assert_eq!(misread(""), Some(1));
        assert_eq!(misread(&format!("{}-00000", *text)), Some(9));
        let short = format!("{}-{}", &groups[0][..4], groups[1..].join("-"));
        assert_eq!(misread(&short), Some(1));
    }
}
