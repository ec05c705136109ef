//! Text as it is compared: words without letter case, accents and the marks between them.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// The runs of letters and the runs of digits of a text, in order. Digits lose their leading zeros,
/// letters their case and accents, so that `MÜLLER-01`, `Muller 1` and `muller1` are the same.
pub(crate) fn tokens(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut kind = Kind::Mark;
    for letter in text.nfkd().flat_map(char::to_lowercase) {
        if is_combining_mark(letter) {
            continue;
        }
        let next = Kind::of(letter);
        if next == Kind::Mark {
            kind = next;
            continue;
        }
        if next != kind {
            found.push(String::new());
            kind = next;
        }
        if let Some(word) = found.last_mut() {
            match letter {
                'ł' => word.push('l'),
                'ø' => word.push('o'),
                'đ' => word.push('d'),
                'ı' => word.push('i'),
                'ß' => word.push_str("ss"),
                'æ' => word.push_str("ae"),
                'œ' => word.push_str("oe"),
                other => word.push(other),
            }
        }
    }
    for word in &mut found {
        if is_number(word) {
            let significant = word.trim_start_matches('0');
            *word = if significant.is_empty() {
                "0"
            } else {
                significant
            }
            .to_owned();
        }
    }
    found
}

#[derive(PartialEq, Clone, Copy)]
enum Kind {
    Mark,
    Letter,
    Digit,
}

impl Kind {
    fn of(letter: char) -> Kind {
        if letter.is_ascii_digit() {
            Kind::Digit
        } else if letter.is_alphanumeric() {
            Kind::Letter
        } else {
            Kind::Mark
        }
    }
}

pub(crate) fn is_number(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_digit())
}

/// Scripts that are written without spaces, where a name may stand inside a run of letters.
pub(crate) fn is_unspaced(word: &str) -> bool {
    word.chars().any(|letter| u32::from(letter) >= 0x0e00)
}

/// The spelling of German umlauts with two letters; none where there is none.
pub(crate) fn spelt_out(text: &str) -> Option<String> {
    let spelt: String = text
        .nfc()
        .flat_map(|letter| {
            let replaced = match letter {
                'ä' | 'Ä' => "ae",
                'ö' | 'Ö' => "oe",
                'ü' | 'Ü' => "ue",
                _ => "",
            };
            let kept = replaced.is_empty().then_some(letter);
            replaced.chars().chain(kept)
        })
        .collect();
    (spelt != text).then_some(spelt)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_case_accents_and_leading_zeros_do_not_part_the_same_word() {
        for text in ["MÜLLER-01", "Muller 1", "muller1", "Mu\u{308}ller^^0001"] {
            assert_eq!(tokens(text), ["muller", "1"], "{text}");
        }
        assert_eq!(tokens("Łukasz O'Brien"), ["lukasz", "o", "brien"]);
        assert_eq!(tokens("000"), ["0"]);
        assert_eq!(spelt_out("Müller").as_deref(), Some("Mueller"));
        assert_eq!(spelt_out("Miller"), None);
    }
}
