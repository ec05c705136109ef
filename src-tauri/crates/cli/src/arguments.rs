//! The command line as people type it.

use board::{ExplainedEndpoint, Language, Threshold};
use chrono::NaiveDate;
use clap::{Parser, Subcommand, ValueEnum};
use std::path::{Path, PathBuf};

/// SpineBoard without a screen: decision support for tumour boards on spinal metastasis.
/// Research use only; not a medical device.
#[derive(Debug, Parser)]
#[command(
    name = "spineboard",
    version,
    after_help = "Exit codes: 0 done; 1 could not be done; 2 wrong usage; 3 done, but some rows, files or entries of the audit log had faults, which are named."
)]
pub(crate) struct Arguments {
    /// Folder with model packs, looked through before the application's own.
    #[arg(long, global = true, value_name = "DIR", env = "SPINEBOARD_PACKS")]
    pub(crate) packs: Option<PathBuf>,
    /// Folder that holds the encrypted database; needed by audit, backup, restore and recalibrate. With it, forecasts
    /// are recalibrated where a recalibration was kept there.
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// File whose first line is the passphrase, or - for standard input; else the terminal asks.
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) passphrase_file: Option<PathBuf>,
    /// Language of reports, comparisons and what a check of the audit log found; else that of the operating system.
    /// JSON and CSV are the same in every language.
    #[arg(long, global = true, value_enum)]
    pub(crate) language: Option<SpokenLanguage>,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum ReportKind {
    Full,
    Referrer,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum SpokenLanguage {
    En,
    De,
}

impl Arguments {
    /// The chosen language, else that of the locale of messages (POSIX: the first that is set and not empty).
    pub(crate) fn language(&self) -> Language {
        match self.language {
            Some(SpokenLanguage::En) => Language::English,
            Some(SpokenLanguage::De) => Language::German,
            None => ["LC_ALL", "LC_MESSAGES", "LANG"]
                .into_iter()
                .filter_map(|name| std::env::var(name).ok())
                .find(|locale| !locale.is_empty())
                .map_or(Language::default(), |locale| Language::of(&locale)),
        }
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Write a synthetic patient: a case file, and a CT and an MR study of a spine phantom.
    Demo {
        /// Folder to write into; made if it is not there.
        #[arg(value_name = "DIR")]
        folder: PathBuf,
    },
    /// List what folders, ZIP archives, discs (DICOMDIR) and DICOM files hold: studies, series, volumes,
    /// rejected and missing files, and what a person has to judge.
    Images {
        /// Read together as one library.
        #[arg(required = true, value_name = "PATH")]
        paths: Vec<PathBuf>,
        /// Print as JSON.
        #[arg(long)]
        json: bool,
        /// Add the SHA-256 of each file's decoded stored values (little endian, C order).
        #[arg(long, requires = "json")]
        hash: bool,
    },
    /// Compute scores, forecast and findings for one case (JSON) or a table of cases (CSV).
    Assess {
        /// Case file; the assessment is printed as JSON.
        #[arg(long, value_name = "CASE", conflicts_with_all = ["csv", "out", "cohort"], required_unless_present = "csv")]
        json: Option<PathBuf>,
        /// Table whose columns are ids of the catalogue, with `<id>_unit` where not the default.
        #[arg(long, value_name = "IN")]
        csv: Option<PathBuf>,
        /// Table to write, one line for each line read; with --cohort one line for each horizon.
        ///
        /// Its columns: the labels of the table read; survival_{3,6,12}_months, the probability of being
        /// alive, and median_survival_months, each with _low and _high; where a median is blank because
        /// it lies beyond the end of the curve, median_survival_beyond_months is that month.
        /// cord_compression with _low and _high is the probability within
        /// cord_compression_within_months, with its cord_compression_certainty;
        /// cord_compression_not_shown says why there is none. Then each score's total and group,
        /// in_population, findings and error.
        #[arg(long, value_name = "OUT", requires = "csv", required_unless_present_any = ["json", "cohort"])]
        out: Option<PathBuf>,
        /// Print the mean survival of the table's patients as one cohort, as JSON.
        #[arg(long, requires = "csv")]
        cohort: bool,
        /// Kind of cohort whose baseline the forecast takes; else the model's first. For the study of
        /// cohorts: it says where patients were treated, and is no property of a patient.
        #[arg(long, value_name = "NAME")]
        setting: Option<String>,
        /// Judge the facts as known on this day; else the case's own index date, else today.
        #[arg(long, value_name = "YYYY-MM-DD", conflicts_with = "csv")]
        index_date: Option<NaiveDate>,
    },
    /// Say why the forecast of a case is what it is: what each group of known facts adds, as JSON.
    Explain {
        #[arg(long, value_name = "CASE")]
        json: PathBuf,
        #[arg(long, value_enum, default_value_t = Endpoint::Survival)]
        endpoint: Endpoint,
        /// As for assess.
        #[arg(long, value_name = "NAME")]
        setting: Option<String>,
        /// As for assess.
        #[arg(long, value_name = "YYYY-MM-DD")]
        index_date: Option<NaiveDate>,
    },
    /// Say which blank fact of a case could change its forecast, and across which thresholds, as JSON.
    Sweep {
        #[arg(long, value_name = "CASE")]
        json: PathBuf,
        /// A probability of being alive at a month that would change what is done, such as 3:0.5; may
        /// be given several times.
        #[arg(long, value_name = "MONTHS:PROBABILITY", value_parser = threshold)]
        threshold: Vec<Threshold>,
        /// As for assess.
        #[arg(long, value_name = "NAME")]
        setting: Option<String>,
        /// As for assess.
        #[arg(long, value_name = "YYYY-MM-DD")]
        index_date: Option<NaiveDate>,
    },
    /// Move a model's survival by two numbers that a centre's own patients teach, shrunk towards no
    /// change; kept beside the packs only if they foresee patients better whom they were not learned from.
    Recalibrate {
        /// Table whose columns are ids of the catalogue, months of follow-up (months) and whether the
        /// patient died then (died: 0 or 1); patient or id says who counts once.
        #[arg(value_name = "COHORT", required_unless_present = "remove")]
        cohort: Option<PathBuf>,
        /// Print what would be kept, and keep nothing.
        #[arg(long)]
        dry_run: bool,
        /// Take the recalibration away: the pack answers as shipped again.
        #[arg(long, conflicts_with_all = ["cohort", "dry_run"])]
        remove: bool,
        /// Name of the model pack; else the one that answers.
        #[arg(long, value_name = "NAME")]
        pack: Option<String>,
        /// Chair or coordinator of the store, in whose name it is kept or removed.
        #[arg(long, value_name = "NAME", required_unless_present = "dry_run")]
        person: Option<String>,
        /// File whose first line is that person's PIN or passphrase; else the terminal asks.
        #[arg(long, value_name = "FILE")]
        secret_file: Option<PathBuf>,
    },
    /// Compare the model and every published score of survival on a centre's own patients.
    ///
    /// The table is that of assess, with months of follow-up from the index date and died (1 died then,
    /// 0 alive then). On the same rows: AUC at 3, 6 and 12 months, Harrell's and Uno's C, calibration,
    /// Brier score and decision curves, with bootstrap intervals and paired differences from the model;
    /// and each score against the model on all rows that the two can use.
    Validate {
        #[arg(value_name = "COHORT")]
        table: PathBuf,
        /// Folder for tables (CSV), figures (SVG) and a report (PDF).
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
        /// As for assess.
        #[arg(long, value_name = "NAME")]
        setting: Option<String>,
        /// Id of a score that takes part on the same rows, however few have it; may be given several
        /// times. Else every score of survival joins, those that most rows have first, as long as half
        /// of the rows are left.
        #[arg(long, value_name = "ID")]
        score: Vec<String>,
        /// A score that was made from these patients: said in every result; may be given several times.
        #[arg(long, value_name = "ID")]
        cohort_of: Vec<String>,
        /// A probability of death at which the board would act otherwise, for the decision curves; may be
        /// given several times.
        #[arg(long, value_name = "PROBABILITY", value_parser = probability)]
        threshold: Vec<f64>,
        /// Resamples for the intervals.
        #[arg(long, value_name = "N", default_value_t = 200)]
        bootstraps: u32,
        #[arg(long, value_name = "N", default_value_t = 1)]
        seed: u64,
        /// Print all of it as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Write a report about a case file as PDF.
    Report {
        /// All of it, or one page for whoever referred the patient.
        #[arg(long, value_enum, default_value_t = ReportKind::Full)]
        kind: ReportKind,
        /// Put a page with the curve and the first key image after the one page.
        #[arg(long)]
        charts: bool,
        #[arg(long, value_name = "CASE")]
        json: PathBuf,
        #[arg(long, value_name = "PDF")]
        out: PathBuf,
        /// Folder, ZIP archive or disc with the images that the case's key images point to.
        #[arg(long, value_name = "PATH")]
        images: Option<PathBuf>,
        /// Leave the patient's identity out.
        #[arg(long)]
        mask_identity: bool,
    },
    /// The audit log.
    Audit {
        #[command(subcommand)]
        command: AuditCommand,
    },
    /// Write one encrypted file that holds everything, and check it by opening it.
    Backup {
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Make a store from a backup, in a data folder that has none.
    Restore {
        #[arg(value_name = "FILE")]
        backup: PathBuf,
        /// File whose first line is the recovery key of the day of the backup, where its passphrase
        /// is lost; the passphrase that is asked for is then the new one.
        #[arg(long, value_name = "FILE")]
        recovery_key_file: Option<PathBuf>,
    },
    /// Write copies of DICOM images, and of a case file, without identity (DICOM PS3.15 Basic Profile).
    Deidentify {
        /// Files or folders with images.
        #[arg(required = true, value_name = "PATH")]
        paths: Vec<PathBuf>,
        /// A new or empty folder to write into.
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
        /// Case file that belongs to the images.
        #[arg(long, value_name = "CASE")]
        case: Option<PathBuf>,
        /// You looked at the pictures: no name is written in them.
        #[arg(long)]
        confirm_burned_in: bool,
    },
    /// Model packs.
    Pack {
        #[command(subcommand)]
        command: PackCommand,
    },
}

/// What is explained.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
#[value(rename_all = "snake_case")]
pub(crate) enum Endpoint {
    Survival,
    CordCompression,
}

impl From<Endpoint> for ExplainedEndpoint {
    fn from(endpoint: Endpoint) -> ExplainedEndpoint {
        match endpoint {
            Endpoint::Survival => ExplainedEndpoint::Survival,
            Endpoint::CordCompression => ExplainedEndpoint::CordCompression,
        }
    }
}

fn probability(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(probability) if probability > 0.0 && probability < 1.0 => Ok(probability),
        _ => Err("write a probability between 0 and 1, such as 0.3".to_owned()),
    }
}

fn threshold(text: &str) -> Result<Threshold, String> {
    let parts = text
        .split_once(':')
        .and_then(|(months, probability)| Some((months.parse().ok()?, probability.parse().ok()?)));
    match parts {
        Some((months, probability)) if probability > 0.0 && probability < 1.0 => Ok(Threshold {
            months,
            probability,
        }),
        _ => Err("write months and a probability between 0 and 1, such as 3:0.5".to_owned()),
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// Recompute every hash, check every signature and hold the log against what was saved. Exit
    /// code 0 if the log is whole, 3 if it is not.
    Verify {
        /// An exported log or a backup that was kept elsewhere: finds a log that was written anew
        /// or rolled back since.
        #[arg(long, value_name = "EARLIER")]
        against: Option<PathBuf>,
    },
    /// Write the log as JSON lines, without names and without patients.
    Export {
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum PackCommand {
    /// Verify hashes and replay the golden rows of all packs, or of one folder.
    Check {
        /// A pack's folder.
        pack: Option<PathBuf>,
    },
}

/// Where packs are looked for: the folder given, beside the executable, in the working folder.
pub(crate) fn pack_folders(given: Option<&Path>) -> Vec<PathBuf> {
    let beside = std::env::current_exe()
        .ok()
        .and_then(|path| path.parent().map(Path::to_owned));
    given
        .map(Path::to_owned)
        .into_iter()
        .chain(beside.map(|folder| folder.join("packs")))
        .chain([PathBuf::from("models/packs")])
        .collect()
}
