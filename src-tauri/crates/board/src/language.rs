//! The language of the installation: what the window speaks and reports are written in.
//!
//! It is asked for before the store is open, so it is kept beside it, in a file that says nothing else. Until somebody
//! chooses, it is what the window takes from the operating system, and nothing is kept.

use crate::{AppStatus, Board, BoardError, lock};
use clinical::language::Language;
use std::{
    fs::{self, File},
    io::{Read, Write},
    path::Path,
};
use store::{StoreError, WholeFile};

const FILE: &str = "spineboard.language";

/// Longer than any tag; the rest of a longer file is not read.
const LONGEST_TAG: u64 = 16;

/// What is spoken, and whether somebody chose it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Spoken {
    pub(crate) language: Language,
    pub(crate) is_chosen: bool,
}

impl Board {
    /// The language of the window and of the reports that it writes.
    pub fn language(&self) -> Language {
        lock(&self.spoken).language
    }

    /// Speaks a language from now on, and with `keep` also after the next start. Anybody may choose it, before and
    /// after signing in: it changes nothing of the cases. Code: `file_unwritable`.
    pub fn set_language(&self, language: Language, keep: bool) -> Result<AppStatus, BoardError> {
        if keep {
            kept(&self.options.data, language)
                .map_err(|error| StoreError::Unwritable(error.kind()))?;
        }
        let mut spoken = lock(&self.spoken);
        spoken.language = language;
        spoken.is_chosen |= keep;
        drop(spoken);
        Ok(self.status())
    }
}

fn kept(data: &Path, language: Language) -> std::io::Result<()> {
    fs::create_dir_all(data)?;
    let mut file = WholeFile::create(&data.join(FILE))?;
    file.write_all(language.code().as_bytes())?;
    file.finish()
}

/// What was chosen in a data folder; where nothing that can be read was, English until the window says otherwise.
pub(crate) fn chosen(data: &Path) -> Spoken {
    let mut tag = String::new();
    let read = File::open(data.join(FILE))
        .and_then(|file| file.take(LONGEST_TAG).read_to_string(&mut tag));
    let known = Language::ALL
        .into_iter()
        .find(|language| language.code() == tag.trim());
    match (read, known) {
        (Ok(_), Some(language)) => Spoken {
            language,
            is_chosen: true,
        },
        _ => Spoken::default(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::BoardOptions;

    fn board(data: &Path) -> Board {
        Board::start(BoardOptions {
            data: data.to_owned(),
            ..BoardOptions::default()
        })
    }

    #[test]
    fn a_chosen_language_is_there_after_a_restart_and_one_of_the_computer_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("not there yet");
        let status = board(&data).status();
        assert_eq!(
            (status.language, status.language_chosen),
            (Language::English, false)
        );

        let status = board(&data).set_language(Language::German, false).unwrap();
        assert_eq!(
            (status.language, status.language_chosen),
            (Language::German, false)
        );
        assert!(!data.exists(), "what was not chosen is not kept");

        let status = board(&data).set_language(Language::German, true).unwrap();
        assert!(status.language_chosen);
        let status = board(&data).status();
        assert_eq!(
            (status.language, status.language_chosen),
            (Language::German, true)
        );
        assert_eq!(
            status.store,
            crate::StoreStatus::Absent,
            "no store was made by it"
        );
    }

    #[test]
    fn a_spoilt_file_is_as_none() {
        let folder = tempfile::tempdir().unwrap();
        for spoilt in [&b"klingon"[..], b"", b"\xff\xfe", &[b'd'; 4096]] {
            fs::write(folder.path().join(FILE), spoilt).unwrap();
            assert!(!chosen(folder.path()).is_chosen);
        }
        fs::write(folder.path().join(FILE), "de\n").unwrap();
        assert_eq!(chosen(folder.path()).language, Language::German);
    }
}
