//! What identifies the people of an export, collected before anything is written, so that texts can
//! be cleaned of it and the output be searched for it.
//!
//! **What is looked for**: names in pieces and, where a piece is short, in pairs of any order;
//! numbers and other texts as a sequence of words; every date and every UID of the input.
//! **What is not**, because it cannot be told apart from what is rightly there: pieces of a name under
//! three letters (two in scripts written without spaces), numbers under five digits, texts made only of
//! words of [`super::vocabulary`], and words that this program itself writes into every file. The
//! attributes whose values were passed over are listed in [`Identifying::not_searched`].

use super::{
    vocabulary,
    words::{is_number, is_unspaced, spelt_out, tokens},
};
use chrono::{Datelike, NaiveDate};
use std::collections::{BTreeSet, HashMap};

/// Letters of a searched piece of a name, and of any other searched text.
const SHORTEST_WORD: usize = 3;
/// Digits of a searched number, and of a number inside a longer text that is also searched alone.
const SHORTEST_NUMBER: usize = 5;
const SHORTEST_INNER_NUMBER: usize = 6;
/// Bytes of a value searched in pixel data, where a shorter one would be met by chance.
const SHORTEST_RAW: usize = 8;
const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];

#[derive(Debug, Clone, Default)]
pub struct Identifying {
    /// Sequences of words by their first one.
    phrases: HashMap<String, BTreeSet<Vec<String>>>,
    /// Names in scripts without spaces.
    unspaced: BTreeSet<String>,
    uids: BTreeSet<String>,
    dates: BTreeSet<NaiveDate>,
    /// Texts as they are written, for the search of raw bytes.
    texts: BTreeSet<String>,
    /// Bytes of texts in other repertoires.
    stored: BTreeSet<Vec<u8>>,
    /// Runs of digits that made-up numbers must not contain.
    runs: BTreeSet<String>,
    not_searched: BTreeSet<String>,
}

impl Identifying {
    /// A person's name: component groups parted by `=`, components by `^`, or as spoken.
    pub fn add_name(&mut self, name: &str, attribute: &str) {
        for group in name.split('=') {
            self.add_name_group(group, attribute);
            if let Some(spelt) = spelt_out(group) {
                self.add_name_group(&spelt, attribute);
            }
        }
    }

    fn add_name_group(&mut self, group: &str, attribute: &str) {
        let mut pieces: Vec<String> = Vec::new();
        for piece in group.split(|letter: char| !letter.is_alphanumeric() && letter != '\u{308}') {
            pieces.extend(tokens(piece));
        }
        self.add_raw(group.trim_matches([' ', '^']));
        let mut short = false;
        for piece in &pieces {
            if is_unspaced(piece) {
                if piece.chars().count() >= 2 {
                    self.unspaced.insert(piece.clone());
                }
            } else if piece.chars().count() < SHORTEST_WORD || super::is_own_word(piece) {
                short = true;
            } else {
                self.add_phrase(vec![piece.clone()]);
                self.add_raw(piece);
            }
        }
        if pieces.iter().any(|piece| is_unspaced(piece)) {
            let whole = pieces.concat();
            if whole.chars().count() >= 2 {
                self.unspaced.insert(whole);
            }
        }
        if short {
            self.not_searched.insert(attribute.to_owned());
            for (at, first) in pieces.iter().enumerate() {
                for second in pieces.iter().skip(at + 1) {
                    self.add_phrase(vec![first.clone(), second.clone()]);
                    self.add_phrase(vec![second.clone(), first.clone()]);
                }
            }
        }
    }

    /// A number, an address, a remark: anything written.
    pub fn add_text(&mut self, text: &str, attribute: &str) {
        let words = tokens(text);
        let is_common = words.iter().all(|word| {
            vocabulary::is_code(word)
                || super::is_own_word(word)
                || (is_number(word) && word.len() < SHORTEST_NUMBER)
        });
        let letters: usize = words.iter().map(|word| word.chars().count()).sum();
        if words.is_empty() {
            return;
        }
        if words.iter().any(|word| is_unspaced(word)) && letters >= 2 {
            self.unspaced.insert(words.concat());
        } else if is_common || letters < SHORTEST_WORD {
            self.not_searched.insert(attribute.to_owned());
            return;
        }
        for word in &words {
            if is_number(word) && word.len() >= SHORTEST_INNER_NUMBER {
                self.add_phrase(vec![word.clone()]);
            }
        }
        self.add_raw(text.trim());
        self.add_phrase(words);
    }

    pub fn add_date(&mut self, date: NaiveDate) {
        if (1850..=2200).contains(&date.year()) {
            self.dates.insert(date);
            self.runs.insert(date.format("%Y%m%d").to_string());
        }
    }

    /// A UID; those of the standard itself (PS3.6 annex A) say nothing of a patient.
    pub fn add_uid(&mut self, uid: &str) {
        if uid.len() >= SHORTEST_NUMBER && !super::is_standard_uid(uid) {
            self.uids.insert(uid.to_owned());
        }
    }

    /// The bytes of a text in the repertoire of its file.
    pub fn add_stored(&mut self, bytes: &[u8]) {
        if bytes.len() >= SHORTEST_RAW && !bytes.is_ascii() {
            self.stored.insert(bytes.to_owned());
        }
    }

    /// Notes an attribute whose values are not looked for.
    pub fn pass_over(&mut self, attribute: &str) {
        self.not_searched.insert(attribute.to_owned());
    }

    fn add_phrase(&mut self, words: Vec<String>) {
        if let Some(first) = words.first() {
            if is_number(first) && first.len() >= SHORTEST_RAW {
                self.runs.insert(first.clone());
            }
            self.phrases.entry(first.clone()).or_default().insert(words);
        }
    }

    fn add_raw(&mut self, text: &str) {
        if text.chars().count() >= SHORTEST_RAW / 2 {
            self.texts.insert(text.to_owned());
        }
    }

    pub fn merge(&mut self, other: Identifying) {
        for (first, phrases) in other.phrases {
            self.phrases.entry(first).or_default().extend(phrases);
        }
        self.unspaced.extend(other.unspaced);
        self.uids.extend(other.uids);
        self.dates.extend(other.dates);
        self.texts.extend(other.texts);
        self.stored.extend(other.stored);
        self.runs.extend(other.runs);
        self.not_searched.extend(other.not_searched);
    }

    /// The same without single words that stand in every file of another kind, such as the name of a
    /// score on a report; also how many these were.
    pub fn without(&self, own: impl Fn(&str) -> bool) -> (Identifying, usize) {
        let mut rest = self.clone();
        let mut dropped = 0;
        rest.phrases.retain(|first, phrases| {
            if own(first) {
                dropped += usize::from(phrases.remove(&vec![first.clone()]));
            }
            !phrases.is_empty()
        });
        (rest, dropped)
    }

    /// Attributes with values that are too short or too common to be looked for.
    pub fn not_searched(&self) -> impl Iterator<Item = &str> {
        self.not_searched.iter().map(String::as_str)
    }

    pub fn dates(&self) -> impl Iterator<Item = NaiveDate> {
        self.dates.iter().copied()
    }

    /// Number of different values that are looked for.
    pub fn count(&self) -> usize {
        let phrases: usize = self.phrases.values().map(BTreeSet::len).sum();
        phrases + self.unspaced.len() + self.uids.len() + self.dates.len()
    }

    /// Whether a text holds one of the values.
    pub fn is_in(&self, text: &str) -> bool {
        let words = tokens(text);
        self.has_phrase(&words)
            || has_date(&self.dates, &words)
            || self.has_unspaced(&words)
            || self.has_uid(text)
    }

    /// Whether a number of a text is one of the values, its words not being looked at.
    pub(crate) fn is_in_number(&self, text: &str) -> bool {
        let words = tokens(text);
        words.iter().any(|word| {
            word.len() >= SHORTEST_NUMBER
                && self
                    .phrases
                    .get(word)
                    .is_some_and(|phrases| phrases.contains(std::slice::from_ref(word)))
        })
    }

    fn has_phrase(&self, words: &[String]) -> bool {
        (0..words.len()).any(|at| {
            self.phrases
                .get(&words[at])
                .is_some_and(|phrases| phrases.iter().any(|phrase| words[at..].starts_with(phrase)))
        })
    }

    fn has_unspaced(&self, words: &[String]) -> bool {
        if self.unspaced.is_empty() || !words.iter().any(|word| is_unspaced(word)) {
            return false;
        }
        let joined = words.concat();
        self.unspaced.iter().any(|name| joined.contains(name))
    }

    pub(crate) fn has_uid(&self, text: &str) -> bool {
        text.split(|letter: char| !letter.is_ascii_digit() && letter != '.')
            .any(|part| self.uids.contains(part.trim_matches('.')))
    }

    /// Whether digits that were made up would be met by the search of raw bytes.
    pub(crate) fn is_in_digits(&self, digits: &str) -> bool {
        self.runs.iter().any(|run| digits.contains(run.as_str()))
    }

    /// The values as bytes that may stand anywhere, also inside pixel data.
    pub(crate) fn raw_patterns(&self) -> BTreeSet<Vec<u8>> {
        let mut patterns = self.stored.clone();
        for date in &self.dates {
            for form in ["%Y%m%d", "%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y"] {
                patterns.insert(date.format(form).to_string().into_bytes());
            }
        }
        patterns.extend(self.uids.iter().map(|uid| uid.clone().into_bytes()));
        for text in &self.texts {
            patterns.insert(text.clone().into_bytes());
            patterns.insert(text.encode_utf16().flat_map(u16::to_le_bytes).collect());
            patterns.insert(text.encode_utf16().flat_map(u16::to_be_bytes).collect());
            let latin: Option<Vec<u8>> = text
                .chars()
                .map(|letter| u8::try_from(u32::from(letter)).ok())
                .collect();
            patterns.extend(latin);
        }
        patterns.retain(|pattern| pattern.len() >= SHORTEST_RAW);
        patterns
    }
}

/// Dates as one run of digits, alone or before a time, and as day, month and year in any order.
fn has_date(dates: &BTreeSet<NaiveDate>, words: &[String]) -> bool {
    let number = |word: &String| {
        let is_short = is_number(word) && word.len() <= 4;
        is_short.then(|| word.parse::<u32>().ok()).flatten()
    };
    let month = |word: &String| {
        number(word).or_else(|| {
            let name = word.get(..3)?;
            let place = MONTHS.iter().position(|month| *month == name)?;
            u32::try_from(place + 1).ok()
        })
    };
    let known = |year: u32, month: u32, day: u32| {
        i32::try_from(year)
            .ok()
            .and_then(|year| NaiveDate::from_ymd_opt(year, month, day))
            .is_some_and(|date| dates.contains(&date))
    };
    let in_run = words.iter().any(|word| {
        is_number(word)
            && word.len() >= 8
            && NaiveDate::parse_from_str(&word[..8], "%Y%m%d")
                .is_ok_and(|date| dates.contains(&date))
    });
    in_run
        || words.windows(3).any(|three| {
            let [a, b, c] = three else { return false };
            let by_year = || Some(known(number(a)?, month(b)?, number(c)?));
            let by_day = || Some(known(number(c)?, month(b)?, number(a)?));
            let by_month = || Some(known(number(c)?, month(a)?, number(b)?));
            by_year() == Some(true) || by_day() == Some(true) || by_month() == Some(true)
        })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn identifying() -> Identifying {
        let mut known = Identifying::default();
        known.add_name("Müller-Lüdenscheidt^Anna Maria^^Dr", "PatientName");
        known.add_name("Yamada^Tarou=山田^太郎=やまだ^たろう", "PatientName");
        known.add_name("Wu^Li", "OperatorsName");
        known.add_text("MRN-0047110815", "PatientID");
        known.add_text("12", "StudyID");
        known.add_text("12 Harley Street, London", "PatientAddress");
        known.add_date("1961-02-03".parse().unwrap());
        known.add_uid("1.3.6.1.4.1.9590.100.1");
        known
    }

    #[test]
    fn values_are_found_in_pieces_orders_and_other_spellings() {
        let known = identifying();
        for text in [
            "for MUELLER",
            "Ludenscheidt, A.",
            "anna",
            "Li Wu",
            "WU^LI",
            "\u{5c71}\u{7530}\u{592a}\u{90ce}さん",
            "47110815",
            "mrn 47110815",
            "x-0047110815-y",
            "12 harley street london",
            "03.02.1961",
            "3/2/1961",
            "02/03/1961",
            "1961-02-03",
            "19610203",
            "19610203101500.000",
            "3 Feb 1961",
            "February 3, 1961",
            "uid 1.3.6.1.4.1.9590.100.1.",
        ] {
            assert!(known.is_in(text), "{text}");
        }
    }

    #[test]
    fn other_values_are_not_mistaken_for_them() {
        let known = identifying();
        for text in [
            "annals",
            "Wu",
            "147110815",
            "12",
            "Harley",
            "04.02.1961",
            "119610203",
            "1.3.6.1.4.1.9590.100.12",
            "山",
        ] {
            assert!(!known.is_in(text), "{text}");
        }
        let passed: Vec<_> = known.not_searched().collect();
        assert_eq!(passed, ["OperatorsName", "PatientName", "StudyID"]);
    }

    #[test]
    fn raw_bytes_are_sought_in_the_encodings_a_file_may_use() {
        let patterns = identifying().raw_patterns();
        let wide: Vec<u8> = "anna".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert!(patterns.contains(&wide));
        assert!(patterns.contains(b"M\xfcller-L\xfcdenscheidt^Anna Maria^^Dr".as_slice()));
        assert!(patterns.contains(b"19610203".as_slice()));
        assert!(patterns.iter().all(|pattern| pattern.len() >= 8));
    }
}
