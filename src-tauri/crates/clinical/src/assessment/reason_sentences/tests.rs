#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
use super::{ReasonSentenceKind as Kind, *};
use std::collections::BTreeMap;

const HIGHER: [f64; 2] = [0.40, 0.60];
const LOWER: [f64; 2] = [0.60, 0.40];

fn facts() -> BTreeMap<FeatureId, Value> {
    let code = |text: &str| Value::Code(text.to_owned());
    [
        ("age", Value::Number(64.0)),
        ("sex", code("female")),
        ("ecog", Value::Number(3.0)),
        ("frankel", code("D")),
        ("liver_metastasis", Value::Flag(true)),
        ("brain_metastasis", Value::Flag(false)),
        ("albumin", Value::Number(31.0)),
        ("gene_tp53", code("variant")),
        ("gene_kras", code("wild_type")),
    ]
    .into_iter()
    .map(|(id, value)| (Catalogue::shipped().id(id).unwrap(), value))
    .collect()
}

fn reason(group: &str, factor: f64, features: &[&str]) -> ForecastReason {
    ForecastReason {
        group: group.to_owned(),
        amount: factor.ln(),
        factor,
        features: features.iter().map(|id| FeatureId::unchecked(id)).collect(),
        blank: Vec::new(),
        citations: Vec::new(),
    }
}

/// Kinds with the groups that they name.
fn said(
    endpoint: ExplainedEndpoint,
    probabilities: [f64; 2],
    factors: &[(&str, f64)],
) -> Vec<(Kind, Vec<String>)> {
    let reasons: Vec<ForecastReason> = factors
        .iter()
        .map(|(group, factor)| reason(group, *factor, &["ecog"]))
        .collect();
    let catalogue = Catalogue::shipped();
    reason_sentences(endpoint, probabilities, &reasons, &facts(), catalogue)
        .into_iter()
        .map(|sentence| {
            let groups = sentence.reasons.into_iter().map(|reason| reason.group);
            (sentence.kind, groups.collect())
        })
        .collect()
}

fn groups(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

/// The one reason of a sentence about survival.
fn only_reason(factor: f64, features: &[&str]) -> NamedReason {
    let sentences = reason_sentences(
        ExplainedEndpoint::Survival,
        LOWER,
        &[reason("group", factor, features)],
        &facts(),
        Catalogue::shipped(),
    );
    sentences[0].reasons[0].clone()
}

fn named_by(features: &[&str]) -> Vec<(String, FactForm)> {
    let facts = only_reason(2.0, features).facts;
    facts
        .iter()
        .map(|fact| (fact.feature.to_string(), fact.form))
        .collect()
}

#[test]
fn the_direction_of_the_number_comes_first_and_the_strongest_reason_leads() {
    let factors = [("weak", 1.3), ("good", 0.5), ("strong", 1.9), ("fair", 0.8)];
    let survival = ExplainedEndpoint::Survival;
    assert_eq!(
        said(survival, LOWER, &factors),
        [
            (Kind::Lower, groups(&["strong", "weak"])),
            (Kind::Raised, groups(&["good", "fair"]))
        ]
    );
    assert_eq!(
        said(survival, HIGHER, &factors),
        [
            (Kind::Higher, groups(&["good", "fair"])),
            (Kind::Lowered, groups(&["strong", "weak"]))
        ]
    );
}

#[test]
fn more_hazard_is_more_cord_compression_and_fewer_alive() {
    let factors = [("growth", 1.9), ("stable", 0.5)];
    let cord = ExplainedEndpoint::CordCompression;
    assert_eq!(
        said(cord, HIGHER, &factors),
        [
            (Kind::Higher, groups(&["growth"])),
            (Kind::Lowered, groups(&["stable"]))
        ]
    );
    assert_eq!(
        said(cord, LOWER, &factors),
        [
            (Kind::Lower, groups(&["stable"])),
            (Kind::Raised, groups(&["growth"]))
        ]
    );
}

#[test]
fn a_factor_within_five_percent_of_one_is_not_named() {
    let survival = ExplainedEndpoint::Survival;
    let factors = [
        ("a", 1.051),
        ("b", 1.049),
        ("c", 1.0),
        ("d", 0.955),
        ("e", 0.95),
    ];
    assert_eq!(
        said(survival, LOWER, &factors),
        [
            (Kind::Lower, groups(&["a"])),
            (Kind::Raised, groups(&["e"]))
        ]
    );
    assert_eq!(
        said(survival, LOWER, &factors[1..4]),
        [(Kind::Nothing, groups(&[]))]
    );
    assert_eq!(
        said(survival, HIGHER, &[]),
        [(Kind::Nothing, groups(&[]))],
        "nothing is known"
    );
}

#[test]
fn at_most_three_reasons_are_named_in_each_direction() {
    let factors = [
        ("a", 1.1),
        ("b", 1.2),
        ("c", 1.3),
        ("d", 1.4),
        ("p", 0.9),
        ("q", 0.8),
        ("r", 0.7),
        ("s", 0.6),
    ];
    assert_eq!(
        said(ExplainedEndpoint::Survival, LOWER, &factors),
        [
            (Kind::Lower, groups(&["d", "c", "b"])),
            (Kind::Raised, groups(&["s", "r", "q"]))
        ]
    );
}

#[test]
fn nothing_is_called_higher_than_a_number_that_reads_the_same() {
    let factors = [("bad", 1.5), ("good", 0.66)];
    let survival = ExplainedEndpoint::Survival;
    assert_eq!(
        said(survival, [0.476, 0.484], &factors),
        [
            (Kind::Raised, groups(&["good"])),
            (Kind::Lowered, groups(&["bad"]))
        ]
    );
    assert_eq!(
        said(survival, [0.484, 0.486], &factors)[0].0,
        Kind::Higher,
        "48 and 49 of 100"
    );
    assert_eq!(
        said(survival, [0.48, 0.48], &factors[..1]),
        [(Kind::Lowered, groups(&["bad"]))]
    );
}

#[test]
fn many_small_reasons_are_said_as_such() {
    let factors = [("a", 0.96), ("b", 0.96), ("c", 0.96), ("bad", 1.06)];
    let survival = ExplainedEndpoint::Survival;
    assert_eq!(
        said(survival, HIGHER, &factors),
        [
            (Kind::HigherByLittle, groups(&[])),
            (Kind::Lowered, groups(&["bad"]))
        ]
    );
    assert_eq!(
        said(ExplainedEndpoint::CordCompression, LOWER, &factors)[0].0,
        Kind::LowerByLittle
    );
}

#[test]
fn a_group_is_named_by_its_facts_with_their_values() {
    let named = only_reason(1.2, &["age", "sex"]);
    assert!((named.factor - 1.2).abs() < 1e-12);
    assert_eq!(named.facts[0].value, Value::Number(64.0));
    assert_eq!(named.facts[1].value, Value::Code("female".to_owned()));
    let forms: Vec<FactForm> = named.facts.iter().map(|fact| fact.form).collect();
    assert_eq!(forms, [FactForm::Number, FactForm::Choice]);
    assert_eq!(
        named_by(&["frankel", "liver_metastasis", "brain_metastasis"]),
        [
            ("frankel".to_owned(), FactForm::Grade),
            ("liver_metastasis".to_owned(), FactForm::Present),
            ("brain_metastasis".to_owned(), FactForm::Absent)
        ]
    );
}

#[test]
fn many_facts_and_genes_of_wild_type_are_left_to_the_word_of_the_group() {
    assert_eq!(named_by(&["age", "sex", "ecog", "albumin"]), []);
    assert_eq!(named_by(&["age", "sex", "ecog"]).len(), 3);
    assert_eq!(named_by(&["gene_kras"]), []);
    assert_eq!(
        named_by(&["gene_tp53", "gene_kras"]),
        [],
        "half of a group does not stand for it"
    );
    assert_eq!(named_by(&["gene_tp53"]).len(), 1);
}

#[test]
fn codes_are_those_that_are_sent() {
    for kind in Kind::ALL {
        let sent = toml::Value::try_from(kind).unwrap();
        assert_eq!(sent.as_str(), Some(kind.code()));
    }
    for form in FactForm::ALL {
        let sent = toml::Value::try_from(form).unwrap();
        assert_eq!(sent.as_str(), Some(form.code()));
    }
}
