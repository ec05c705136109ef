//! First start, unlocking and locking, and what an interface needs to build itself.

use crate::{
    APP_VERSION, AppStatus, BackupStatus, Board, BoardError, PackState, PackStatus, StoreStatus,
    backup, images::OpenImages, lock,
};
use clinical::{
    catalogue::{Catalogue, Feature, FeatureId, Group},
    level::Level,
    words::Words,
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, sync::Arc};
use store::{Store, StoreState};
use ts_rs::TS;

const RESEARCH_USE: &str = "research_use_accepted";

/// A passphrase on its way to the store; never printed.
#[derive(Deserialize, TS)]
#[serde(transparent)]
#[ts(type = "string")]
pub struct Secret(String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Secret(..)")
    }
}

impl Secret {
    pub(crate) fn text(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Secret {
        Secret(text)
    }
}

/// The catalogue as the form is built from it.
#[derive(Debug, Clone, Serialize, TS)]
pub struct CatalogueView {
    pub groups: Vec<Group>,
    pub features: Vec<Feature>,
    pub levels: Vec<String>,
    /// How derived features get their value, in words.
    pub rules: Vec<RuleView>,
}

/// Where the rule of a derived feature comes from, and its doubts.
#[derive(Debug, Clone, Serialize, TS)]
pub struct RuleView {
    pub feature: FeatureId,
    pub note: String,
    pub citation: String,
}

impl Board {
    /// What the application can do right now. Never fails.
    pub fn status(&self) -> AppStatus {
        let open = lock(&self.store);
        let backup = open.as_ref().map_or_else(BackupStatus::default, |store| {
            backup::status(store, self.now())
        });
        let (store, accepted) = match open.as_ref() {
            Some(store) => (
                StoreStatus::Open,
                matches!(store.setting(RESEARCH_USE), Ok(Some(value)) if value == "true"),
            ),
            None => (self.closed_status(), false),
        };
        AppStatus {
            app_version: APP_VERSION.to_owned(),
            store,
            research_use_accepted: accepted,
            data_folder: self.options.data.display().to_string(),
            packs: self.pack_status(),
            start: self.options.start.clone(),
            backup,
            last_crash: self.last_crash.clone(),
        }
    }

    fn closed_status(&self) -> StoreStatus {
        match Store::state(&self.options.data) {
            Ok(StoreState::Absent) => StoreStatus::Absent,
            Ok(StoreState::Present { in_use: false }) => StoreStatus::Locked,
            Ok(StoreState::Present { in_use: true }) => StoreStatus::Failed {
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

    fn pack_status(&self) -> Vec<PackStatus> {
        let default = self.packs().default_pack().map(|pack| pack.identity());
        let ready = self.packs().packs().map(|pack| PackStatus {
            name: pack.identity().name.clone(),
            title: Some(pack.manifest().title.clone()),
            version: Some(pack.identity().version.clone()),
            state: PackState::Ready,
            is_default: default == Some(pack.identity()),
            card: Some(pack.card().to_owned()),
            notices: pack.manifest().notices.clone(),
        });
        let refused = self.packs().refused().iter().map(|refused| PackStatus {
            name: refused.name.clone(),
            title: None,
            version: None,
            state: PackState::Refused {
                code: refused.code.clone(),
                detail: refused.detail.clone(),
            },
            is_default: false,
            card: None,
            notices: Vec::new(),
        });
        ready.chain(refused).collect()
    }

    /// Records that the research-use statement was read and accepted.
    pub fn accept_research_use(&self) -> Result<AppStatus, BoardError> {
        self.with_store(|store| Ok(store.set_setting(RESEARCH_USE, "true")?))?;
        Ok(self.status())
    }

    /// First start: makes the encrypted database.
    pub fn create_store(&self, passphrase: Secret) -> Result<AppStatus, BoardError> {
        let store = Store::create(&self.options.data, &passphrase.0, self.now())?;
        *lock(&self.store) = Some(store);
        Ok(self.status())
    }

    /// Opens the database.
    pub fn unlock(&self, passphrase: Secret) -> Result<AppStatus, BoardError> {
        if lock(&self.store).is_none() {
            let store = Store::open(&self.options.data, &passphrase.0, self.now())?;
            *lock(&self.store) = Some(store);
        }
        Ok(self.status())
    }

    /// Closes the database and forgets open images and the key.
    pub fn lock(&self) -> AppStatus {
        *lock(&self.store) = None;
        *lock(&self.images) = Arc::new(OpenImages::nothing(&self.workers));
        // The last file that a worker read would stay in its memory for a while.
        self.workers.rest();
        self.status()
    }

    /// Every sentence of the interface in a language; English where it is not translated.
    pub fn words(&self, language: &str) -> BTreeMap<String, String> {
        Words::shipped(language).entries()
    }

    /// The vocabulary that the form is built from.
    pub fn catalogue(&self) -> CatalogueView {
        let catalogue = Catalogue::shipped();
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
                })
                .collect(),
        }
    }

    /// Runs `work` on the open store.
    pub(crate) fn with_store<T>(
        &self,
        work: impl FnOnce(&mut Store) -> Result<T, BoardError>,
    ) -> Result<T, BoardError> {
        work(lock(&self.store).as_mut().ok_or_else(BoardError::locked)?)
    }
}
