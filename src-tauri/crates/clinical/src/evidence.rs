//! Where the figures behind the effects of a model pack were published. Of `assets/evidence` only the ids and what leads
//! to the papers is read here; the figures themselves are the training kit's.

use crate::assessment::Citation;
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::OnceLock,
};
use ts_rs::TS;

/// The files whose rows model packs cite.
const FILES: [&str; 5] = [
    include_str!("../../../../assets/evidence/cohorts.toml"),
    include_str!("../../../../assets/evidence/cord_compression.toml"),
    include_str!("../../../../assets/evidence/guidelines.toml"),
    include_str!("../../../../assets/evidence/hazard_ratios.toml"),
    include_str!("../../../../assets/evidence/treatment_effects.toml"),
];

/// A row of evidence, by the paper that it was taken from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct EvidenceSource {
    pub id: String,
    pub citation: Citation,
    pub provenance: EvidenceProvenance,
}

/// How a figure of the evidence came into its row; the words for `evidence.<provenance>`. One that was recalled with low
/// confidence is never shown, so it has no name here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceProvenance {
    Read,
    /// Computed from figures that were read.
    Derived,
    RecalledHigh,
    RecalledMedium,
}

#[derive(Deserialize)]
struct Row {
    id: String,
    provenance: String,
    #[serde(default)]
    confidence: Option<String>,
    source: Paper,
}

#[derive(Deserialize)]
struct Paper {
    authors: String,
    journal: String,
    year: u16,
    #[serde(default)]
    doi: Option<String>,
    #[serde(default)]
    pmid: Option<String>,
    #[serde(default)]
    url: Option<String>,
}

/// The rows of these ids that are shown, each once, in this order.
pub fn sources<'id>(ids: impl IntoIterator<Item = &'id str>) -> Vec<EvidenceSource> {
    let mut seen = BTreeSet::new();
    let ids = ids.into_iter().filter(|id| seen.insert(*id));
    ids.filter_map(|id| rows().get(id).cloned()).collect()
}

#[expect(clippy::expect_used, reason = "compiled in, and a test parses it")]
fn rows() -> &'static BTreeMap<String, EvidenceSource> {
    static ROWS: OnceLock<BTreeMap<String, EvidenceSource>> = OnceLock::new();
    ROWS.get_or_init(|| {
        let files = FILES.iter().flat_map(|text| {
            let tables: BTreeMap<String, Vec<Row>> =
                toml::from_str(text).expect("the shipped evidence is sound");
            tables.into_values().flatten()
        });
        files.filter_map(shown).collect()
    })
}

fn shown(row: Row) -> Option<(String, EvidenceSource)> {
    let provenance = match (row.provenance.as_str(), row.confidence.as_deref()) {
        ("read", _) => EvidenceProvenance::Read,
        ("derived", _) => EvidenceProvenance::Derived,
        ("recalled", Some("high")) => EvidenceProvenance::RecalledHigh,
        ("recalled", Some("medium")) => EvidenceProvenance::RecalledMedium,
        _ => return None,
    };
    let Paper {
        authors,
        journal,
        year,
        doi,
        pmid,
        url,
    } = row.source;
    let elsewhere = pmid.map(|pmid| format!("PMID {pmid}")).or(url);
    let elsewhere = elsewhere.filter(|_| doi.is_none());
    let elsewhere = elsewhere.map_or_else(String::new, |place| format!(". {place}"));
    let authors = authors.trim_end_matches('.');
    // Some rows give the year within the name of the journal.
    let journal = match journal.contains(&year.to_string()) {
        true => journal,
        false => format!("{journal}, {year}"),
    };
    let text = format!("{authors}. {journal}{elsewhere}");
    let source = EvidenceSource {
        id: row.id.clone(),
        citation: Citation { text, doi },
        provenance,
    };
    Some((row.id, source))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn a_row_leads_to_its_paper() {
        let found = sources(["lab_alb", "no_such_row", "nlr_solid", "lab_alb"]);
        assert_eq!(
            found.iter().map(|row| row.id.as_str()).collect::<Vec<_>>(),
            ["lab_alb", "nlr_solid"]
        );
        assert_eq!(
            found[0].citation,
            Citation {
                text: "Schoenfeld AJ, Ferrone ML, Passias PG, Blucher JA, Barton LB, Shin JH, \
                       Harris MB, Schwab JH. Spine J 20(1):5-13, 2020"
                    .to_owned(),
                doi: Some("10.1016/j.spinee.2019.01.014".to_owned()),
            }
        );
        assert_eq!(found[0].provenance, EvidenceProvenance::Read);
        assert_eq!(found[1].provenance, EvidenceProvenance::RecalledHigh);
    }

    #[test]
    fn a_paper_without_a_doi_is_found_elsewhere() {
        let [found] = sources(["amb_meta"]).try_into().unwrap();
        assert_eq!(found.citation.doi, None);
        assert!(
            found
                .citation
                .text
                .ends_with("(authors not seen). Orthop Surg 2019. https://pmc.ncbi.nlm.nih.gov/articles/PMC6594537"),
            "{}",
            found.citation.text
        );
    }

    #[test]
    fn a_figure_recalled_with_low_confidence_is_not_shown() {
        assert_eq!(sources(["sorg_labs"]), []);
    }

    #[test]
    fn what_the_shipped_packs_cite_for_their_reasons_is_known() {
        let pack: toml::Table = include_str!("../../../../models/packs/spine-ensemble/pack.toml")
            .parse()
            .unwrap();
        let groups = ["survival", "cord_compression"]
            .map(|endpoint| pack["explanation"][endpoint].as_array().unwrap());
        let groups = groups.into_iter().flatten();
        let cited: BTreeSet<&str> = groups
            .flat_map(|group| group["citations"].as_array().unwrap())
            .map(|id| id.as_str().unwrap())
            .collect();
        assert!(cited.len() > 30, "{cited:?}");
        let known = sources(cited.iter().copied());
        assert_eq!(
            known
                .iter()
                .map(|row| row.id.as_str())
                .collect::<BTreeSet<_>>(),
            cited
        );
    }
}
