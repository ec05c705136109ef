//! One value by its action. What is not plainly of its attribute's representation does not stay.

use super::{
    identifying::Identifying,
    is_standard_uid,
    kept::Action,
    keys::{Keys, Pseudonym},
    vocabulary,
    words::{is_number, tokens},
};
use chrono::NaiveDate;
use dicom_core::{Tag, VR, dictionary::DataDictionary};
use dicom_dictionary_std::StandardDataDictionary;

/// What values are replaced by and cleaned of.
pub(crate) struct Context<'export> {
    pub(crate) keys: &'export Keys,
    pub(crate) identifying: &'export Identifying,
    pub(crate) pseudonym: &'export Pseudonym,
}

/// Ages from which on the few people of that age are named as one group.
pub const OLDEST_AGE: u32 = 90;
/// Coding schemes whose codes are public (PS3.16 section 8).
const SCHEMES: [&str; 7] = ["DCM", "SCT", "SRT", "SNM3", "UCUM", "FMA", "RADLEX"];

/// The value as it is written, with its representation; none where the attribute goes.
pub(crate) fn transformed(
    action: Action,
    tag: Tag,
    declared: [u8; 2],
    bytes: &[u8],
    context: &Context,
) -> Option<([u8; 2], Vec<u8>)> {
    let vr = representation(tag, declared)?;
    let value = match action {
        Action::Number => {
            let value = number(vr, bytes)?;
            if is_identifying(vr, &value, context) {
                return None;
            }
            value
        }
        Action::Binary => bytes.to_owned(),
        Action::Items => return None,
        Action::Empty => Vec::new(),
        _ => text(action, ascii(bytes).as_str(), context)?.into_bytes(),
    };
    Some((vr, value))
}

/// The dictionary's representation. Numbers may be declared by another one for numbers, and binary
/// values by another one for binary values. A binary number that is declared as text is digits, as
/// readers take it, and stays text.
pub(crate) fn representation(tag: Tag, declared: [u8; 2]) -> Option<[u8; 2]> {
    const NUMBERS: &[u8] = b"DSISUSSSULSLFDFLATOWUVSV";
    const BINARY: &[u8] = b"OBOWOVUSSS";
    const BINARY_NUMBERS: &[u8] = b"USSSULSLFLFDUVSV";
    const TEXT: &[u8] = b"AEASCSDADTLOLTPNSHSTTMUCUIURUT";
    let known = StandardDataDictionary
        .by_tag(tag)
        .map(|entry| entry.vr.relaxed())
        .or_else(|| (tag.0 == 0x7fe0).then_some(VR::OV))?;
    let known: [u8; 2] = known.to_bytes();
    let is_of = |vr: [u8; 2], set: &[u8]| set.chunks_exact(2).any(|one| one == vr);
    let are_both = |set: &[u8]| is_of(known, set) && is_of(declared, set);
    Some(if are_both(NUMBERS) || are_both(BINARY) {
        declared
    } else if is_of(known, BINARY_NUMBERS) && is_of(declared, TEXT) {
        *b"DS"
    } else {
        known
    })
}

/// Stored bytes as text; what is not ASCII becomes a mark that no kept value has.
fn ascii(bytes: &[u8]) -> String {
    bytes
        .iter()
        .map(|byte| {
            if byte.is_ascii() {
                char::from(*byte)
            } else {
                '\u{fffd}'
            }
        })
        .collect::<String>()
        .trim_matches([' ', '\0'])
        .to_owned()
}

/// A patient number that was written into a numeric attribute.
fn is_identifying(vr: [u8; 2], value: &[u8], context: &Context) -> bool {
    let text = ascii(value);
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    matches!(&vr, b"IS" | b"DS") && is_number && context.identifying.is_in_number(&text)
}

fn number(vr: [u8; 2], bytes: &[u8]) -> Option<Vec<u8>> {
    let width = match &vr {
        b"DS" | b"IS" => {
            let text = ascii(bytes);
            let is_whole = vr == *b"IS";
            let fits = text.split('\\').all(|part| {
                let part = part.trim();
                part.is_empty()
                    || (part.len() <= if is_whole { 12 } else { 32 }
                        && part.bytes().all(|byte| b"0123456789+-.eE".contains(&byte))
                        && part.parse::<f64>().is_ok_and(f64::is_finite))
            });
            return (fits && !text.contains('\0')).then(|| text.into_bytes());
        }
        b"US" | b"SS" | b"OW" => 2,
        b"UL" | b"SL" | b"FL" | b"AT" => 4,
        b"FD" | b"UV" | b"SV" => 8,
        _ => return None,
    };
    bytes.len().is_multiple_of(width).then(|| bytes.to_owned())
}

fn text(action: Action, text: &str, context: &Context) -> Option<String> {
    let each = |change: &dyn Fn(&str) -> Option<String>| -> Option<String> {
        let parts: Option<Vec<String>> = text.split('\\').map(|part| change(part.trim())).collect();
        Some(parts?.join("\\"))
    };
    match action {
        Action::Code => each(&|code| {
            let is_code = code.len() <= 16
                && code.bytes().all(|byte| {
                    byte.is_ascii_uppercase() || byte.is_ascii_digit() || b" _+".contains(&byte)
                });
            (is_code && !context.identifying.is_in(code)).then(|| code.to_owned())
        }),
        Action::Words => each(&|code| {
            let known = code.len() <= 16
                && code.bytes().all(|byte| {
                    byte.is_ascii_uppercase() || byte.is_ascii_digit() || b" _".contains(&byte)
                })
                && tokens(code)
                    .iter()
                    .all(|word| vocabulary::is_code(word) || (is_number(word) && word.len() <= 2))
                && !context.identifying.is_in(code);
            Some(if known { code } else { "OTHER" }.to_owned())
        }),
        Action::Describe => each(&|words| Some(described(words, context.identifying))),
        Action::Concept => (text.len() <= 16
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte))
            && !context.identifying.is_in(text))
        .then(|| text.to_owned()),
        Action::Sex => Some(
            if ["M", "F", "O"].contains(&text) {
                text
            } else {
                ""
            }
            .to_owned(),
        ),
        Action::Age => each(&age),
        Action::Time => each(&time),
        Action::Date => each(&|date| shifted_date(date, context.pseudonym)),
        Action::DateTime => each(&|stamp| shifted_stamp(stamp, context.pseudonym)),
        Action::Uid => each(&|uid| {
            Some(match uid {
                "" => String::new(),
                uid if is_standard_uid(uid) => uid.to_owned(),
                uid if is_uid(uid) => context.keys.uid(uid, context.identifying),
                _ => return None,
            })
        }),
        Action::StandardUid => each(&|uid| is_standard_uid(uid).then(|| uid.to_owned())),
        Action::Pseudonym => Some(context.pseudonym.name.clone()),
        Action::Number | Action::Binary | Action::Items | Action::Empty => None,
    }
}

/// Whether the codes of an item may stay.
pub(crate) fn is_public_scheme(scheme: &[u8]) -> bool {
    SCHEMES.contains(&ascii(scheme).as_str())
}

fn is_uid(text: &str) -> bool {
    text.len() <= 64
        && text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.')
}

/// The known words of a description in capital letters, with the numbers that belong to them.
pub fn described(text: &str, identifying: &Identifying) -> String {
    let mut kept: Vec<String> = Vec::new();
    for part in text.split(|letter: char| !letter.is_ascii_alphanumeric()) {
        let words = tokens(part);
        let known = words.iter().any(|word| vocabulary::describes(word))
            && words
                .iter()
                .all(|word| vocabulary::describes(word) || (is_number(word) && word.len() <= 3))
            && !identifying.is_in(part);
        if known {
            kept.push(part.to_ascii_uppercase());
        }
    }
    let mut cleaned = kept.join(" ");
    // The words may have come together to something that they were not apart.
    if identifying.is_in(&cleaned) {
        cleaned.clear();
    }
    // LO holds 64 characters, all of them ASCII here.
    cleaned.truncate(64);
    cleaned.trim_end().to_owned()
}

/// `nnnD`, `nnnW`, `nnnM` or `nnnY` (PS3.5 section 6.2).
fn age(text: &str) -> Option<String> {
    if text.is_empty() {
        return Some(String::new());
    }
    let number: u32 = text.get(..text.len() - 1)?.parse().ok()?;
    let unit = text.chars().next_back()?;
    match unit {
        'Y' if number >= OLDEST_AGE => Some(format!("{OLDEST_AGE:03}Y")),
        'D' | 'W' | 'M' | 'Y' if number <= 999 => Some(format!("{number:03}{unit}")),
        _ => None,
    }
}

fn time(text: &str) -> Option<String> {
    let fits = text.len() <= 16
        && text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || b".:".contains(&byte));
    fits.then(|| text.to_owned())
}

fn shifted_date(text: &str, pseudonym: &Pseudonym) -> Option<String> {
    if text.is_empty() {
        return Some(String::new());
    }
    let digits = text.replace('.', "");
    let date = NaiveDate::parse_from_str(&digits, "%Y%m%d").ok()?;
    Some(pseudonym.shifted(date)?.format("%Y%m%d").to_string())
}

/// `YYYYMMDDHHMMSS.FFFFFF`; the offset from UTC, which tells a place, is left out.
fn shifted_stamp(text: &str, pseudonym: &Pseudonym) -> Option<String> {
    if text.is_empty() {
        return Some(String::new());
    }
    let local = text.split(['+', '-']).next()?;
    let date = shifted_date(local.get(..8)?, pseudonym)?;
    Some(date + &time(local.get(8..)?)?)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn a_description_keeps_known_words_only() {
        let mut identifying = Identifying::default();
        identifying.add_name("Head^Anna", "PatientName");
        for (text, cleaned) in [
            ("SG T1WI 4mm GA53", "T1WI 4MM"),
            ("abdomen^liver", "ABDOMEN LIVER"),
            ("Research^MCBI_TESTING", "RESEARCH"),
            ("MR Spine of Anna, 12345", "MR SPINE OF"),
            ("CT, HEAD/BRAIN WO CONTRAST", "CT BRAIN WO CONTRAST"),
            ("19610203 T12 2024", "T12"),
            ("Wirbelsäule", ""),
        ] {
            assert_eq!(described(text, &identifying), cleaned, "{text}");
        }
    }

    #[test]
    fn ages_are_kept_up_to_ninety() {
        assert_eq!(age("089Y").as_deref(), Some("089Y"));
        assert_eq!(age("093Y").as_deref(), Some("090Y"));
        assert_eq!(age("011M").as_deref(), Some("011M"));
        assert_eq!(age("Ann"), None);
    }

    #[test]
    fn dates_move_and_times_stay() {
        let pseudonym = Pseudonym {
            name: "SB1".to_owned(),
            days: 366,
        };
        assert_eq!(
            shifted_date("20210101", &pseudonym).as_deref(),
            Some("20200101")
        );
        assert_eq!(
            shifted_stamp("20210101101500.25+0100", &pseudonym).as_deref(),
            Some("20200101101500.25")
        );
        assert_eq!(shifted_date("1.1.2021", &pseudonym), None);
        assert_eq!(time("101500.5").as_deref(), Some("101500.5"));
        assert_eq!(time("Meier"), None);
    }

    #[test]
    fn numbers_are_numbers() {
        assert!(number(*b"DS", b"1.5\\-2e3 ").is_some());
        assert!(number(*b"IS", b"12").is_some());
        assert!(number(*b"DS", b"Anna").is_none());
        assert!(number(*b"DS", b"nan").is_none());
        assert!(number(*b"US", b"abc").is_none());
        assert!(number(*b"LO", b"12").is_none());
    }
}
