//! Tables `texts` and `texts_index`: a search over what people wrote of cases and meetings.

use crate::{Store, StoreError};
use rusqlite::{Connection, params};

/// What a text belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextKind {
    Case,
    Meeting,
}

/// A text with every word that was looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundText {
    pub kind: TextKind,
    /// Of the case or the meeting.
    pub id: String,
    /// Some words around the first of those that were looked for.
    pub excerpt: String,
}

/// Words on each side of what was found, together; as SQLite's `snippet` counts them.
const EXCERPT_WORDS: u32 = 12;

impl TextKind {
    fn code(self) -> &'static str {
        match self {
            TextKind::Case => "case",
            TextKind::Meeting => "meeting",
        }
    }
}

impl Store {
    /// The texts that hold, for each word of `search`, a word that begins so; letter case and accents do not count. The best
    /// matches first.
    pub fn search(&self, search: &str, most: u32) -> Result<Vec<FoundText>, StoreError> {
        let Some(query) = query_of(search) else {
            return Ok(Vec::new());
        };
        let mut statement = self.connection.prepare_cached(&format!(
            "SELECT t.kind, t.id, snippet(texts_index, 0, '', '', '…', {EXCERPT_WORDS})
             FROM texts_index JOIN texts t ON t.number = texts_index.rowid
             WHERE texts_index MATCH ?1 ORDER BY rank, t.number LIMIT ?2"
        ))?;
        let mut rows = statement.query(params![query, most])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let kind: String = row.get(0)?;
            found.push(FoundText {
                kind: match kind.as_str() {
                    "case" => TextKind::Case,
                    _ => TextKind::Meeting,
                },
                id: row.get(1)?,
                excerpt: row.get(2)?,
            });
        }
        Ok(found)
    }
}

/// Each word as the beginning of one, in quotation marks, so that nothing of it is an operator.
fn query_of(search: &str) -> Option<String> {
    let words = search
        .split_whitespace()
        .filter(|word| word.chars().any(char::is_alphanumeric));
    let words: Vec<String> = words
        .map(|word| format!("\"{}\"*", word.replace('"', "\"\"")))
        .collect();
    (!words.is_empty()).then(|| words.join(" "))
}

/// Keeps the texts of a case or a meeting in place of those that were there.
pub(crate) fn put(
    connection: &Connection,
    kind: TextKind,
    id: &str,
    texts: &[String],
) -> Result<(), StoreError> {
    let text = texts.join("\n");
    connection
        .prepare_cached(
            "INSERT INTO texts (kind, id, text) VALUES (?1, ?2, ?3)
             ON CONFLICT (kind, id) DO UPDATE SET text = excluded.text WHERE text <> excluded.text",
        )?
        .execute(params![kind.code(), id, text])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::{
        Change,
        trial::{self, minutes_later},
    };

    fn found(store: &Store, search: &str) -> Vec<String> {
        let found = store.search(search, 10).unwrap();
        found.into_iter().map(|found| found.id).collect()
    }

    #[test]
    fn every_word_has_to_begin_one_of_the_text_and_nothing_is_an_operator() {
        let (_folder, store) = trial::store_with_case();
        // The question of that case: "Separation surgery or radiotherapy?"
        assert_eq!(found(&store, "SEPAR surg"), ["case-1"]);
        assert_eq!(found(&store, "radiothérapy"), ["case-1"]);
        assert_eq!(found(&store, "paration"), Vec::<String>::new());
        assert_eq!(
            found(&store, "separation vertebroplasty"),
            Vec::<String>::new()
        );
        for odd in [
            "\"",
            "*",
            "surgery NOT radiotherapy",
            "surg\"ery",
            "text:surgery",
            "(",
            "NEAR(",
            "-",
            "",
        ] {
            assert_eq!(found(&store, odd), Vec::<String>::new(), "{odd}");
        }
    }

    #[test]
    fn a_text_that_was_replaced_is_not_found_any_more() {
        let (_folder, mut store) = trial::store_with_case();
        let mut case = trial::case("case-1");
        case.episodes[0].question = "Kyphoplasty?".to_owned();
        store
            .put_case(&case, &Change::new("A", "edited", 1), minutes_later(1))
            .unwrap();
        assert_eq!(found(&store, "separation"), Vec::<String>::new());
        let excerpt = &store.search("kypho", 10).unwrap()[0].excerpt;
        assert_eq!(excerpt, "Kyphoplasty?");
    }
}
