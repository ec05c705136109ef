//! Start arguments. Paths can be given here because a test cannot click through a native dialog.

use clap::Parser;
use std::path::PathBuf;

/// SpineBoard: decision support for tumour boards on spinal metastasis. Research use only.
#[derive(Debug, Parser)]
#[command(version, about)]
pub(crate) struct Arguments {
    /// Folder that holds the encrypted database.
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// Folder with model packs, looked through before the user's and the application's own.
    #[arg(long, value_name = "DIR")]
    pub(crate) packs: Option<PathBuf>,
    /// Open the synthetic demonstration case.
    #[arg(long)]
    pub(crate) demo: bool,
    /// Folder of DICOM files to offer for the first case that is opened.
    #[arg(long, value_name = "DIR")]
    pub(crate) images: Option<PathBuf>,
}
