//! What stands for identity in one export: UIDs, names and the shift of dates follow from a random key
//! that is thrown away with the export, so that nothing leads back and everything keeps fitting.

use super::identifying::Identifying;
use chrono::{Days, NaiveDate};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::collections::BTreeSet;
use zeroize::Zeroizing;

/// Dates are moved back by so many days at least, and so many more at most: far enough that season and
/// year are lost, near enough that no scanner is older than its invention.
const SHIFT_LEAST: u64 = 400;
const SHIFT_RANGE: u64 = 3600;

/// Tries for a made-up value that is not by chance one of the input; one is almost always enough.
const ATTEMPTS: u32 = 1000;

/// The key of one export.
pub struct Keys {
    key: Zeroizing<[u8; 32]>,
}

/// What stands for one patient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pseudonym {
    /// In place of name and number.
    pub name: String,
    /// Every date of the patient is moved back by this many days.
    pub days: u64,
}

impl Pseudonym {
    pub fn shifted(&self, date: NaiveDate) -> Option<NaiveDate> {
        date.checked_sub_days(Days::new(self.days))
    }
}

impl Keys {
    /// From random bytes, made anew for every export.
    pub fn new(key: [u8; 32]) -> Keys {
        Keys {
            key: Zeroizing::new(key),
        }
    }

    /// A UID under 2.25 (PS3.5 section B.2) for one of the input; the same for the same. One that
    /// would be taken for a date or number of the input by chance is not given out.
    pub fn uid(&self, original: &str, identifying: &Identifying) -> String {
        (0..ATTEMPTS)
            .map(|attempt| {
                let mut bytes = self.number("uid", original, attempt).to_be_bytes();
                // Version 8 and variant of RFC 9562: a UUID by a method of its own.
                bytes[6] = bytes[6] & 0x0f | 0x80;
                bytes[8] = bytes[8] & 0x3f | 0x80;
                u128::from_be_bytes(bytes).to_string()
            })
            .find(|digits| !identifying.is_in_digits(digits))
            .map(|digits| format!("2.25.{digits}"))
            .unwrap_or_default()
    }

    /// `patient` tells patients apart. No shifted date equals a date of the input, so that a date in
    /// the output can be told from a forgotten one.
    pub fn pseudonym(&self, patient: &str, identifying: &Identifying) -> Pseudonym {
        let dates: BTreeSet<NaiveDate> = identifying.dates().collect();
        let days = (0..ATTEMPTS)
            .map(|attempt| {
                let number = self.number("shift", patient, attempt);
                SHIFT_LEAST + (number % u128::from(SHIFT_RANGE)) as u64
            })
            .find(|days| {
                dates.iter().all(|date| {
                    date.checked_sub_days(Days::new(*days))
                        .is_none_or(|shifted| !dates.contains(&shifted))
                })
            })
            .unwrap_or(SHIFT_LEAST + SHIFT_RANGE);
        let digits = (0..ATTEMPTS)
            .map(|attempt| format!("{:08}", self.number("name", patient, attempt) % 100_000_000))
            .find(|digits| !identifying.is_in_digits(digits))
            .unwrap_or_default();
        Pseudonym {
            name: format!("SB{digits}"),
            days,
        }
    }

    fn number(&self, what: &str, value: &str, attempt: u32) -> u128 {
        // A key of 32 bytes is never refused (RFC 2104 takes any length).
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(self.key.as_slice()) else {
            return 0;
        };
        for part in [what.as_bytes(), value.as_bytes(), &attempt.to_le_bytes()] {
            mac.update(&(part.len() as u64).to_le_bytes());
            mac.update(part);
        }
        let digest = mac.finalize().into_bytes();
        let mut half = [0; 16];
        half.copy_from_slice(&digest[..16]);
        u128::from_be_bytes(half)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn the_same_uid_becomes_the_same_and_another_key_gives_another() {
        let nothing = Identifying::default();
        let (one, two) = (Keys::new([1; 32]), Keys::new([2; 32]));
        let uid = one.uid("1.2.3.4.5", &nothing);
        assert_eq!(uid, one.uid("1.2.3.4.5", &nothing));
        assert_ne!(uid, one.uid("1.2.3.4.6", &nothing));
        assert_ne!(uid, two.uid("1.2.3.4.5", &nothing));
        let digits = uid.strip_prefix("2.25.").unwrap();
        let bits: u128 = digits.parse().unwrap();
        assert_eq!(bits >> 76 & 0xf, 8, "version");
        assert_eq!(bits >> 62 & 0x3, 2, "variant");
        assert!(uid.len() <= 64);
    }

    #[test]
    fn no_shifted_date_equals_a_date_of_the_input() {
        let first: NaiveDate = "2019-01-01".parse().unwrap();
        let mut only = Identifying::default();
        only.add_date(first);
        for key in 0..20 {
            let keys = Keys::new([key; 32]);
            let pseudonym = keys.pseudonym("4711", &only);
            assert!((400..4000).contains(&pseudonym.days));
            assert_eq!(pseudonym, keys.pseudonym("4711", &only));
            let mut both = only.clone();
            both.add_date(pseudonym.shifted(first).unwrap());
            let other = keys.pseudonym("4711", &both);
            assert!(
                both.dates()
                    .all(|date| !both.dates().any(|known| Some(known) == other.shifted(date)))
            );
            assert_ne!(other.days, pseudonym.days);
        }
        let all: BTreeSet<u64> = (0..20)
            .map(|key| Keys::new([key; 32]).pseudonym("4711", &only).days)
            .collect();
        assert!(all.len() > 15, "{all:?}");
    }
}
