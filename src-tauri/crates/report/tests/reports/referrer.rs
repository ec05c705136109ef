//! The one page for the referrer.

use crate::{
    hostile::assert_tidy,
    sample::sample,
    tools::written,
    week::{action, drafted, followed, signed},
};

#[test]
fn one_page_carries_all_that_a_referrer_needs() {
    for (name, language) in [("referrer-en.pdf", "en"), ("referrer-de.pdf", "de")] {
        let file = written(name, &signed().referrer_summary(language, false));
        assert_tidy(&file);
        if let Some(pages) = file.pages() {
            assert_eq!(pages, 1, "{language}");
        }
    }
    let file = written("referrer-en.pdf", &signed().referrer_summary("en", false));
    let Some(text) = file.text(&[]) else { return };
    let mut places = Vec::new();
    for said in [
        "FINAL · Signed by Dr Ndiaye",
        "Made-up University Hospital",
        "Łukasz Ñandú-Öztürk",
        "Question to the board",
        "Separation surgery and SBRT, or conventional",
        "Surgery with radiotherapy",
        "Levels: T9, T10",
        "Radiotherapy: 24 Gy in 2 fractions",
        "Procedure: Separation surgery",
        "Systemic plan: Continue osimertinib",
        "High-grade epidural disease",
        "Rests on: randomised trial",
        "Dr Moreau (Radiation oncology) dissents, prefers: Conventional radiotherapy. It hinges on:",
        "Agreed: 2. Abstained: 1.",
        "Admit for operation",
        "Signed by Dr Ndiaye (Spine surgery), 2026-03-14 11:30 (UTC+01:00).",
        "0f1e2d3c4b5a6978",
        "84 (76–89) at 3 months, 70 (58–79) at 6 months, 49 (34–62) at 12 months",
        "90 %",
        "Research use only",
    ] {
        let place = text.find(said);
        assert!(place.is_some(), "{said}:\n{text}");
        places.push(place);
    }
    assert!(places.is_sorted(), "{places:?}");
}

#[test]
fn charts_come_on_a_page_of_their_own() {
    let file = written(
        "referrer-charts.pdf",
        &signed().referrer_summary("en", true),
    );
    assert_tidy(&file);
    let Some(pages) = file.pages() else { return };
    assert_eq!(pages, 2);
    let first = file.text(&["-l", "1"]).unwrap();
    let second = file.text(&["-f", "2"]).unwrap();
    assert!(!first.contains("Months from the index date"));
    assert!(second.contains("Months from the index date") && second.contains("Key image"));
}

#[test]
fn what_does_not_fit_is_announced_and_follows_whole() {
    let mut long = signed();
    let words: Vec<String> = (0..900).map(|number| format!("w{number:03}")).collect();
    long.case.episodes[0].question = words[..300].join(" ");
    let decision = long.case.episodes[0].decision.as_mut().unwrap();
    decision.rationale = words[300..600].join(" ");
    decision.positions[2].hinges_on = words[600..].join(" ");
    decision.actions = (0..40)
        .map(|number| {
            let what = format!(
                "Task {number:02} {}",
                "which takes some words to say ".repeat(8)
            );
            action(&number.to_string(), &what, "Dr Moreau", 20)
        })
        .collect();
    let file = written("referrer-long.pdf", &long.referrer_summary("en", false));
    assert_tidy(&file);
    let Some(first) = file.text(&["-l", "1"]) else {
        return;
    };
    for said in [
        "Continues in full on the following page.",
        "more; all of them on the following page.",
        "Signed by Dr Ndiaye",
        "84 (76–89) at 3 months",
        "Surgery with radiotherapy",
        "Task 00",
    ] {
        assert!(first.contains(said), "{said}:\n{first}");
    }
    let rest = file.text(&["-f", "2"]).unwrap();
    for word in &words {
        assert!(rest.contains(word.as_str()), "{word} is lost");
    }
    for number in 0..40 {
        assert!(rest.contains(&format!("Task {number:02}")), "{number}");
    }
}

#[test]
fn without_a_signature_it_is_a_draft() {
    let undecided = written("undecided.pdf", &sample().referrer_summary("en", false));
    assert_tidy(&undecided);
    if let Some(text) = undecided.text(&[]) {
        assert!(text.contains("DRAFT – not signed. The board has not decided on this case yet."));
        assert!(text.contains("The board has not decided yet."));
    }
    let draft = written(
        "draft-referrer.pdf",
        &drafted().referrer_summary("en", false),
    );
    assert_tidy(&draft);
    if let Some(text) = draft.text(&[]) {
        assert!(text.contains("Decision of the board: DRAFT, not signed"));
        assert!(text.contains("Not signed yet."));
    }
}

#[test]
fn an_addendum_shows_what_holds_now() {
    let file = written(
        "referrer-addendum.pdf",
        &followed().referrer_summary("en", false),
    );
    assert_tidy(&file);
    let Some(text) = file.text(&[]) else { return };
    assert!(text.contains("as changed by version 2") && text.contains("8 Gy in one fraction"));
    assert!(text.contains("Version 2: Fever on the day of admission"));
    assert!(!text.contains("Levels: T9, T10"));
}

#[test]
fn odd_names_and_texts_do_no_harm() {
    let mut odd = signed();
    odd.case.identity.family_name = "Wolfeschlegelsteinhausenbergerdorff".repeat(6);
    odd.case.identity.patient_id = "9".repeat(300);
    odd.address = vec!["x".repeat(120); 6];
    let decision = odd.case.episodes[0].decision.as_mut().unwrap();
    decision.rationale = "\u{202e}שלום مرحبا 山田太郎 \u{0}🦴 (Tj) endstream".to_owned();
    decision.actions[0].owner = "Y".repeat(400);
    decision.positions[2].name = "Z".repeat(300);
    for charts in [false, true] {
        assert_tidy(&written(
            "referrer-odd.pdf",
            &odd.referrer_summary("en", charts),
        ));
    }
    odd.case.identity.family_name = "שלום".to_owned();
    odd.case.identity.given_name = "נועה".to_owned();
    odd.case.identity.patient_id = "SYN-000417".to_owned();
    let file = written("referrer-number.pdf", &odd.referrer_summary("en", false));
    if let Some(text) = file.text(&[]) {
        assert!(text.contains("Patient SYN-000417"), "{text}");
    }
}
