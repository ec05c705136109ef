//! Everything a board can do with a case, without windows: one [`Board`] over the store, the
//! model packs, the images and the clock. The desktop shell and the command line both call this.

mod assess;
mod audit;
mod backup;
pub mod bindings;
mod cases;
mod clock;
mod courses;
mod crash;
mod decision;
mod deidentified;
mod demo;
mod earlier;
mod fault;
mod follow_up;
mod head_to_head;
mod home;
mod idle;
mod images;
mod imports;
mod keys;
mod language;
mod lesions;
mod marks;
mod meeting_reports;
mod meetings;
mod objects;
mod outlines;
mod packs;
mod people;
mod preferences;
mod reasons;
mod recalibration;
mod recalibration_files;
mod session;
mod signing;
mod summary;
mod tables;
mod verification;
mod view;
mod week_settings;
mod year_report;

pub use assess::assess;
pub use audit::{AgainstView, AuditFaultView, AuditRowView, AuditView, audit_words};
pub use backup::{BackupFault, BackupStatus, BackupView};
pub use cases::index_date_of;
pub use chrono::NaiveDate;
pub use clinical::{
    assessment::{
        Assessment, ExplainedEndpoint, ExplanationState, ForecastState, Refusal, ScoreOutcome,
        ScoreSheet, SurvivalForecast, SurvivalPoint, SweepRow, Threshold,
    },
    case::{Case, Identity},
    head_to_head::{CohortStudy, StudyWords},
    language::Language,
    level::Level,
    marks::OutlineTarget,
    meeting::{AgendaState, Attendance, Meeting},
    pathway_clock::MilestoneKind,
    performance::{Comparison, PredictorPerformance},
    year::YearFigures,
};
pub use crash::{CrashReport, report_crashes, without_memory_image};
pub use decision::{DecisionSettings, EstimateFirst, EstimateInput, TriedFact};
pub use deidentified::{
    DeidentifiedInput, DeidentifiedView, DeidentifiedWarning, DeidentifiedWarningCode,
    write_deidentified,
};
pub use demo::{DemoFiles, write_demo, write_large_phantom};
pub use earlier::{EarlierForecast, EarlierResult};
pub use fault::BoardError;
pub use follow_up::{EpisodeFollowUp, FollowUpInput};
pub use head_to_head::{
    ScoreChoice, StudyOptions, StudyQuestion, study_cohort, study_words, write_study,
};
pub use home::{
    ActionLine, ClockLine, Due, DueLine, FoundCase, FoundMeeting, HomeView, NextMeeting,
    SearchView, Unsigned,
};
pub use idle::LockReason;
pub use images::{FileHash, ImageLibrary, ImagesReport, StudyReport, images_report};
pub use imaging::{
    LibraryQuestion, ScanProgress, StackGeometry, WorkerCommand, Workers,
    worker::serve_if_asked as serve_images,
};
pub use imports::{
    ColumnMapping, ColumnTarget, ColumnView, DateFormat, DecimalSign, ImportChoices, ImportCounts,
    ImportEffect, ImportFinding, ImportFindingCode, ImportMapping, ImportPreview, ImportRecord,
    ImportSource, ImportTable, OpenQuestion, PatientInTable, PatientState, SavedMapping,
    TableEncoding, TableKind, TakenBack, TestMapping, ValueInTable,
};
pub use inference::PackSet;
pub use keys::{KeychainState, RecoveryKey};
pub use meetings::{
    AgendaEntry, AgendaInput, DecisionStage, MeetingInput, MeetingSummary, MeetingView,
};
pub use outlines::OutlineOffer;
pub use packs::{PackCheck, check_packs};
pub use reasons::{explain, sweep};
pub use recalibration::{LearnedRecalibration, learn_recalibration};
pub use recalibration_files::{Answering, RefusedRecalibration, answering};
pub use session::{CatalogueView, ContradictionView, RuleView};
pub use signing::{
    ActionInput, AddendumInput, CarriedOutInput, DecisionCheck, DecisionInput, SignInput,
};
pub use store::{
    CaseList, CaseSummary, Kept, Keychain, KeychainFault, NoKeychain, Person, PersonChange,
    PersonInput, Role, Secret, Specialty,
};
pub use summary::{CaseReport, write_report};
pub use tables::{
    CohortOutcome, TableOutcome, assess_cohort, assess_table, check_setting, not_over_the_input,
    read_case_file,
};
pub use verification::{
    HorizonInShort, OwnResults, OwnResultsInShort, OwnResultsQuestion, ProposalOutcome,
    ProposedNumbers, RecalibrationProposal,
};
pub use view::{
    AppStatus, CaseView, CourseInput, EntryAdvice, ExportedFile, KeyImageInput, LesionInput,
    ListedIn, MarkInput, MarkPartInput, ObservationInput, PackState, PackStatus, ReportChoices,
    SpineLabelsInput, StartArguments, StoreStatus, WeekOfCase,
};
pub use week_settings::{Letterhead, WeekSettings, WeekView};

use chrono::{DateTime, Utc};
use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, atomic::AtomicBool},
    time::{Duration, Instant},
};
use store::Store;

/// The version that every assessment, report and status names.
pub const APP_VERSION: &str = env!("CARGO_PKG_VERSION");

/// Where things are, and what the board takes from outside.
pub struct BoardOptions {
    /// Folder of the encrypted database.
    pub data: PathBuf,
    /// Folders with model packs, the first that has a pack of a name wins.
    pub packs: Vec<PathBuf>,
    pub start: StartArguments,
    pub clock: fn() -> DateTime<Utc>,
    /// How the processes are started that read image files.
    pub image_worker: WorkerCommand,
    /// Time since any fixed moment, which nobody can set back; it may stand still while the
    /// computer sleeps.
    pub monotonic: fn() -> Duration,
    pub keychain: Arc<dyn Keychain>,
}

impl Default for BoardOptions {
    fn default() -> BoardOptions {
        BoardOptions {
            data: PathBuf::new(),
            packs: Vec::new(),
            start: StartArguments::default(),
            clock: Utc::now,
            image_worker: WorkerCommand::this_executable(),
            monotonic: since_start,
            keychain: store::system_keychain(),
        }
    }
}

fn since_start() -> Duration {
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed()
}

/// Who is at the keyboard.
#[derive(Debug, Default)]
struct SignedIn {
    person: Option<Person>,
    /// The store was opened by the recovery key and nobody has signed in since: a forgotten
    /// personal secret may be set anew.
    recovered: bool,
}

/// A running board. All methods may be called from several threads.
pub struct Board {
    options: BoardOptions,
    packs: Arc<OnceLock<PackSet>>,
    recalibrations: Mutex<recalibration_files::Known>,
    // Where two of these are taken, the store comes first.
    store: Mutex<Option<Store>>,
    workers: Arc<Workers>,
    signed_in: Mutex<SignedIn>,
    watch: Mutex<idle::Watch>,
    spoken: Mutex<language::Spoken>,
    has_keychain: Arc<OnceLock<bool>>,
    images: Mutex<Arc<images::OpenImages>>,
    /// When each person's look at the list of cases was logged last.
    listings: Mutex<BTreeMap<String, DateTime<Utc>>>,
    last_crash: Option<CrashReport>,
    /// Set to end the opening of images that runs at the moment.
    scan: Mutex<Arc<AtomicBool>>,
    /// The comparison that was made last, without anything of single patients.
    study: Mutex<Option<CohortStudy>>,
    /// Set to end the comparison that runs at the moment.
    study_ended: Mutex<Arc<AtomicBool>>,
    /// Set to end the check of the centre's own results, or the proposal, that runs at the moment.
    own_results_ended: Mutex<Arc<AtomicBool>>,
    in_short: Mutex<Option<verification::KeptInShort>>,
    /// The recalibration that was proposed last.
    proposed: Mutex<Option<verification::Proposed>>,
}

impl Board {
    /// Starts to load and check the model packs beside the caller, so that a window can already
    /// open. Never fails: what is wrong stands in [`Board::status`].
    pub fn start(options: BoardOptions) -> Board {
        let packs = Arc::new(OnceLock::new());
        let (loading, folders) = (Arc::clone(&packs), options.packs.clone());
        std::thread::spawn(move || {
            loading.get_or_init(|| PackSet::open(&folders));
        });
        let workers = Arc::new(Workers::new(options.image_worker.clone()));
        let has_keychain = Arc::new(OnceLock::new());
        let (asking, keychain) = (Arc::clone(&has_keychain), Arc::clone(&options.keychain));
        std::thread::spawn(move || {
            asking.get_or_init(|| keychain.available());
        });
        Board {
            last_crash: crash::untold(&options.data),
            spoken: Mutex::new(language::chosen(&options.data)),
            options,
            packs,
            recalibrations: Mutex::default(),
            store: Mutex::new(None),
            images: Mutex::new(Arc::new(images::OpenImages::nothing(&workers))),
            workers,
            signed_in: Mutex::default(),
            watch: Mutex::default(),
            has_keychain,
            listings: Mutex::default(),
            scan: Mutex::default(),
            study: Mutex::default(),
            study_ended: Mutex::default(),
            own_results_ended: Mutex::default(),
            in_short: Mutex::default(),
            proposed: Mutex::default(),
        }
    }

    /// The model packs as shipped; waits until they are loaded.
    fn shipped_packs(&self) -> &PackSet {
        self.packs
            .get_or_init(|| PackSet::open(&self.options.packs))
    }

    fn now(&self) -> DateTime<Utc> {
        (self.options.clock)()
    }
}

/// A poisoned lock means that another thread failed half-way through reading, since every write
/// is one transaction or one assignment; the value behind it is whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn new_id() -> String {
    uuid::Uuid::new_v4().to_string()
}
