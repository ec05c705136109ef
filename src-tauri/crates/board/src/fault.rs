//! The one error that leaves the board: a code for the interface, a sentence for people.

use exchange::{ExchangeError, import_csv::TableFault};
use imaging::{ImagingError, Reason};
use report::ReportError;
use serde::Serialize;
use std::collections::BTreeMap;
use store::{MOST_WRONG_SECRETS, Role, StoreError};
use ts_rs::TS;

/// Why something could not be done. The words for `error.<code>` say what to do; `message` is the
/// English sentence for terminals. Neither holds a patient's identity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS, thiserror::Error)]
#[error("{message}")]
pub struct BoardError {
    pub code: String,
    pub message: String,
    pub parameters: BTreeMap<String, String>,
}

impl BoardError {
    pub(crate) fn new(code: &str, message: impl Into<String>) -> BoardError {
        BoardError {
            code: code.to_owned(),
            message: message.into(),
            parameters: BTreeMap::new(),
        }
    }

    pub(crate) fn with(mut self, name: &str, value: impl ToString) -> BoardError {
        self.parameters.insert(name.to_owned(), value.to_string());
        self
    }

    /// The database is not open: the passphrase is needed first.
    pub(crate) fn locked() -> BoardError {
        BoardError::new(
            "store_locked",
            "The database is locked. Enter the passphrase first.",
        )
    }

    /// The database is open, but nobody is signed in.
    pub(crate) fn sign_in_needed() -> BoardError {
        BoardError::new("sign_in_needed", "Nobody is signed in. Sign in first.")
    }

    /// Only coordinators and chairs may do this.
    pub(crate) fn not_allowed(role: Role) -> BoardError {
        BoardError::new("not_allowed", "Only a coordinator or a chair may do this.")
            .with("role", role.code())
    }

    /// What is written there must not be mixed with what is there.
    pub(crate) fn folder_not_empty() -> BoardError {
        BoardError::new(
            "folder_not_empty",
            "There is something in this folder already. Choose a new or an empty one, so that nothing else is taken for part of what is written.",
        )
    }

    pub(crate) fn unknown_stack() -> BoardError {
        BoardError::new(
            "unknown_stack",
            "These images are no longer open. Open the folder of the study again.",
        )
    }

    /// The second window could not be opened.
    pub fn shared_screen(detail: &str) -> BoardError {
        BoardError::new("shared_screen", detail)
    }

    /// A background task ended without an answer.
    pub fn interrupted() -> BoardError {
        BoardError::new(
            "interrupted",
            "The task ended without a result. Nothing that was saved is lost; please try again.",
        )
    }
}

impl From<StoreError> for BoardError {
    fn from(error: StoreError) -> BoardError {
        let fault = BoardError::new(error.code(), error.to_string());
        match error {
            StoreError::PassphraseTooShort { minimum } | StoreError::SecretTooShort { minimum } => {
                fault.with("minimum", minimum)
            }
            StoreError::RecoveryKeyMisread { group } => fault.with("group", group),
            StoreError::TooManyAttempts => fault.with("attempts", MOST_WRONG_SECRETS),
            StoreError::NewerDatabase { found, known } | StoreError::NewerKeys { found, known } => {
                fault.with("found", found).with("known", known)
            }
            StoreError::ChangedElsewhere { expected, newest } => {
                fault.with("expected", expected).with("newest", newest)
            }
            StoreError::UnknownRevision { revision }
            | StoreError::UnreadableRevision { revision } => fault.with("revision", revision),
            StoreError::Folder(kind)
            | StoreError::Unreadable(kind)
            | StoreError::Unwritable(kind) => fault.with("detail", kind),
            StoreError::Database(code) => fault.with("detail", code),
            _ => fault,
        }
    }
}

impl From<ImagingError> for BoardError {
    fn from(error: ImagingError) -> BoardError {
        let code = match &error {
            ImagingError::Folder(_) => "image_folder",
            ImagingError::Cancelled => "cancelled",
            ImagingError::Image(_) => "image_unreadable",
            ImagingError::Worker(_) => "image_worker",
            _ => "images",
        };
        let fault = BoardError::new(code, error.to_string());
        match &error {
            // The code of the reason, so that the window can say in its own words what to do.
            ImagingError::Image(refusal) => fault
                .with("detail", refusal)
                .with("reason", code_of(refusal.reason)),
            _ => fault.with("detail", &error),
        }
    }
}

/// The code under which a reason stands in the words file.
fn code_of(reason: Reason) -> String {
    match serde_json::to_value(reason) {
        Ok(serde_json::Value::String(code)) => code,
        _ => String::new(),
    }
}

impl From<ReportError> for BoardError {
    fn from(error: ReportError) -> BoardError {
        BoardError::new("report", error.to_string())
    }
}

impl From<ExchangeError> for BoardError {
    fn from(error: ExchangeError) -> BoardError {
        let fault = BoardError::new(error.code(), error.to_string());
        match error {
            ExchangeError::TextTooLong { limit } => fault.with("limit", limit),
            _ => fault.with("detail", &error),
        }
    }
}

impl From<TableFault> for BoardError {
    fn from(error: TableFault) -> BoardError {
        let fault = BoardError::new(error.code(), error.to_string());
        let parameters = error.parameters().into_iter();
        parameters.fold(fault, |fault, (name, value)| fault.with(name, value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_that_cannot_be_decoded_says_why_by_code() {
        let error = ImagingError::Image(Reason::DecodingFailed.because("row 7"));
        let fault = BoardError::from(error);
        assert_eq!(fault.code, "image_unreadable");
        assert_eq!(fault.parameters["reason"], "decoding_failed");
        assert!(fault.parameters["detail"].ends_with("(row 7)"));
    }
}
