//! What is to be said of a row or a cell of an imported table.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

/// One remark; the words for `import_finding.<code>` and the parameters make the sentence. It may quote a cell, so it is
/// for the screen of whoever imports and for nothing else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ImportFinding {
    #[ts(type = "number")]
    pub line: u64,
    /// Heading of the column or name of the test.
    #[ts(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    pub code: ImportFindingCode,
    pub effect: ImportEffect,
    pub parameters: BTreeMap<String, String>,
}

/// What becomes of what a finding is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ImportEffect {
    RowLeftOut,
    /// Held back until somebody confirms that it is this patient.
    HeldBack,
    ValueLeftOut,
    /// It comes in and should be looked at.
    Taken,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ImportFindingCode {
    /// `found` and `expected` cells.
    CellCount,
    CellTooLong,
    NoPatientNumber,
    /// A laboratory value or an outcome of a number that no case has.
    UnknownPatient,
    /// The number belongs to `count` cases.
    AmbiguousPatient,
    /// The row names another number than the open case has.
    OtherPatient,
    /// A new number, while a case has nearly the same or the same name: `number`.
    SimilarPatient,
    /// Name or birth date differs from the known case: `field`, `here`, `there`.
    IdentityDiffers,
    /// The rows of one new patient differ in name or birth date: `field`, `here`, `there`.
    IdentityUnclear,
    /// A blank of the known case is filled: `field`.
    IdentityFilled,
    UnreadableNumber,
    /// Only a bound, such as `<0.6`.
    OnlyABound,
    UnreadableDate,
    TwoDigitBirthYear,
    FutureDate,
    BeforeBirth,
    UnreadableLevel,
    LevelMissing,
    UnknownWord,
    UnknownTest,
    /// `unit` and the `accepted` ones; `suggested_unit` where one is near.
    UnknownUnit,
    UnitMissing,
    /// Implausible in its unit and plausible in `suggested_unit`.
    ImplausibleUnit,
    /// Outside `min` to `max` in every unit.
    Implausible,
    /// No value of the feature at all: `problem`.
    InvalidValue,
    /// The same value of the same day is known.
    Duplicate,
    /// Another value of the same day is known: `value`.
    OtherValueSameDay,
    /// A total or class that is normally computed.
    DerivedValue,
    OutcomeContradiction,
    DeathWithoutDate,
    OutcomeWithoutDate,
    DuplicateOutcome,
    /// The case says that the patient died on another day, or was seen later: `known`.
    OtherOutcome,
    NothingInRow,
    DayMissing,
    /// The table gives another value of the same day in line `other`.
    OtherValueInTable,
}

impl ImportFinding {
    pub fn new(line: u64, code: ImportFindingCode, effect: ImportEffect) -> ImportFinding {
        ImportFinding {
            line,
            column: None,
            code,
            effect,
            parameters: BTreeMap::new(),
        }
    }

    #[must_use]
    pub fn in_column(mut self, column: &str) -> ImportFinding {
        self.column = Some(column.to_owned());
        self
    }

    #[must_use]
    pub fn with(mut self, name: &str, value: impl ToString) -> ImportFinding {
        self.parameters.insert(name.to_owned(), value.to_string());
        self
    }
}

impl ImportFindingCode {
    /// Every code there is.
    pub const ALL: [ImportFindingCode; 36] = [
        ImportFindingCode::CellCount,
        ImportFindingCode::CellTooLong,
        ImportFindingCode::NoPatientNumber,
        ImportFindingCode::UnknownPatient,
        ImportFindingCode::AmbiguousPatient,
        ImportFindingCode::OtherPatient,
        ImportFindingCode::SimilarPatient,
        ImportFindingCode::IdentityDiffers,
        ImportFindingCode::IdentityUnclear,
        ImportFindingCode::IdentityFilled,
        ImportFindingCode::UnreadableNumber,
        ImportFindingCode::OnlyABound,
        ImportFindingCode::UnreadableDate,
        ImportFindingCode::TwoDigitBirthYear,
        ImportFindingCode::FutureDate,
        ImportFindingCode::BeforeBirth,
        ImportFindingCode::UnreadableLevel,
        ImportFindingCode::LevelMissing,
        ImportFindingCode::UnknownWord,
        ImportFindingCode::UnknownTest,
        ImportFindingCode::UnknownUnit,
        ImportFindingCode::UnitMissing,
        ImportFindingCode::ImplausibleUnit,
        ImportFindingCode::Implausible,
        ImportFindingCode::InvalidValue,
        ImportFindingCode::Duplicate,
        ImportFindingCode::OtherValueSameDay,
        ImportFindingCode::DerivedValue,
        ImportFindingCode::OutcomeContradiction,
        ImportFindingCode::DeathWithoutDate,
        ImportFindingCode::OutcomeWithoutDate,
        ImportFindingCode::DuplicateOutcome,
        ImportFindingCode::OtherOutcome,
        ImportFindingCode::NothingInRow,
        ImportFindingCode::DayMissing,
        ImportFindingCode::OtherValueInTable,
    ];
}
