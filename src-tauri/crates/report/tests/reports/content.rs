//! What the report of an ordinary case says, and that it is a sound file.

use crate::{
    sample::{forecast, recalibration, sample},
    tools::written,
};
use chrono::TimeDelta;
use clinical::{
    assessment::{CordCompressionState, ForecastState, ShippedPoint},
    marks::{Mark, MarkKind, MarkPart, Measured, OutlineModel, Quantity, Unit},
};
use std::collections::BTreeMap;

#[test]
fn page_one_carries_what_the_board_needs() {
    let file = written("ordinary.pdf", &sample().summary());
    file.assert_valid();
    let Some(page) = file.text(&["-f", "1", "-l", "1"]) else {
        return;
    };
    for expected in [
        "SpineBoard",
        "Board summary",
        "2026-03-14",
        "T10",
        "SYNTHETIC",
        "Łukasz Ñandú-Öztürk",
        "1961-02-03",
        "SYN-000417",
        "65 years",
        "Male",
        "Separation surgery and SBRT",
        "1184 patients",
        // exp(-0.06 m), exp(-0.09 m), exp(-0.04 m) for 3, 6, 12 months.
        "84 of 100 (76–89)",
        "70 of 100 (58–79)",
        "49 of 100 (34–62)",
        "90 %",
        "C-reactive protein",
        "Platelets",
        "Tokuhashi score, revised 2005",
        "0 to 15",
        "less than 6 months",
        "41 of 100 alive at 6 months",
        "Made-up cohort",
        "From memory",
        "typed total",
        "Cannot be computed",
        "Grade 2",
        "Lesion type",
        "Lytic",
        "11 more on the following pages",
        "CT, sagittal bone, 2026-03-10",
        "20 mm",
        "Research use only. Not a medical device.",
        "survival-linear 0.1.0 (all 49 reference patients reproduced)",
        "2026-03-14 10:22 (UTC+01:00)",
        "Page 1 of",
    ] {
        assert!(
            page.contains(expected),
            "{expected:?} is not on page one:\n{page}"
        );
    }
    let population = page.find("1184 patients").unwrap();
    assert!(
        population < page.find("84 of 100").unwrap(),
        "for whom before any number"
    );
}

#[test]
fn every_page_names_the_patient_and_the_research_use() {
    let file = written("ordinary.pdf", &sample().summary());
    let Some(pages) = file.pages() else { return };
    assert!(pages >= 2);
    for page in 1..=pages {
        let number = page.to_string();
        let Some(text) = file.text(&["-f", &number, "-l", &number]) else {
            return;
        };
        for expected in [
            "Łukasz Ñandú-Öztürk",
            "SYN-000417",
            "Research use only",
            "SYNTHETIC",
        ] {
            assert!(
                text.contains(expected),
                "{expected:?} is not on page {page}"
            );
        }
        assert!(text.contains(&format!("Page {page} of {pages}")));
    }
}

#[test]
fn the_details_follow() {
    let Some(text) = written("ordinary.pdf", &sample().summary()).text(&["-f", "2"]) else {
        return;
    };
    for expected in [
        "68 days old",
        "34 g/L",
        "Not recorded: Platelets.",
        "laboratory-2026-03.csv",
        "10.0000/made.up",
        "Made before molecularly targeted drugs.",
        "Vertebral metastases",
        "9.8 10⁹/L",
        "≥ 3",
        "0123456789abcdef0123456789abcdef",
        "20 Gy in 5 fractions",
        "Stereotactic radiotherapy, planned",
        "from 2026-04-02",
        "By level",
        "Lesion Apollo (left pedicle)",
        "key images: 3",
        "MR, T2 axial",
        "cannot be read",
    ] {
        assert!(
            text.contains(expected),
            "{expected:?} is not in the details:\n{text}"
        );
    }
}

#[test]
fn scores_stand_side_by_side_then_in_full_then_what_has_no_result() {
    let Some(text) = written("ordinary.pdf", &sample().summary()).text(&["-f", "2"]) else {
        return;
    };
    let mut places = Vec::new();
    for expected in [
        "Published survival scores side by side",
        "This model, for this patient",
        "Made-up cohort (memory)",
        "Points: General condition (Karnofsky): moderate, 50–70 % = 1;",
        "Made-up cohort, 1998–2004, surgery, 164 patients",
        "Scores that cannot be computed yet",
        "Settled: Previous chemotherapy: no = 0.",
        "N: Neurology: Frankel grade D",
        "P: Patient: nothing is recorded.",
        "Boosted trees 2019: the trees are not public. What would be needed: publication of the trees.",
        "trees.example.org",
    ] {
        let place = text.find(expected);
        assert!(
            place.is_some(),
            "{expected:?} is not in the details:\n{text}"
        );
        places.push(place);
    }
    assert!(places.is_sorted(), "{places:?}");
}

#[test]
fn a_reason_stands_beside_the_value_and_names_nobody_where_masked() {
    let mut typed = sample();
    let observation = typed.case.observations.iter_mut();
    let mut graded = observation.filter(|one| one.feature.as_str() == "karnofsky");
    graded.next().unwrap().note = Some("seen by Łukasz before the fall".to_owned());
    let Some(text) = written("reason.pdf", &typed.summary()).text(&["-f", "2"]) else {
        return;
    };
    assert!(
        text.contains("because seen by Łukasz before the fall"),
        "{text}"
    );
    typed.identity_masked = true;
    let masked = report::texts_of(&typed.summary()).unwrap().join(" ");
    assert!(masked.contains("because seen by") && !masked.contains("Łukasz"));
}

#[test]
fn the_same_input_gives_the_same_bytes_and_another_time_does_not() {
    let first = sample();
    assert!(first.summary() == first.summary());
    let mut later = sample();
    later.generated_at += TimeDelta::seconds(1);
    assert!(first.summary() != later.summary());
}

#[test]
fn the_file_describes_itself() {
    let file = written("ordinary.pdf", &sample().summary());
    let Some(information) = file.information() else {
        return;
    };
    for said in [
        "DRAFT – not signed: Board summary: case 7f3a90c2",
        "Made-up University Hospital",
        "SpineBoard,Board summary,case 7f3a90c2",
        "SpineBoard 0.1.0",
    ] {
        assert!(information.contains(said), "{said}: {information}");
    }
    for secret in ["Łukasz", "Öztürk", "SYN-000417", "1961"] {
        assert!(!information.contains(secret), "{secret}: {information}");
    }
    assert!(information.contains("2026"));
    assert!(information.contains("A4"));
    assert!(!information.contains("PDF/X"), "{information}");
    let Some(fonts) = file.fonts() else { return };
    let embedded: Vec<&str> = fonts.lines().skip(2).collect();
    assert!(embedded.len() >= 2);
    assert!(
        embedded
            .iter()
            .all(|line| line.contains("SPINEB+NotoSans") && line.contains("yes yes yes")),
        "{fonts}"
    );
}

#[test]
fn the_words_of_a_report_can_be_read_back_from_its_file() {
    let mut sample = sample();
    let words = |pdf: &[u8]| report::texts_of(pdf).unwrap().join(" ");
    let shown = words(&sample.summary());
    for word in ["Łukasz", "Öztürk", "SYN-000417", "SINS", "albumin"] {
        assert!(
            shown.to_lowercase().contains(&word.to_lowercase()),
            "{word}: {shown}"
        );
    }
    sample.identity_masked = true;
    sample.dates_moved = true;
    let masked = words(&sample.summary());
    assert!(!masked.contains("Łukasz") && !masked.contains("SYN-000417"));
    assert!(masked.contains("random number of days"), "{masked}");
    assert!(report::texts_of(b"%PDF-1.7 nothing").is_err());
}

#[test]
fn a_masked_report_names_nobody_anywhere_in_the_file() {
    let mut masked = sample();
    masked.identity_masked = true;
    masked.case.episodes[0].question =
        "Mr ÑANDÚ-ÖZTÜRK (SYN-000417, born 03.02.1961): SBRT?".to_owned();
    masked.case.key_images[0].note = "Łukasz's lesion".to_owned();
    let pdf = masked.summary();
    let file = written("masked.pdf", &pdf);
    file.assert_valid();
    let (Some(text), Some(unpacked), Some(information)) =
        (file.text(&[]), file.unpacked(), file.information())
    else {
        return;
    };
    assert!(text.contains("Identity masked") && text.contains("7f3a90c2"));
    assert!(text.contains("••• (•••, born •••): SBRT?"), "{text}");
    for secret in ["Łukasz", "Ñandú", "ÑANDÚ", "Öztürk", "SYN-000417", "1961"] {
        assert!(
            !text.contains(secret) && !information.contains(secret),
            "{secret}"
        );
        let utf_16: Vec<u8> = secret.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let hexadecimal: String = utf_16.iter().map(|byte| format!("{byte:02X}")).collect();
        for form in [
            secret.as_bytes(),
            &utf_16,
            hexadecimal.as_bytes(),
            hexadecimal.to_lowercase().as_bytes(),
        ] {
            let found = [pdf.as_slice(), unpacked.as_slice()]
                .iter()
                .any(|bytes| bytes.windows(form.len()).any(|window| window == form));
            assert!(!found, "{secret} is in the bytes");
        }
    }
}

#[test]
fn a_name_without_glyphs_prints_its_alphabetic_group_or_the_number() {
    let mut foreign = sample();
    foreign.case.identity.family_name = "山田".to_owned();
    foreign.case.identity.given_name = "太郎".to_owned();
    foreign.case.identity.alphabetic_name = Some("Yamada^Tarou".to_owned());
    let Some(text) = written("alphabetic.pdf", &foreign.summary()).text(&["-l", "1"]) else {
        return;
    };
    assert!(text.contains("Tarou Yamada") && !text.contains('山'));

    foreign.case.identity.alphabetic_name = None;
    let Some(text) = written("number.pdf", &foreign.summary()).text(&["-l", "1"]) else {
        return;
    };
    assert!(
        text.contains("Patient SYN-000417")
            && text.contains("in a script that this report cannot print")
    );
}

#[test]
fn a_refused_forecast_says_why_and_shows_no_number() {
    let mut refused = sample();
    refused.assessment.forecast = ForecastState::Refused {
        code: "no_pack".to_owned(),
        parameters: BTreeMap::new(),
    };
    let Some(page) = written("refused.pdf", &refused.summary()).text(&["-l", "1"]) else {
        return;
    };
    assert!(page.contains("No forecast"));
    assert!(!page.contains("of 100 ("));
}

#[test]
fn outside_the_population_and_simulation_are_said_before_any_number() {
    let mut outside = sample();
    let mut answer = forecast();
    answer.population.inside = false;
    answer.population.reasons = vec!["outside_limits:age".to_owned()];
    answer.pack.rests_on = vec!["simulation".to_owned()];
    outside.assessment.forecast = ForecastState::Available(answer);
    let Some(page) = written("outside.pdf", &outside.summary()).text(&["-l", "1"]) else {
        return;
    };
    let first_number = page.find("84 of 100").unwrap();
    assert!(page.find("Outside the population").unwrap() < first_number);
    assert!(page.find("Simulated").unwrap() < first_number);
}

#[test]
fn median_cord_compression_and_reasons_stand_with_the_forecast() {
    let pdf = written("further.pdf", &sample().summary());
    let Some(page) = pdf.text(&["-l", "1"]) else {
        return;
    };
    let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let page = flat(&page);
    assert!(
        page.contains("alive at 11.6 months (7.7 to more than 60)"),
        "{page}"
    );
    assert!(
        page.contains("about 1 to 4 of 100, low certainty"),
        "{page}"
    );
    let whole = flat(&pdf.text(&[]).unwrap());
    for said in [
        "Why this survival 29 of 100 alive at 12 months, against 48 of 100 if nothing were known \
         of the patient. Lower mainly because of: Karnofsky performance status 50 (hazard × 2.01); \
         laboratory values (hazard × 1.22). What speaks for longer survival: Primary tumour: \
         Breast, Liver metastasis: no (hazard × 0.82).",
        "not what would follow from changing them. Karnofsky performance status: × 2.01. \
         Albumin: × 1.22.",
        "Why this risk of cord compression Cord compression within 6 months: fewer than 1 of 100, \
         against about 1 of 100 if nothing were known of the patient. Lower mainly because of: \
         Epidural compression (Bilsky ESCC) 1c: cord touched, not compressed (hazard × 0.33). What \
         speaks for a higher risk: facts that the model calls “of_another_pack” (hazard × 1.40).",
    ] {
        assert!(whole.contains(said), "{said}\n{whole}");
    }

    let mut deficit = sample();
    let mut answer = forecast();
    answer.cord_compression = Some(CordCompressionState::NotShown {
        code: "deficit_present".to_owned(),
    });
    deficit.assessment.forecast = ForecastState::Available(answer);
    let Some(page) = written("deficit.pdf", &deficit.summary()).text(&["-l", "1"]) else {
        return;
    };
    let page = flat(&page);
    assert!(
        page.contains("deficit is already there") && !page.contains("low certainty"),
        "{page}"
    );
}

#[test]
fn a_recalibrated_forecast_says_so_before_any_number_and_gives_the_shipped_one() {
    let mut moved = sample();
    let mut answer = forecast();
    answer.pack.recalibration = Some(Box::new(recalibration()));
    answer.shipped_horizons = Some(
        [(3.0, 0.9), (6.0, 0.8), (12.0, 0.52)]
            .map(|(months, alive)| ShippedPoint { months, alive })
            .to_vec(),
    );
    moved.assessment.forecast = ForecastState::Available(answer);
    let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let pdf = written("recalibrated.pdf", &moved.summary());
    let Some(page) = pdf.text(&["-l", "1"]) else {
        return;
    };
    let page = flat(&page);
    let said = "Recalibrated on 212 patients of this centre (98 deaths), Dr Rossi, 2026-03-02. The \
        shipped model says 90 of 100 at 3 months, 80 of 100 at 6 months, 52 of 100 at 12 months.";
    let place = page.find(said).unwrap_or_else(|| panic!("{page}"));
    assert!(place < page.find("84 of 100").unwrap(), "{page}");
    let whole = flat(&pdf.text(&[]).unwrap());
    assert!(
        whole.contains(
            "Intercept +0.31, slope 0.90. Follow-up: median 14 months, longest 40 months. Gain: \
             0.020 (0.010 to 0.030) in log likelihood per patient"
        ),
        "{whole}"
    );

    moved.identity_masked = true;
    let masked = written("recalibrated-masked.pdf", &moved.summary());
    let text = flat(&masked.text(&[]).unwrap());
    assert!(
        text.contains("this centre (98 deaths), 2026-03-02."),
        "{text}"
    );
    assert!(!text.contains("Rossi"), "{text}");
    moved.dates_moved = true;
    let dateless = written("recalibrated-moved.pdf", &moved.summary());
    let text = flat(&dateless.text(&[]).unwrap());
    assert!(
        text.contains("this centre (98 deaths). The shipped"),
        "{text}"
    );

    let plain = written("plain-forecast.pdf", &sample().summary());
    assert!(!flat(&plain.text(&[]).unwrap()).contains("Recalibrated"));
}

#[test]
fn the_curve_is_drawn_as_lines_and_not_as_a_picture() {
    let mut plain = sample();
    plain.case.key_images.clear();
    plain.pixels.clear();
    let Some(unpacked) = written("plain.pdf", &plain.summary()).unpacked() else {
        return;
    };
    let text = String::from_utf8_lossy(&unpacked);
    assert!(!text.contains("/Subtype /Image"));
    let longest = text
        .split("\nS\n")
        .map(|path| {
            path.lines()
                .rev()
                .take_while(|line| line.ends_with(" l") || line.ends_with(" m"))
                .count()
        })
        .max();
    // Months 0 to 24.
    assert_eq!(longest, Some(25));
}

/// What began as the outline of a site's model says so beside its values; what a person drew does not.
#[test]
fn a_mark_on_a_picture_names_the_model_that_proposed_its_outline() {
    let mut sample = sample();
    let mark = |id: &str, proposed_by: Vec<OutlineModel>| Mark {
        id: id.to_owned(),
        kind: MarkKind::Freehand,
        study_instance_uid: "2.25.1".to_owned(),
        series_instance_uid: "2.25.1".to_owned(),
        frame_of_reference_uid: None,
        modality: "CT".to_owned(),
        reformatted_normal: None,
        study_date: None,
        parts: vec![MarkPart {
            sop_instance_uid: "2.25.1.2".to_owned(),
            frame: 1,
            points: vec![[0.0; 3], [9.0, 0.0, 0.0], [0.0, 9.0, 0.0]],
        }],
        window_center: 40.0,
        window_width: 400.0,
        level: None,
        note: String::new(),
        measured: vec![Measured {
            quantity: Quantity::Area,
            value: 40.7,
            unit: Unit::SquareMillimetre,
        }],
        proposed_by,
        drawn_at: sample.generated_at,
        author: "Dr Adeyemi".to_owned(),
    };
    let model = OutlineModel {
        pack: "site-lesions".to_owned(),
        version: "2.1".to_owned(),
        sha256: "0".repeat(64),
    };
    let own = mark("own", Vec::new());
    let proposed = mark("proposed", vec![model]);
    sample.case.marks = vec![own.clone()];
    let Some(text) = written("drawn.pdf", &sample.summary()).text(&[]) else {
        return;
    };
    assert!(text.contains("A: Area"), "{text}");
    assert!(!text.contains("outline proposed"), "{text}");
    sample.case.marks = vec![own, proposed];
    let Some(text) = written("proposed.pdf", &sample.summary()).text(&[]) else {
        return;
    };
    let wanted = "B: Area 41 mm² (outline proposed by the model site-lesions 2.1, not validated by SpineBoard)";
    assert!(text.contains(wanted), "{text}");
}
