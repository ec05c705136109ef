//! The embedded typeface: Noto Sans regular and bold, and Noto Sans Math for the signs that
//! they lack. Licence: `assets/fonts/OFL.txt`.
//!
//! Text is set glyph by glyph without shaping, which is right for Latin, Greek and Cyrillic.
//! A character that no face has is never sent to the page, where it would print as a box.

use crate::ReportError;
use printpdf::ParsedFont;
use std::sync::OnceLock;
use unicode_normalization::UnicodeNormalization;

/// Stands for characters that cannot be printed.
pub(crate) const UNPRINTABLE: &str = "[?]";

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Weight {
    Regular,
    Bold,
}

/// One font file.
#[derive(Debug)]
pub(crate) struct Face {
    name: &'static str,
    bytes: &'static [u8],
    parsed: ParsedFont,
}

/// The faces that a document is set in.
#[derive(Debug)]
pub(crate) struct Typeface {
    regular: Face,
    bold: Face,
    symbols: Face,
}

impl Face {
    fn read(name: &'static str, bytes: &'static [u8]) -> Option<Face> {
        let parsed = ParsedFont::from_bytes(bytes, 0, &mut Vec::new())?;
        Some(Face {
            name,
            bytes,
            parsed,
        })
    }

    /// The PostScript name, also the name of the font resource on a page.
    pub(crate) fn name(&self) -> &'static str {
        self.name
    }

    pub(crate) fn bytes(&self) -> &'static [u8] {
        self.bytes
    }

    pub(crate) fn parsed(&self) -> &ParsedFont {
        &self.parsed
    }

    /// The glyph of a character, if the face draws it.
    pub(crate) fn glyph(&self, character: char) -> Option<u16> {
        self.parsed
            .lookup_glyph_index(u32::from(character))
            .filter(|glyph| *glyph != 0)
    }

    /// Advance width in em.
    fn advance(&self, character: char) -> f32 {
        let width = self
            .glyph(character)
            .and_then(|glyph| self.parsed.get_glyph_width(glyph));
        f32::from(width.unwrap_or(0)) / f32::from(self.parsed.units_per_em.max(1))
    }
}

impl Typeface {
    /// The typeface that is compiled in, parsed once.
    pub(crate) fn shipped() -> Result<&'static Typeface, ReportError> {
        static SHIPPED: OnceLock<Option<Typeface>> = OnceLock::new();
        SHIPPED
            .get_or_init(Typeface::read)
            .as_ref()
            .ok_or(ReportError::Font)
    }

    fn read() -> Option<Typeface> {
        macro_rules! face {
            ($name:literal) => {
                Face::read(
                    $name,
                    include_bytes!(concat!("../../../../assets/fonts/", $name, ".ttf")),
                )
            };
        }
        Some(Typeface {
            regular: face!("NotoSans-Regular")?,
            bold: face!("NotoSans-Bold")?,
            symbols: face!("NotoSansMath-Regular")?,
        })
    }

    pub(crate) fn face(&self, weight: Weight) -> &Face {
        match weight {
            Weight::Regular => &self.regular,
            Weight::Bold => &self.bold,
        }
    }

    pub(crate) fn faces(&self) -> [&Face; 3] {
        [&self.regular, &self.bold, &self.symbols]
    }

    fn face_for(&self, weight: Weight, character: char) -> &Face {
        let preferred = self.face(weight);
        if preferred.glyph(character).is_none() && self.symbols.glyph(character).is_some() {
            return &self.symbols;
        }
        preferred
    }

    /// Width of one line in points at `size` points.
    pub(crate) fn width(&self, weight: Weight, size: f32, text: &str) -> f32 {
        text.chars()
            .map(|character| self.face_for(weight, character).advance(character))
            .sum::<f32>()
            * size
    }

    /// The text cut where the face changes.
    pub(crate) fn runs<'a>(&self, weight: Weight, text: &'a str) -> Vec<(&Face, &'a str)> {
        let mut runs: Vec<(&Face, &str)> = Vec::new();
        let mut start = 0;
        for (at, character) in text.char_indices() {
            let face = self.face_for(weight, character);
            let end = at + character.len_utf8();
            match runs.last_mut() {
                Some((current, run)) if current.name == face.name => *run = &text[start..end],
                _ => {
                    start = at;
                    runs.push((face, &text[at..end]));
                }
            }
        }
        runs
    }

    /// Whether every character can be printed.
    pub(crate) fn covers(&self, text: &str) -> bool {
        !text.contains(UNPRINTABLE) && !self.printable(text).contains(UNPRINTABLE)
    }

    /// The text as it can be printed: composed (NFC), without control and direction characters,
    /// each run of characters without a glyph replaced by [`UNPRINTABLE`]. Line breaks stay.
    pub(crate) fn printable(&self, text: &str) -> String {
        let mut clean = String::with_capacity(text.len());
        let mut in_gap = false;
        for character in text.nfc() {
            let character = match character {
                '\t' | '\u{a0}' | '\u{2007}' | '\u{202f}' | '\u{2028}' | '\u{2029}' => ' ',
                '\u{2010}' | '\u{2011}' => '-',
                '\n' => '\n',
                invisible if is_invisible(invisible) => continue,
                other => other,
            };
            let drawn = character == '\n'
                || self.regular.glyph(character).is_some() && self.bold.glyph(character).is_some()
                || self.symbols.glyph(character).is_some();
            if drawn {
                clean.push(character);
            } else if !in_gap {
                clean.push_str(UNPRINTABLE);
            }
            in_gap = !drawn;
        }
        clean
    }
}

/// Characters that control but are not drawn: C0 and C1, soft hyphen, joiners, direction marks
/// and isolates, variation selectors, byte order mark.
fn is_invisible(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
        )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn clinical_signs_and_european_names_can_be_printed() {
        let typeface = Typeface::shipped().unwrap();
        for text in [
            "Łukasz Ñandú-Öztürk",
            "Жанна Ёлкина",
            "Ελένη Παπαδοπούλου",
            "≥ 2 × 10⁹/L, µmol → ≤ 5",
        ] {
            assert!(typeface.covers(text), "{text}");
            assert_eq!(typeface.printable(text), text);
        }
    }

    #[test]
    fn what_cannot_be_printed_is_marked_and_what_is_invisible_goes() {
        let typeface = Typeface::shipped().unwrap();
        assert_eq!(typeface.printable("a 山田太郎 b"), "a [?] b");
        assert_eq!(
            typeface.printable("\u{202e}ab\u{0}c\u{7}\td\u{200f}\r\ne"),
            "abc d\ne"
        );
        assert!(!typeface.covers("שלום"));
        assert!(!typeface.covers("山田"));
    }

    #[test]
    fn decomposed_letters_are_composed() {
        let typeface = Typeface::shipped().unwrap();
        assert_eq!(typeface.printable("N\u{303}andu\u{301}"), "Ñandú");
    }

    #[test]
    fn figures_are_of_one_width() {
        let typeface = Typeface::shipped().unwrap();
        for weight in [Weight::Regular, Weight::Bold] {
            let one = typeface.width(weight, 10.0, "1");
            assert!(one > 0.0);
            assert!("0123456789".chars().all(|digit| typeface.width(
                weight,
                10.0,
                &digit.to_string()
            ) == one));
        }
    }

    #[test]
    fn a_sign_of_another_face_is_a_run_of_its_own() {
        let typeface = Typeface::shipped().unwrap();
        let runs: Vec<(&str, &str)> = typeface
            .runs(Weight::Bold, "a ≥ b")
            .into_iter()
            .map(|(face, run)| (face.name(), run))
            .collect();
        assert_eq!(
            runs,
            [
                ("NotoSans-Bold", "a "),
                ("NotoSansMath-Regular", "≥"),
                ("NotoSans-Bold", " b")
            ]
        );
    }
}
