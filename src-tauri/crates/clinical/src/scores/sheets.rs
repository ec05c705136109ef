//! The sheet of each score: its data file, made readable.

use super::table::{Caveat, Grade, Group, Item, Method, Paper, Row, ScoreTable};
use super::{
    described::{citation, described, original},
    outcome::heading,
    shipped, validation,
};
use crate::{
    assessment::{
        ScoreSheet, SheetAlternative, SheetCaveat, SheetCitation, SheetContent, SheetGrade,
        SheetGroup, SheetInput, SheetItem, SheetRow, SheetRule,
    },
    catalogue::{Catalogue, FeatureId},
    conditions::Condition,
};

/// The sheets of all shipped scores, in the shipped order.
pub fn sheets() -> Vec<ScoreSheet> {
    let catalogue = Catalogue::shipped();
    shipped()
        .iter()
        .map(|table| sheet(table, catalogue))
        .collect()
}

fn sheet(table: &ScoreTable, catalogue: &Catalogue) -> ScoreSheet {
    ScoreSheet {
        id: table.id.clone(),
        name: table.name.clone(),
        short_name: table.short_name.clone(),
        family: table.family,
        direction: table.direction,
        status: table.status,
        per: table.per,
        citations: table
            .citation
            .iter()
            .map(|paper| cited(table, paper))
            .collect(),
        population: table
            .population
            .as_ref()
            .map(|population| original(table, population)),
        content: content(table, catalogue),
        groups: table.group.iter().map(|one| group(table, one)).collect(),
        caveats: table.caveat.iter().map(|one| caveat(table, one)).collect(),
        gap: table.gap.clone(),
        validation: validation::entries(&table.id),
        inputs: inputs(table, catalogue),
    }
}

fn cited(table: &ScoreTable, paper: &Paper) -> SheetCitation {
    let reference = citation(paper);
    SheetCitation {
        role: paper.role.clone(),
        text: reference.text,
        doi: reference.doi,
        provenance: table.provenance_of(&paper.provenance),
    }
}

fn content(table: &ScoreTable, catalogue: &Catalogue) -> SheetContent {
    match table.method {
        Method::Sum => {
            let [minimum, maximum] = table.range.unwrap_or_default();
            SheetContent::Sum {
                minimum,
                maximum,
                items: table
                    .item
                    .iter()
                    .map(|one| item(table, one, catalogue))
                    .collect(),
                cap: table.cap,
                typed_total: table.typed_total.clone(),
            }
        }
        Method::Grade => SheetContent::Grade {
            grades: table.grade.iter().map(|one| grade(table, one)).collect(),
        },
        Method::Checklist => SheetContent::Checklist {
            headings: table
                .heading
                .iter()
                .map(|one| heading(table, one))
                .collect(),
        },
        Method::NotComputable => SheetContent::NotComputable(table.why_not()),
    }
}

fn item(table: &ScoreTable, item: &Item, catalogue: &Catalogue) -> SheetItem {
    SheetItem {
        id: item.id.clone(),
        label: item.label.clone(),
        reads: catalogue.in_order(item.reads()),
        rows: item.row.iter().map(|one| row(table, one)).collect(),
    }
}

fn row(table: &ScoreTable, row: &Row) -> SheetRow {
    SheetRow {
        label: row.label.clone(),
        points: row.points,
        provenance: table.provenance_of(&row.provenance),
        alternative: row.alternative.as_ref().map(|other| SheetAlternative {
            points: other.points,
            reason: other.reason.clone(),
            provenance: table.provenance_of(&other.provenance),
        }),
    }
}

fn grade(table: &ScoreTable, grade: &Grade) -> SheetGrade {
    SheetGrade {
        id: grade.id.clone(),
        definition: grade.definition.clone(),
        group: grade.group.clone(),
        provenance: table.provenance_of(&grade.provenance),
    }
}

fn group(table: &ScoreTable, group: &Group) -> SheetGroup {
    SheetGroup {
        group: described(table, group),
        minimum: group.min,
        maximum: group.max,
        provenance: table.provenance_of(&group.provenance),
    }
}

fn caveat(table: &ScoreTable, caveat: &Caveat) -> SheetCaveat {
    let sources = caveat.provenance.as_ref();
    SheetCaveat {
        text: caveat.text.clone(),
        some_patients: caveat.when != Condition::default(),
        provenance: sources.map(|sources| table.provenance_of(sources)),
    }
}

/// What the rows, grades and headings read, and a total that is typed.
fn inputs(table: &ScoreTable, catalogue: &Catalogue) -> Vec<SheetInput> {
    let headings = table.heading.iter().flat_map(|one| one.reads.clone());
    let read = table
        .reads()
        .into_iter()
        .chain(headings)
        .chain(table.typed_total.clone());
    catalogue
        .in_order(read)
        .into_iter()
        .map(|feature| SheetInput {
            rule: rule(&feature, catalogue),
            feature,
        })
        .collect()
}

fn rule(feature: &FeatureId, catalogue: &Catalogue) -> Option<SheetRule> {
    catalogue.rule(feature).map(|rule| SheetRule {
        note: rule.note.clone(),
        citation: rule.citation.clone(),
        reads: catalogue.in_order(rule.reads()),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn named(id: &str) -> ScoreSheet {
        sheets().into_iter().find(|sheet| sheet.id == id).unwrap()
    }

    #[test]
    fn a_sheet_says_everything_whatever_the_case() {
        let sheet = named("tokuhashi_2005");
        let SheetContent::Sum {
            minimum: 0,
            maximum: 15,
            items,
            ..
        } = &sheet.content
        else {
            panic!("{:?}", sheet.content);
        };
        let primary = items.iter().find(|item| item.id == "primary").unwrap();
        let points: Vec<i32> = primary.rows.iter().map(|row| row.points).collect();
        assert_eq!(points, [0, 1, 3, 4, 5, 2]);
        let colon = |caveat: &&SheetCaveat| caveat.text.starts_with("Colon is not named");
        assert!(sheet.caveats.iter().find(colon).unwrap().some_patients);
        let bands = sheet
            .groups
            .iter()
            .map(|group| (group.minimum, group.maximum, group.group.published.len()));
        let expected = [(0, 8), (9, 11), (12, 15)].map(|(low, high)| (Some(low), Some(high), 3));
        assert_eq!(bands.collect::<Vec<_>>(), expected);
        assert_eq!(sheet.citations.len(), 2);
    }

    #[test]
    fn a_class_comes_with_the_rule_that_it_follows_from() {
        let sheet = named("tokuhashi_2005");
        let rule = |id: &str| {
            let mut inputs = sheet.inputs.iter();
            let input = inputs.find(|input| input.feature.as_str() == id).unwrap();
            input.rule.clone()
        };
        let band = rule("karnofsky_band").unwrap();
        let reads: Vec<&str> = band.reads.iter().map(FeatureId::as_str).collect();
        assert_eq!(reads, ["ecog", "karnofsky", "karnofsky_before_deficit"]);
        assert!(band.citation.contains("Prasad") && band.note.contains("straddle"));
        assert_eq!(rule("frankel"), None);
    }
}
