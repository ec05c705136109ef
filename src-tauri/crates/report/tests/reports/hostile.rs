//! Input that breaks layouts: it must neither fail nor leave the page nor print over itself.

use crate::{
    sample::{Sample, day, picture, sample},
    tools::{Written, written},
};
use clinical::{
    assessment::{FactOrigin, UsedFact},
    case::{KeyImage, Subject, TreatmentCourse, Value},
    catalogue::FeatureId,
    findings::{Finding, FindingCode, Severity},
};
use std::collections::BTreeMap;

/// Left, top, right, bottom in points from the top left, and the word.
type WordBox = (f64, f64, f64, f64, String);

/// The words of every page, as `pdftotext -bbox` finds them.
fn boxes(file: &Written) -> Option<Vec<Vec<WordBox>>> {
    let raw = file.raw(&["-bbox"])?;
    let mut pages = Vec::new();
    for line in raw.lines().map(str::trim) {
        if line.starts_with("<page ") {
            pages.push(Vec::new());
        }
        if let (Some(page), true) = (pages.last_mut(), line.starts_with("<word ")) {
            let number = |name: &str| -> f64 {
                let start = line.find(&format!("{name}=\"")).unwrap() + name.len() + 2;
                line[start..].split('"').next().unwrap().parse().unwrap()
            };
            let text = line.split(['>', '<']).nth(2).unwrap().to_owned();
            page.push((
                number("xMin"),
                number("yMin"),
                number("xMax"),
                number("yMax"),
                text,
            ));
        }
    }
    Some(pages)
}

/// Every word lies on the page and no two words lie on each other.
pub(crate) fn assert_tidy(file: &Written) {
    file.assert_valid();
    let Some(pages) = boxes(file) else { return };
    for (number, words) in pages.iter().enumerate() {
        assert!(!words.is_empty(), "page {} is empty", number + 1);
        for (index, one) in words.iter().enumerate() {
            let inside = one.0 > 20.0 && one.2 < 575.0 && one.1 > 0.0 && one.3 < 835.0;
            assert!(inside, "page {}: {one:?} leaves the page", number + 1);
            for other in &words[..index] {
                let across = one.2.min(other.2) - one.0.max(other.0);
                // A box is as high as the font's line; letters fill about half of it.
                let down = one.3.min(other.3) - one.1.max(other.1);
                let least = (one.3 - one.1).min(other.3 - other.1);
                let touch = across > 0.5 && down > least * 0.5;
                assert!(!touch, "page {}: {one:?} lies on {other:?}", number + 1);
            }
        }
    }
}

fn fact(index: usize, feature: &str, subject: Subject) -> UsedFact {
    UsedFact {
        feature: FeatureId::unchecked(feature),
        subject,
        value: Value::Number(index as f64 * 1.000_1),
        origin: FactOrigin::Observed {
            observation_id: format!("none-{index}"),
        },
        observed_on: Some(day(2026, 1, 1)),
        stale: index.is_multiple_of(3),
    }
}

#[test]
fn an_ordinary_report_is_tidy() {
    assert_tidy(&written("ordinary.pdf", &sample().summary()));
}

#[test]
fn an_empty_case_still_gives_a_report() {
    let mut empty = sample();
    empty.case.identity = clinical::case::Identity::default();
    empty.case.episodes.clear();
    empty.case.courses.clear();
    empty.case.key_images.clear();
    empty.case.index_level = None;
    empty.case.synthetic = false;
    empty.pixels.clear();
    empty.assessment.facts_used.clear();
    empty.assessment.scores.clear();
    empty.assessment.findings.clear();
    let file = written("empty.pdf", &empty.summary());
    assert_tidy(&file);
    let Some(text) = file.text(&[]) else { return };
    assert!(text.contains("Name not recorded") && text.contains("No question is recorded."));
}

#[test]
fn a_question_of_ten_thousand_letters_continues_in_full() {
    let mut long = sample();
    let words: Vec<String> = (0..1700).map(|index| format!("w{index:04}")).collect();
    long.case.episodes[0].question = format!("{} {}", words.join(" "), "x".repeat(1500));
    let file = written("question.pdf", &long.summary());
    assert_tidy(&file);
    let Some(text) = file.text(&[]) else { return };
    assert!(text.contains("Continues on the following page"));
    assert!(
        words.iter().all(|word| text.contains(word.as_str())),
        "a word of the question is lost"
    );
}

#[test]
fn three_hundred_facts_and_hundreds_of_findings_flow_over_pages() {
    let mut many = sample();
    for index in 0..300 {
        let feature = format!("unknown_feature_with_a_rather_long_name_{index:03}");
        many.assessment
            .facts_used
            .push(fact(index, &feature, Subject::Lesion("L".repeat(60))));
    }
    for index in 0..400 {
        many.assessment.findings.push(Finding {
            code: FindingCode::Missing,
            severity: if index % 2 == 0 {
                Severity::Warning
            } else {
                Severity::Alert
            },
            feature: Some(FeatureId::unchecked(&format!("unknown_{index}"))),
            subject: None,
            parameters: BTreeMap::new(),
        });
    }
    let score = many.assessment.scores[0].clone();
    many.assessment.scores.extend(vec![score; 40]);
    many.case.courses.extend(vec![
        TreatmentCourse {
            description: "a very long description ".repeat(40),
            ..many.case.courses[0].clone()
        };
        50
    ]);
    let file = written("many.pdf", &many.summary());
    assert_tidy(&file);
    let Some(text) = file.text(&[]) else { return };
    let (Some(pages), flat) = (file.pages(), text.replace(' ', "")) else {
        return;
    };
    assert!(pages > 10);
    // A long label is wrapped, so letters of other cells may stand between its parts.
    assert!((0..300).all(|index| flat.contains(&format!("_{index:03}"))));
    assert_eq!(text.matches("Research use only").count(), pages);
}

#[test]
fn control_characters_and_other_scripts_do_no_harm() {
    let mut odd = sample();
    let nasty = "\u{0}\u{7}\u{1b}[31m)(\\ \u{202e}evil\u{202c} שלום مرحبا 山田太郎 e\u{301}\r\n\ttab 🦴 (Tj) endstream";
    odd.case.episodes[0].question = nasty.to_owned();
    odd.case.identity.given_name = "\u{202e}Anna\u{0}".to_owned();
    odd.case.key_images[0].note = nasty.to_owned();
    odd.case.observations[0].author = nasty.to_owned();
    odd.assessment.scores[0].name = nasty.to_owned();
    let file = written("odd.pdf", &odd.summary());
    assert_tidy(&file);
    let Some(text) = file.text(&[]) else { return };
    assert!(
        text.contains("evil [?] [?] [?] é tab [?] (Tj) endstream"),
        "{text}"
    );
    assert!(text.contains("[?] stands for letters that this report cannot print"));
    assert!(text.contains("Anna Ñandú-Öztürk"));
    assert!(!text.contains('\u{202e}') && !text.contains('\u{fffd}'));
}

#[test]
fn huge_thin_and_many_pictures_are_placed() {
    let mut pictures = sample();
    let image: KeyImage = KeyImage {
        note: "note ".repeat(300),
        ..pictures.case.key_images[0].clone()
    };
    let sizes = [
        (2600, 2600),
        (3000, 4),
        (4, 3000),
        (1, 1),
        (0, 0),
        (700, 300),
        (300, 700),
    ];
    pictures.case.key_images = vec![image; sizes.len()];
    pictures.pixels = sizes
        .map(|(columns, rows)| Some(picture(columns, rows)))
        .to_vec();
    let pdf = pictures.summary();
    let file = written("pictures.pdf", &pdf);
    assert_tidy(&file);
    let Some(unpacked) = file.unpacked() else {
        return;
    };
    let text = String::from_utf8_lossy(&unpacked);
    let widest = text
        .lines()
        .filter_map(|line| line.trim().strip_prefix("/Width "))
        .map(|width| width.parse::<u32>().unwrap())
        .max();
    assert!(
        widest.is_some_and(|widest| (1000..=1028).contains(&widest)),
        "{widest:?}"
    );
}

#[test]
fn a_long_name_stays_on_the_page() {
    let mut long: Sample = sample();
    long.case.identity.family_name = "Wolfeschlegelsteinhausenbergerdorff".repeat(6);
    long.case.identity.patient_id = "9".repeat(300);
    assert_tidy(&written("long-name.pdf", &long.summary()));
}
