//! Tables of other programs: cases, laboratory values and outcomes under headings that are not ours.
//!
//! Three steps, none of which writes anything. [`read_table`] reads whatever is a table (comma, semicolon, tabulator or
//! bar; UTF-8, UTF-16 with its mark, else Windows-1252) and says of other files what they are. [`propose`] says what each
//! column could be, and what has to be asked because nobody may guess it: the order of day and month, the decimal
//! sign, a unit. [`ImportRows`] applies the mapping: one row per line with its values, and a finding for everything that is
//! left out or should be looked at. Whom a row belongs to is decided in `board`, which knows the cases.

mod cells;
mod content;
mod finding;
mod mapping;
mod names;
mod proposal;
mod rows;
mod table;

pub use content::{TableEncoding, TableFault};
pub use finding::{ImportEffect, ImportFinding, ImportFindingCode};
pub use mapping::{
    ColumnMapping, ColumnTarget, DateFormat, DecimalSign, ImportMapping, TableKind, TestMapping,
};
pub use proposal::{ColumnView, OpenQuestion, Proposal, SeenTest, SeenWord, propose};
pub use rows::{ImportRow, ImportRows, ImportedOutcome, ImportedValue};
pub use table::{ForeignTable, TABLE_LIMIT_BYTES, TableOrigin, TableRow, read_table};
