//! What a pack says of itself: its manifest, and the figures of `measured.json`, which the training kit writes beside it.

use crate::manifest::{Manifest, Training};
use clinical::{
    assessment::{
        ForeseenSurvival, LearnedFrom, MeasuredGroup, MeasuredHorizon, MeasuredOnPatients,
        ModelLabel,
    },
    evidence,
};
use serde::Deserialize;
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// The part of `measured.json` that a label shows.
#[derive(Deserialize, Default)]
struct Measured {
    #[serde(default)]
    real: Option<Real>,
    #[serde(default)]
    left_out: Vec<LeftOut>,
    #[serde(default)]
    adaptation: Option<serde::de::IgnoredAny>,
}

/// Forecast share, observed share and number of patients.
type StoredGroup = (f64, f64, u32);

/// Figures on patients whom the model had not seen, of several models that were compared.
#[derive(Deserialize)]
struct Real {
    calibration: BTreeMap<String, BTreeMap<String, Vec<StoredGroup>>>,
    models: BTreeMap<String, BTreeMap<String, BTreeMap<String, Json>>>,
}

#[derive(Deserialize)]
struct LeftOut {
    cohort: String,
    setting: String,
    primary: Option<String>,
    group: Option<String>,
    months: f64,
    published: f64,
    forecast: f64,
    low: f64,
    high: f64,
    covered: bool,
}

/// The model that ships, and all patients together, as the kit names them.
const SHIPPED: &str = "stack";
const EVERYBODY: &str = "all";

/// A file that is missing or of another shape holds no figures; its hash was checked before.
pub(crate) fn label(manifest: &Manifest, measured: &[u8]) -> ModelLabel {
    let measured: Measured = serde_json::from_slice(measured).unwrap_or_default();
    let Training {
        who,
        when,
        script,
        data,
        events,
        primary,
    } = &manifest.training;
    let population = &manifest.population;
    let primaries = primary.iter().map(|count| LearnedFrom {
        primary: count.value.clone(),
        patients: count.patients,
        deaths: count.events,
    });
    let patients = primary.iter().map(|count| count.patients);
    ModelLabel {
        licence: manifest.licence.clone(),
        made_by: who.clone(),
        made_on: written(when),
        made_with: script.clone(),
        data: written(data),
        patients: patients.fold(0, u32::saturating_add),
        deaths: u32::try_from(*events).unwrap_or(u32::MAX),
        primaries: primaries.collect(),
        age_min: population.age_min,
        excluded: population.primary_excluded.clone(),
        literature_only: population.literature_only.clone(),
        adapted: measured.adaptation.is_some(),
        measured: measured.real.as_ref().and_then(on_patients),
        foreseen: foreseen(measured.left_out),
    }
}

/// Text as it is; what is more than text, as the manifest has it.
fn written(value: &toml::Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

fn on_patients(real: &Real) -> Option<MeasuredOnPatients> {
    let figures = real.models.get(SHIPPED)?.get(EVERYBODY)?;
    let number = |name: &str| figures.get(name)?.as_f64();
    let count = |name: &str| u32::try_from(figures.get(name)?.as_u64()?).ok();
    let horizon = |(name, groups): (&String, &Vec<StoredGroup>)| {
        let auc: [f64; 3] =
            serde_json::from_value(figures.get(&format!("auc_{name}"))?.clone()).ok()?;
        let groups = groups
            .iter()
            .map(|(forecast, observed, patients)| MeasuredGroup {
                forecast: *forecast,
                observed: *observed,
                patients: *patients,
            });
        let horizon = MeasuredHorizon {
            months: name.parse().ok()?,
            auc: auc[0],
            auc_low: auc[1],
            auc_high: auc[2],
            brier: number(&format!("brier_{name}"))?,
            groups: groups.collect(),
        };
        let shares = horizon
            .groups
            .iter()
            .flat_map(|group| [group.forecast, group.observed])
            .chain(auc);
        shares.into_iter().all(is_share).then_some(horizon)
    };
    let horizons = real.calibration.get(SHIPPED)?.iter().map(horizon);
    let mut horizons = horizons.collect::<Option<Vec<_>>>()?;
    horizons.sort_by(|first, second| first.months.total_cmp(&second.months));
    Some(MeasuredOnPatients {
        patients: count("patients")?,
        deaths: count("events")?,
        c_index: number("c_index")?,
        calibration_slope: number("calibration_slope")?,
        horizons,
    })
}

fn foreseen(rows: Vec<LeftOut>) -> Vec<ForeseenSurvival> {
    let sound = |row: &LeftOut| {
        let shares = [row.published, row.forecast, row.low, row.high];
        row.months.is_finite() && shares.into_iter().all(is_share)
    };
    let rows = rows.into_iter().filter(sound).map(|row| ForeseenSurvival {
        source: evidence::sources([row.cohort.as_str()]).pop(),
        cohort: row.cohort,
        setting: row.setting,
        primary: row.primary,
        group: row.group,
        months: row.months,
        published: row.published,
        forecast: row.forecast,
        low: row.low,
        high: row.high,
        covered: row.covered,
    });
    rows.collect()
}

fn is_share(number: f64) -> bool {
    (0.0..=1.0).contains(&number)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use clinical::catalogue::Catalogue;

    const ENSEMBLE: &str = "spine-ensemble";

    fn file(pack: &str, name: &str) -> Vec<u8> {
        let packs = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../models/packs");
        std::fs::read(format!("{packs}/{pack}/{name}")).unwrap_or_default()
    }

    fn label_of(pack: &str, measured: &[u8]) -> ModelLabel {
        let manifest = String::from_utf8(file(pack, "pack.toml")).unwrap();
        let manifest = Manifest::parse(&manifest, Catalogue::shipped()).unwrap();
        label(&manifest, measured)
    }

    /// The text of the card between one heading and the next.
    fn card_under(heading: &str) -> String {
        let card = String::from_utf8(file(ENSEMBLE, "CARD.md")).unwrap();
        let (_, after) = card.split_once(heading).unwrap();
        after.split("\n## ").next().unwrap().to_owned()
    }

    #[test]
    fn the_figures_are_those_that_the_card_prints() {
        let label = label_of(ENSEMBLE, &file(ENSEMBLE, "measured.json"));
        assert_eq!((label.patients, label.deaths), (17665, 8730));
        assert_eq!(label.made_on, "2026-11-29");
        let measured = label.measured.unwrap();
        let months: Vec<f64> = measured.horizons.iter().map(|at| at.months).collect();
        assert_eq!(months, [3.0, 6.0, 12.0]);
        let card = card_under("## Measured on real patients");
        for at in &measured.horizons {
            let percent = |share: f64| format!("{:.0} %", share * 100.0);
            let cells = at
                .groups
                .iter()
                .map(|group| format!("{} / {}", percent(group.forecast), percent(group.observed)));
            let row = format!(
                "| {} months | {} |",
                at.months,
                cells.collect::<Vec<_>>().join(" | ")
            );
            assert!(card.contains(&row), "{row}");
            let patients: u32 = at.groups.iter().map(|group| group.patients).sum();
            assert_eq!(patients, measured.patients);
            let auc = format!("{:.3} ({:.3}-{:.3})", at.auc, at.auc_low, at.auc_high);
            assert!(card.contains(&auc), "{auc}");
        }
    }

    #[test]
    fn every_published_point_of_the_card_is_there_with_its_paper() {
        let label = label_of(ENSEMBLE, &file(ENSEMBLE, "measured.json"));
        let card = card_under("## Published tables foreseen with their cluster left out");
        let rows = card.lines().filter(|line| line.ends_with(" % |"));
        let rows = rows.filter(|line| line.matches('|').count() == 10);
        assert_eq!(label.foreseen.len(), rows.count());
        for row in &label.foreseen {
            assert!(row.source.is_some(), "{}", row.cohort);
            assert!(row.low <= row.forecast && row.forecast <= row.high);
        }
    }

    #[test]
    fn a_pack_without_figures_says_so_by_having_none() {
        let linear = label_of("survival-linear", &file("survival-linear", "measured.json"));
        assert_eq!((linear.measured, linear.foreseen.len()), (None, 0));
        for silent in ["", "[]", r#"{"left_out": 3}"#] {
            let label = label_of(ENSEMBLE, silent.as_bytes());
            assert_eq!((label.measured, label.adapted), (None, false), "{silent}");
        }
    }

    #[test]
    fn figures_that_cannot_be_are_not_shown() {
        let text = String::from_utf8(file(ENSEMBLE, "measured.json")).unwrap();
        let mut measured: Json = serde_json::from_str(&text).unwrap();
        measured["real"]["calibration"]["stack"]["12"][0][1] = 1.5.into();
        measured["left_out"][0]["published"] = (-0.1).into();
        measured["adaptation"] = Json::Object(serde_json::Map::default());
        let label = label_of(ENSEMBLE, measured.to_string().as_bytes());
        assert_eq!(label.measured, None);
        assert_eq!(
            label.foreseen.len(),
            measured["left_out"].as_array().unwrap().len() - 1
        );
        assert!(label.adapted);
    }
}
