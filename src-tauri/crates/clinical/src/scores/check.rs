//! What a score file must fulfil before it is used.

use super::coverage::{distinct, grade, nothing_computed, sum};
use super::table::{Method, Provenance, ProvenanceKind, SCORE_SCHEMA, ScoreTable, Sources};
use crate::catalogue::{Catalogue, FeatureId, Per};
use std::collections::BTreeSet;

/// Every rule that the table breaks, in words for the person who wrote the file.
pub(super) fn problems(table: &ScoreTable, catalogue: &Catalogue) -> Vec<String> {
    let mut found = Vec::new();
    if table.schema_version != SCORE_SCHEMA {
        found.push(format!("schema_version must be {SCORE_SCHEMA}"));
    }
    if table.citation.is_empty() {
        found.push("a score needs a citation".to_owned());
    }
    let computed = matches!(table.method, Method::Sum | Method::Grade);
    if computed && table.example.len() < 3 {
        found.push("a score needs at least three worked examples".to_owned());
    }
    if table.heading.is_empty() == (table.method == Method::Checklist) {
        found.push("a checklist has headings, and nothing else has".to_owned());
    }
    if table.not_computable.is_some() != (table.method == Method::NotComputable) {
        found.push("what is not computable says why, and nothing else does".to_owned());
    }
    features(table, catalogue, &mut found);
    match table.method {
        Method::Sum => sum(table, catalogue, &mut found),
        Method::Grade => grade(table, catalogue, &mut found),
        Method::Checklist | Method::NotComputable => nothing_computed(table, &mut found),
    }
    published(table, &mut found);
    provenance(table, &mut found);
    found
}

/// Every id, option and kind of value stands in the catalogue.
fn features(table: &ScoreTable, catalogue: &Catalogue, found: &mut Vec<String>) {
    let rows = table.item.iter().flat_map(|item| &item.row);
    let named = rows.clone().filter_map(|row| row.catch_all.clone());
    let reads = table
        .reads()
        .into_iter()
        .chain(named)
        .chain(table.typed_total.clone())
        .chain(table.gives.clone())
        .chain(
            table
                .heading
                .iter()
                .flat_map(|heading| heading.reads.clone()),
        );
    for id in reads.collect::<BTreeSet<FeatureId>>() {
        match catalogue.feature(&id) {
            None => found.push(format!("{id} is not in the catalogue")),
            Some(feature)
                if table.per == Per::Patient
                    && feature.per != Per::Patient
                    && table.heading.is_empty() =>
            {
                found.push(format!("{id} is not about the patient"));
            }
            Some(_) => {}
        }
    }
    let conditions = rows
        .map(|row| (row.label.as_str(), &row.when))
        .chain(
            table
                .grade
                .iter()
                .map(|grade| (grade.id.as_str(), &grade.when)),
        )
        .chain(table.caveat.iter().map(|caveat| ("caveat", &caveat.when)));
    for (place, when) in conditions {
        let refused = catalogue.check_condition(place, when).err();
        found.extend(refused.map(|error| error.to_string()));
    }
    for (id, value) in table.example.iter().flat_map(|example| &example.inputs) {
        if catalogue
            .feature(id)
            .is_none_or(|feature| feature.accepts(value).is_err())
        {
            found.push(format!("example: {id} cannot be {value:?}"));
        }
    }
}

fn published(table: &ScoreTable, found: &mut Vec<String>) {
    distinct("group", table.group.iter().map(|group| &group.id), found);
    for entry in &table.published {
        let shares: Vec<f64> = entry.alive.values().copied().collect();
        let median = entry.median_months.or(entry.median_days);
        let sound = table.group.iter().any(|group| group.id == entry.group)
            && (median.is_some() || !shares.is_empty())
            && !(entry.median_months.is_some() && entry.median_days.is_some())
            && shares.iter().all(|share| (0.0..=1.0).contains(share))
            && shares.windows(2).all(|pair| pair[0] >= pair[1])
            && entry.median_confidence_interval.is_none_or(|[low, high]| {
                entry
                    .median_months
                    .is_some_and(|median| low <= median && median <= high)
            });
        if !sound {
            found.push(format!(
                "published {} {} does not hold together",
                entry.cohort, entry.group
            ));
        }
    }
}

/// Every name that is used is explained, and every explanation is used.
fn provenance(table: &ScoreTable, found: &mut Vec<String>) {
    let used: BTreeSet<&str> = sources(table)
        .into_iter()
        .flat_map(Sources::names)
        .collect();
    let known: BTreeSet<&str> = table.provenance.keys().map(String::as_str).collect();
    for name in used.symmetric_difference(&known) {
        found.push(format!(
            "provenance {name} is used and not explained, or explained and not used"
        ));
    }
    for (
        name,
        Provenance {
            kind, confidence, ..
        },
    ) in &table.provenance
    {
        if (*kind == ProvenanceKind::Recalled) != confidence.is_some() {
            found.push(format!(
                "provenance {name}: a confidence belongs to what is recalled"
            ));
        }
    }
}

fn sources(table: &ScoreTable) -> Vec<&Sources> {
    let rows = table
        .item
        .iter()
        .flat_map(|item| &item.row)
        .flat_map(|row| {
            let alternative = row.alternative.iter().map(|other| &other.provenance);
            std::iter::once(&row.provenance).chain(alternative)
        });
    rows.chain(table.citation.iter().map(|paper| &paper.provenance))
        .chain(
            table
                .population
                .iter()
                .map(|population| &population.provenance),
        )
        .chain(table.grade.iter().map(|grade| &grade.provenance))
        .chain(table.heading.iter().map(|heading| &heading.provenance))
        .chain(table.group.iter().map(|group| &group.provenance))
        .chain(table.published.iter().map(|entry| &entry.provenance))
        .chain(
            table
                .caveat
                .iter()
                .filter_map(|caveat| caveat.provenance.as_ref()),
        )
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::super::{FILES, ScoreTableError};
    use super::*;

    /// The problems of a shipped table after a change of its text.
    fn after(id: &str, from: &str, to: &str) -> String {
        let named = format!("\nid = \"{id}\"\n");
        let text = FILES.iter().find(|text| text.contains(&named)).unwrap();
        assert!(text.contains(from), "nothing to change: {from}");
        match ScoreTable::parse(&text.replacen(from, to, 1), Catalogue::shipped()) {
            Ok(_) => String::new(),
            Err(ScoreTableError::Unreadable(error)) => error.to_string(),
            Err(ScoreTableError::Invalid { problems, .. }) => problems.join("; "),
        }
    }

    #[test]
    fn refuses_a_file_that_breaks_a_rule() {
        let (tokuhashi, tomita, katagiri) = ("tokuhashi_2005", "tomita_2001", "katagiri_2014");
        let (sins, bilsky) = ("sins_2010", "bilsky_escc_2010");
        let broken = [
            (
                tokuhashi,
                "per = \"patient\"",
                "per = \"patient\"\ncolour = 1",
                "unknown field `colour`",
            ),
            (
                tokuhashi,
                "schema_version = 1",
                "schema_version = 2",
                "schema_version must be 1",
            ),
            (
                tokuhashi,
                "max = 8\n",
                "max = 7\n",
                "group 9-11 leaves a gap",
            ),
            (
                tokuhashi,
                "max = 11\n",
                "max = 12\n",
                "group 12-15 leaves a gap",
            ),
            (
                tokuhashi,
                "max = 15\n",
                "max = 14\n",
                "do not end with the range",
            ),
            (
                tokuhashi,
                "range = [0, 15]",
                "range = [0, 16]",
                "the rows add up to [0, 15]",
            ),
            (
                tokuhashi,
                "\"lung\", \"osteosarcoma\"",
                "\"lungs\", \"osteosarcoma\"",
                "Code(\"lungs\") of primary_tumour is not one",
            ),
            (
                tokuhashi,
                "\"rectum\"",
                "\"kidney\"",
                "primary: Code(\"kidney\") stands in 2 rows",
            ),
            (
                tokuhashi,
                "{ karnofsky_band = \"80_to_100\"",
                "{ kps = { min = 80 }",
                "kps is not in the catalogue",
            ),
            (
                tokuhashi,
                "catch_all = \"primary_tumour\"\n",
                "",
                "needs a condition",
            ),
            (
                tokuhashi,
                "confidence = \"medium\"",
                "confidence = \"low\"",
                "unknown variant `low`",
            ),
            (
                tokuhashi,
                "confidence = \"medium\"",
                "",
                "a confidence belongs",
            ),
            (
                tomita,
                "provenance = \"bands\"",
                "provenance = \"band\"",
                "provenance band is used and not explained",
            ),
            (
                tomita,
                "tomita_bone = \"multiple\" }\nprov",
                "tomita_bone = true }\nprov",
                "Flag(true) of tomita_bone is of another kind",
            ),
            (
                katagiri,
                "12 = 0.914",
                "12 = 0.99",
                "does not hold together",
            ),
            (
                sins,
                "per = \"level\"",
                "per = \"patient\"",
                "sins_pain is not about the patient",
            ),
            (
                sins,
                "{ sins_pain = \"none\" }",
                "{ sins_pain = \"mechanical\" }",
                "stands in 0 rows",
            ),
            (
                bilsky,
                "{ bilsky_grade = \"1c\" }",
                "{ bilsky_grade = \"1b\" }",
                "exactly one grade",
            ),
            (
                bilsky,
                "label = \"Low grade (0 to 1c)\"",
                "label = \"x\"\nmin = 0\nmax = 3",
                "never a number",
            ),
            ("nesms", "cap = 3", "cap = 2", "the rows add up to [0, 2]"),
            ("rades_ambulatory_2008", "gap = ", "# ", "stands in 0 rows"),
            (
                "bauer_modified_2008",
                "gives = \"modified_bauer_total\"",
                "gives = \"bauer_total\"",
                "bauer_total is not in the catalogue",
            ),
            (
                "tokuhashi_1990",
                "provenance = \"nice90\" }",
                "provenance = \"nice\" }",
                "provenance nice is used and not explained",
            ),
        ];
        for (id, from, to, expected) in broken {
            let found = after(id, from, to);
            assert!(
                found.contains(expected),
                "{to}: '{found}' does not say '{expected}'"
            );
        }
    }
}
