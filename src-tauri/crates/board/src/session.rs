//! First start, unlocking and locking, and what an interface needs to build itself.

use crate::{
    APP_VERSION, AppStatus, BackupStatus, Board, BoardError, DecisionSettings, PackState,
    PackStatus, Secret, StoreStatus, backup, decision, idle, images::OpenImages, lock, outlines,
    preferences,
};
use chrono::{DateTime, Utc};
use clinical::{
    assessment::ScoreSheet,
    catalogue::{Catalogue, Feature, FeatureId, Group},
    level::Level,
    reference_cohorts::{ReferenceCohort, reference_cohorts},
    scores,
    words::Words,
};
use inference::PackSet;
use serde::Serialize;
use std::{collections::BTreeMap, path::Path, sync::Arc};
use store::{
    AuditEntry, MINIMUM_PASSPHRASE_CHARACTERS, MINIMUM_SECRET_CHARACTERS, Store, StoreError,
    StoreState,
};
use ts_rs::TS;

const RESEARCH_USE: &str = "research_use_accepted";

/// The catalogue as the form is built from it.
#[derive(Debug, Clone, Serialize, TS)]
pub struct CatalogueView {
    pub groups: Vec<Group>,
    pub features: Vec<Feature>,
    pub levels: Vec<String>,
    /// How derived features get their value, in words.
    pub rules: Vec<RuleView>,
    /// Published cohorts to be drawn beside a forecast.
    pub reference_cohorts: Vec<ReferenceCohort>,
    /// What cannot hold together, by the ids that findings name.
    pub contradictions: Vec<ContradictionView>,
}

/// The facts that a contradiction is between.
#[derive(Debug, Clone, Serialize, TS)]
pub struct ContradictionView {
    pub rule: String,
    /// In the order of the catalogue.
    pub reads: Vec<FeatureId>,
}

/// Where the rule of a derived feature comes from, and its doubts.
#[derive(Debug, Clone, Serialize, TS)]
pub struct RuleView {
    pub feature: FeatureId,
    pub note: String,
    pub citation: String,
    /// What it reads, in the order of the catalogue.
    pub reads: Vec<FeatureId>,
}

impl Board {
    /// What the application can do right now. Never fails.
    pub fn status(&self) -> AppStatus {
        let answering = self.answering();
        let packs = pack_status(&answering.packs);
        let open = lock(&self.store);
        let signed_in = lock(&self.signed_in);
        let spoken = *lock(&self.spoken);
        let mut status = AppStatus {
            app_version: APP_VERSION.to_owned(),
            store: StoreStatus::Open,
            research_use_accepted: false,
            data_folder: self.options.data.display().to_string(),
            language: spoken.language,
            language_chosen: spoken.is_chosen,
            packs,
            refused_recalibrations: answering.refused.clone(),
            start: self.options.start.clone(),
            people: Vec::new(),
            person: signed_in.person.clone(),
            recovered: signed_in.recovered,
            auto_lock_minutes: idle::DEFAULT_MINUTES,
            decision: DecisionSettings::default(),
            preferences: BTreeMap::new(),
            recovery_key_made_at: None,
            keychain: self.keychain_state(open.as_ref()),
            minimum_passphrase: MINIMUM_PASSPHRASE_CHARACTERS as u32,
            minimum_secret: MINIMUM_SECRET_CHARACTERS as u32,
            backup: BackupStatus::default(),
            last_crash: self.last_crash.clone(),
        };
        match open.as_ref() {
            None => status.store = self.closed_status(),
            Some(store) => {
                let accepted = store.setting(RESEARCH_USE);
                status.research_use_accepted =
                    matches!(accepted, Ok(Some(value)) if value == "true");
                status.backup = backup::status(store, self.now());
                status.people = store.people().unwrap_or_default();
                status.auto_lock_minutes = idle::minutes(store);
                status.decision = decision::settings(store);
                if let Some(person) = &status.person {
                    status.preferences = preferences::preferences(store, person);
                }
                status.recovery_key_made_at = store.recovery_key_made_at().unwrap_or_default();
            }
        }
        status
    }

    fn closed_status(&self) -> StoreStatus {
        match Store::state(&self.options.data) {
            Ok(StoreState::Absent) => StoreStatus::Absent,
            Ok(StoreState::Present { in_use: false, .. }) => StoreStatus::Locked,
            Ok(StoreState::Present { in_use: true, .. }) => StoreStatus::Failed {
                code: "locked_by_another".to_owned(),
                parameters: BTreeMap::new(),
            },
            Err(error) => {
                let error = BoardError::from(error);
                StoreStatus::Failed {
                    code: error.code,
                    parameters: error.parameters,
                }
            }
        }
    }

    /// Records that the research-use statement was read and accepted; on the first start nobody
    /// can be signed in yet.
    pub fn accept_research_use(&self) -> Result<AppStatus, BoardError> {
        self.with_open_store(|store| {
            if !store.people()?.is_empty() {
                self.author()?;
            }
            Ok(store.set_setting(RESEARCH_USE, "true")?)
        })?;
        Ok(self.status())
    }

    /// First start: makes the encrypted database.
    pub fn create_store(&self, passphrase: Secret) -> Result<AppStatus, BoardError> {
        self.open_by(|folder, now| Store::create(folder, passphrase.text(), now))
    }

    /// Opens the database.
    pub fn unlock(&self, passphrase: Secret) -> Result<AppStatus, BoardError> {
        self.open_by(|folder, now| Store::open(folder, passphrase.text(), now))
    }

    /// Opens the database, unless it is open.
    pub(crate) fn open_by(
        &self,
        open: impl FnOnce(&Path, DateTime<Utc>) -> Result<Store, StoreError>,
    ) -> Result<AppStatus, BoardError> {
        {
            let mut store = lock(&self.store);
            if store.is_none() {
                let opened = open(&self.options.data, self.now())?;
                self.trust_recalibrations_of(Some(&opened));
                *store = Some(opened);
                self.start_watch();
            }
        }
        Ok(self.status())
    }

    /// Closes the database and forgets the person, the open images, the comparison of a cohort and the key.
    pub fn lock(&self) -> AppStatus {
        self.close_store("locked");
        self.status()
    }

    /// Closes the store, if it is open, with a row in the log.
    pub(crate) fn close_store(&self, action: &str) -> bool {
        let mut open = lock(&self.store);
        let left = std::mem::take(&mut *lock(&self.signed_in)).person;
        self.trust_recalibrations_of(None);
        self.forget_study();
        self.forget_own_results();
        self.cancel_images();
        *lock(&self.images) = Arc::new(OpenImages::nothing(&self.workers));
        // The last file that a worker read would stay in its memory for a while.
        self.workers.rest();
        let Some(mut store) = open.take() else {
            return false;
        };
        // A log that cannot be written to is no reason to stay open.
        let _ = store.audit_append(&AuditEntry::new(left.as_ref(), action), self.now());
        true
    }

    /// Every sentence of the interface in a language; English where it is not translated.
    pub fn words(&self, language: &str) -> BTreeMap<String, String> {
        Words::shipped(language).entries()
    }

    /// The vocabulary that the form is built from, in a language; English where it is not translated.
    pub fn catalogue(&self, language: &str) -> CatalogueView {
        let catalogue = Catalogue::in_language(language);
        CatalogueView {
            groups: catalogue.groups().to_vec(),
            features: catalogue.features().to_vec(),
            levels: Level::all().map(|level| level.name().to_owned()).collect(),
            rules: catalogue
                .rules()
                .iter()
                .map(|rule| RuleView {
                    feature: rule.feature.clone(),
                    note: rule.note.clone(),
                    citation: rule.citation.clone(),
                    reads: catalogue.in_order(rule.reads()),
                })
                .collect(),
            reference_cohorts: reference_cohorts().to_vec(),
            contradictions: catalogue
                .contradictions()
                .iter()
                .map(|contradiction| ContradictionView {
                    rule: contradiction.id.clone(),
                    reads: catalogue.in_order(contradiction.reads()),
                })
                .collect(),
        }
    }

    /// The published scores with all that is known of them, whatever the case.
    pub fn score_sheets(&self) -> Vec<ScoreSheet> {
        scores::sheets()
    }

    /// Runs `work` on the open store for the person who is signed in. Everything that reads or
    /// writes a case goes through here.
    pub(crate) fn with_store<T>(
        &self,
        work: impl FnOnce(&mut Store) -> Result<T, BoardError>,
    ) -> Result<T, BoardError> {
        self.with_open_store(|store| {
            self.author()?;
            work(store)
        })
    }

    /// Runs `work` on the open store, whether somebody is signed in or not: for what has to be
    /// done before, and for nothing about a patient.
    pub(crate) fn with_open_store<T>(
        &self,
        work: impl FnOnce(&mut Store) -> Result<T, BoardError>,
    ) -> Result<T, BoardError> {
        work(lock(&self.store).as_mut().ok_or_else(BoardError::locked)?)
    }
}

fn pack_status(packs: &PackSet) -> Vec<PackStatus> {
    let default = packs.default_pack().map(|pack| pack.identity());
    let ready = packs.packs().map(|pack| PackStatus {
        name: pack.identity().name.clone(),
        title: Some(pack.manifest().title.clone()),
        version: Some(pack.identity().version.clone()),
        state: PackState::Ready,
        is_default: default == Some(pack.identity()),
        card: Some(pack.card().to_owned()),
        label: Some(pack.label().clone()),
        notices: pack.manifest().notices.clone(),
        outlines: None,
    });
    let outlining = packs.segmentations().map(|(pack, _)| PackStatus {
        name: pack.model().pack.clone(),
        title: Some(pack.manifest().title.clone()),
        version: Some(pack.model().version.clone()),
        state: PackState::Ready,
        is_default: false,
        card: Some(pack.card().to_owned()),
        label: None,
        notices: pack.manifest().notices.clone(),
        outlines: Some(outlines::offer(pack)),
    });
    let refused = packs.refused().iter().map(|refused| PackStatus {
        name: refused.name.clone(),
        title: None,
        version: None,
        state: PackState::Refused {
            code: refused.code.clone(),
            detail: refused.detail.clone(),
        },
        is_default: false,
        card: None,
        label: None,
        notices: Vec::new(),
        outlines: None,
    });
    ready.chain(outlining).chain(refused).collect()
}
