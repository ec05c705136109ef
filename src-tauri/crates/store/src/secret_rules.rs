//! Which personal PINs and passphrases are taken.

use crate::StoreError;

/// NIST SP 800-63B-4, section 3.2.10, wants six characters for a secret that unlocks something on
/// this computer and whose attempts are counted.
pub const MINIMUM_SECRET_CHARACTERS: usize = 6;

/// The most used six-digit PINs that no pattern below explains: Markert et al., "This PIN Can Be
/// Easily Guessed", IEEE Symposium on Security and Privacy 2020.
const MOST_USED: [&str; 2] = ["789456", "159753"];

/// Refuses what is too short or among the first things to be guessed: one character repeated, a
/// run up or down, a short part repeated, doubled digits in a run, and [`MOST_USED`].
pub(crate) fn check(secret: &str) -> Result<(), StoreError> {
    let letters: Vec<char> = secret.chars().collect();
    if letters.iter().any(|letter| letter.is_control()) {
        return Err(StoreError::PassphraseNotText);
    }
    if letters.len() < MINIMUM_SECRET_CHARACTERS {
        let minimum = MINIMUM_SECRET_CHARACTERS;
        return Err(StoreError::SecretTooShort { minimum });
    }
    match repeats(&letters) || runs(&letters) || MOST_USED.contains(&secret) {
        true => Err(StoreError::SecretTooSimple),
        false => Ok(()),
    }
}

/// Made of one part of up to three characters again and again: 000000, 121212, 123123.
fn repeats(letters: &[char]) -> bool {
    (1..=3).any(|part| {
        letters
            .iter()
            .zip(&letters[part..])
            .all(|(one, next)| one == next)
    })
}

/// Each step is the same, up or down, also over 9 to 0, or every second one is: 123456, 654321,
/// 567890, 112233.
fn runs(letters: &[char]) -> bool {
    let steps: Vec<i64> = letters
        .windows(2)
        .map(|pair| match (pair[0].to_digit(10), pair[1].to_digit(10)) {
            (Some(one), Some(next)) => (i64::from(next) - i64::from(one)).rem_euclid(10),
            _ => i64::from(u32::from(pair[1])) - i64::from(u32::from(pair[0])),
        })
        .collect();
    let one_by_one = |step: &i64| [1, -1, 9].contains(step);
    let same = |steps: &[i64]| steps.windows(2).all(|pair| pair[0] == pair[1]);
    let doubled = steps.iter().step_by(2).all(|step| *step == 0);
    let others: Vec<i64> = steps.iter().copied().skip(1).step_by(2).collect();
    (same(&steps) && steps.iter().all(one_by_one))
        || (doubled && same(&others) && others.iter().all(one_by_one))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_guessed_first_is_refused() {
        // The ten most used six-digit PINs of the paper, and their neighbours.
        let guessed = "123456 654321 111111 000000 123123 666666 121212 112233 789456 159753 \
                       012345 567890 890123 098765 998877 0123456789 abcdef aaaaaa ababab \
                       1231231 12121212";
        for secret in guessed.split_whitespace() {
            assert_eq!(check(secret), Err(StoreError::SecretTooSimple), "{secret}");
        }
    }

    #[test]
    fn others_are_taken() {
        for secret in [
            "135792",
            "204857",
            "112358",
            "294817",
            "quiet river",
            "ÄÖÜäöü",
            "100000",
        ] {
            assert_eq!(check(secret), Ok(()), "{secret}");
        }
    }

    #[test]
    fn length_counts_in_characters() {
        let short = Err(StoreError::SecretTooShort { minimum: 6 });
        assert_eq!(check("29481"), short);
        assert_eq!(check("äöüäö"), short);
        assert_eq!(check(""), short);
        assert_eq!(check("2948\u{7}17"), Err(StoreError::PassphraseNotText));
    }
}
