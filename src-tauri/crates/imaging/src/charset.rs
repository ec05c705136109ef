//! Text by Specific Character Set, with the code extensions of DICOM PS3.5 section 6.1.2.5, and
//! person names in their three component groups (PS3.5 section 6.2.1.1).
//!
//! Text arrives as Latin-1 (one character per byte, see [`crate::part10`]). Bytes that the declared
//! repertoire cannot read become U+FFFD; nothing fails.

use dicom_encoding::text::{SpecificCharacterSet, TextCodec};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A person's name in up to three scripts; a group that is absent is none.
#[derive(
    Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS,
)]
pub struct PersonName {
    /// In single-byte characters, usually Latin; components parted by `^` (family, given, …).
    pub alphabetic: Option<String>,
    pub ideographic: Option<String>,
    pub phonetic: Option<String>,
}

impl PersonName {
    /// Family and given name of a group, in that order.
    pub fn family_and_given(group: &str) -> (String, String) {
        let mut parts = group.split('^').map(str::trim);
        let family = parts.next().unwrap_or_default().to_owned();
        let given = parts.next().unwrap_or_default().to_owned();
        (family, given)
    }

    /// The first group that is there, with a comma between family and given name.
    pub fn display(&self) -> String {
        let group = [&self.ideographic, &self.alphabetic, &self.phonetic]
            .into_iter()
            .flatten()
            .next();
        match group.map(|group| PersonName::family_and_given(group)) {
            None => String::new(),
            Some((family, given)) if given.is_empty() => family,
            Some((family, given)) => format!("{family}, {given}"),
        }
    }
}

/// The repertoires that a data set declares, the first one for text without escape sequences.
pub(crate) struct Charsets {
    terms: Vec<String>,
}

impl Charsets {
    /// Reads the value of (0008,0005).
    pub(crate) fn parse(value: &[u8]) -> Charsets {
        let text = String::from_utf8_lossy(value);
        let terms = text
            .split('\\')
            .map(|term| term.trim_matches([' ', '\0']).to_owned())
            .collect();
        Charsets { terms }
    }

    /// The text of bytes kept as Latin-1, without padding.
    pub(crate) fn text(&self, latin: &str) -> String {
        let bytes: Vec<u8> = latin
            .chars()
            .map(|letter| u8::try_from(u32::from(letter)).unwrap_or(b'?'))
            .collect();
        let text = if self.uses_extensions() || bytes.contains(&ESCAPE) {
            self.decode_with_extensions(&bytes)
        } else {
            decode(self.first(), &bytes)
        };
        text.trim_matches([' ', '\0']).to_owned()
    }

    pub(crate) fn person_name(&self, latin: &str) -> PersonName {
        let text = self.text(latin);
        let mut groups = text.split('=').map(|group| {
            let group = group.trim_matches([' ', '^', '\0']);
            (!group.is_empty()).then(|| group.to_owned())
        });
        PersonName {
            alphabetic: groups.next().flatten(),
            ideographic: groups.next().flatten(),
            phonetic: groups.next().flatten(),
        }
    }

    fn first(&self) -> &str {
        self.terms.first().map_or("", String::as_str)
    }

    fn uses_extensions(&self) -> bool {
        self.terms.len() > 1 && !matches!(self.first(), "ISO_IR 192" | "GB18030" | "GBK")
    }

    /// ISO/IEC 2022: G0 holds the lower half, G1 the upper half; escape sequences exchange them,
    /// and a delimiter (`^`, `=`, `\`, a control character) restores the first repertoire.
    fn decode_with_extensions(&self, bytes: &[u8]) -> String {
        let mut text = String::new();
        let mut lower = Half::Ascii;
        let mut upper = Half::Named(self.first().to_owned());
        let mut position = 0;
        while position < bytes.len() {
            let rest = &bytes[position..];
            if rest[0] == ESCAPE {
                let (length, half) = escape_sequence(rest);
                match half {
                    Some((true, half)) => upper = half,
                    Some((false, half)) => lower = half,
                    None => {}
                }
                position += length;
                continue;
            }
            if rest[0] >= 0x80 {
                let run = rest.iter().take_while(|byte| **byte >= 0x80).count();
                text.push_str(&upper.decode(&rest[..run]));
                position += run;
            } else if lower.is_double() && rest[0] > 0x20 {
                let run = rest
                    .iter()
                    .take_while(|byte| (0x21..0x7f).contains(*byte))
                    .count();
                let run = (run - run % 2).max(1);
                text.push_str(&lower.decode(&rest[..run]));
                position += run;
            } else {
                if matches!(rest[0], b'^' | b'=' | b'\\' | b'\r' | b'\n' | b'\t' | 0x0c) {
                    lower = Half::Ascii;
                    upper = Half::Named(self.first().to_owned());
                }
                text.push(char::from(rest[0]));
                position += 1;
            }
        }
        text
    }
}

const ESCAPE: u8 = 0x1b;

/// What one half of the code table means at the moment.
enum Half {
    Ascii,
    Named(String),
    /// Two bytes per character in the lower half, with the escape sequence its decoder expects.
    JapaneseDouble,
    Unsupported,
}

impl Half {
    fn is_double(&self) -> bool {
        matches!(self, Half::JapaneseDouble | Half::Unsupported)
    }

    fn decode(&self, bytes: &[u8]) -> String {
        match self {
            Half::Ascii => bytes.iter().copied().map(char::from).collect(),
            Half::Named(term) => decode(term, bytes),
            Half::JapaneseDouble => {
                let mut escaped = b"\x1b$B".to_vec();
                escaped.extend_from_slice(bytes);
                decode("ISO 2022 IR 87", &escaped)
            }
            Half::Unsupported => "\u{fffd}".repeat(bytes.len().div_ceil(2)),
        }
    }
}

/// Length of an escape sequence and the half it exchanges (true: the upper), by PS3.3 tables
/// C.12-3 and C.12-4.
fn escape_sequence(bytes: &[u8]) -> (usize, Option<(bool, Half)>) {
    let named = |upper: bool, term: &str| Some((upper, Half::Named(term.to_owned())));
    match bytes {
        [_, b'(', b'B' | b'J', ..] => (3, Some((false, Half::Ascii))),
        [_, b')', b'I', ..] => (3, named(true, "ISO_IR 13")),
        [_, b'-', set, ..] => {
            let half = match set {
                b'A' => named(true, "ISO_IR 100"),
                b'B' => named(true, "ISO_IR 101"),
                b'C' => named(true, "ISO_IR 109"),
                b'D' => named(true, "ISO_IR 110"),
                b'F' => named(true, "ISO_IR 126"),
                b'G' => named(true, "ISO_IR 127"),
                b'H' => named(true, "ISO_IR 138"),
                b'L' => named(true, "ISO_IR 144"),
                b'M' => named(true, "ISO_IR 148"),
                b'T' => named(true, "ISO_IR 166"),
                _ => None,
            };
            (3, half)
        }
        [_, b'$', b'B' | b'@', ..] => (3, Some((false, Half::JapaneseDouble))),
        [_, b'$', b'(', b'D', ..] => (4, Some((false, Half::Unsupported))),
        [_, b'$', b')', b'C', ..] => (4, named(true, "ISO_IR 149")),
        [_, b'$', b')', b'A', ..] => (4, named(true, "GBK")),
        _ => (1, None),
    }
}

/// One repertoire without escape sequences. Terms may come in either spelling.
fn decode(term: &str, bytes: &[u8]) -> String {
    if term.ends_with("148") {
        return bytes.iter().map(|byte| latin_five(*byte)).collect();
    }
    let codec = SpecificCharacterSet::from_code(term).unwrap_or_default();
    match codec.decode(bytes) {
        Ok(text) => text,
        Err(_) => "\u{fffd}".repeat(bytes.len()),
    }
}

/// ISO 8859-9 is ISO 8859-1 with six letters exchanged for Turkish ones.
fn latin_five(byte: u8) -> char {
    match byte {
        0xd0 => 'Ğ',
        0xdd => 'İ',
        0xde => 'Ş',
        0xf0 => 'ğ',
        0xfd => 'ı',
        0xfe => 'ş',
        other => char::from(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn latin(bytes: &[u8]) -> String {
        bytes.iter().copied().map(char::from).collect()
    }

    /// The example of PS3.5 section H.3.1, byte by byte.
    #[test]
    fn a_japanese_name_comes_in_three_groups() {
        let bytes =
            b"Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B=\x1b$B$d$^$@\x1b(B^\x1b$B$?$m$&\x1b(B";
        let name = Charsets::parse(b"\\ISO 2022 IR 87").person_name(&latin(bytes));
        assert_eq!(name.alphabetic.as_deref(), Some("Yamada^Tarou"));
        assert_eq!(name.ideographic.as_deref(), Some("山田^太郎"));
        assert_eq!(name.phonetic.as_deref(), Some("やまだ^たろう"));
        assert_eq!(name.display(), "山田, 太郎");
    }

    /// The example of PS3.5 section H.3.2: half-width katakana in the first group.
    #[test]
    fn half_width_katakana_are_read_as_the_first_repertoire() {
        let bytes = b"\xd4\xcf\xc0\xde^\xc0\xdb\xb3=\x1b$B;3ED\x1b(J^\x1b$BB@O:\x1b(J";
        let name = Charsets::parse(b"ISO 2022 IR 13\\ISO 2022 IR 87").person_name(&latin(bytes));
        assert_eq!(name.alphabetic.as_deref(), Some("ﾔﾏﾀﾞ^ﾀﾛｳ"));
        assert_eq!(name.ideographic.as_deref(), Some("山田^太郎"));
    }

    /// The example of PS3.5 section I.2: Korean in the upper half.
    #[test]
    fn a_korean_name_uses_the_upper_half() {
        let bytes = b"Hong^Gildong=\x1b$)C\xfb\xf3^\x1b$)C\xd1\xce\xd4\xd7=\x1b$)C\xc8\xab^\x1b$)C\xb1\xe6\xb5\xbf";
        let name = Charsets::parse(b"\\ISO 2022 IR 149").person_name(&latin(bytes));
        assert_eq!(name.ideographic.as_deref(), Some("洪^吉洞"));
        assert_eq!(name.phonetic.as_deref(), Some("홍^길동"));
    }

    #[test]
    fn single_repertoires_are_read_whole() {
        let latin_two = Charsets::parse(b"ISO_IR 101");
        assert_eq!(latin_two.text(&latin(b"\xa3ukasz ")), "Łukasz");
        let utf8 = Charsets::parse(b"ISO_IR 192");
        assert_eq!(utf8.text(&latin("Ñandú-Öztürk".as_bytes())), "Ñandú-Öztürk");
        let turkish = Charsets::parse(b"ISO_IR 148");
        assert_eq!(turkish.text(&latin(b"\xdeahin")), "Şahin");
    }

    #[test]
    fn damaged_escape_sequences_do_not_stop_the_reading() {
        let charsets = Charsets::parse(b"\\ISO 2022 IR 87");
        assert!(charsets.text(&latin(b"A\x1b$B;")).starts_with('A'));
        assert_eq!(charsets.text(&latin(b"\x1b")), "");
    }
}
