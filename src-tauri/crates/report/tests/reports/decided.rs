//! The full report once the board has decided: what was decided, by whom, what was added, and what became of it.

use crate::{
    hostile::assert_tidy,
    tools::{Written, written},
    week::{SEALED, decision, drafted, followed, signed},
};

/// Every page of a file by itself.
fn pages(file: &Written) -> Vec<String> {
    let Some(count) = file.pages() else {
        return Vec::new();
    };
    let page = |page: usize| {
        let number = page.to_string();
        file.text(&["-f", &number, "-l", &number]).unwrap()
    };
    (1..=count).map(page).collect()
}

#[test]
fn a_draft_says_so_on_every_page_and_in_its_title_and_a_signed_report_by_whom() {
    let draft = written("draft.pdf", &drafted().summary());
    for page in pages(&draft) {
        assert!(page.contains("DRAFT – not signed."), "{page}");
        assert!(!page.contains("FINAL"));
    }
    let done = written("signed.pdf", &signed().summary());
    for page in pages(&done) {
        assert!(
            page.contains("FINAL · Signed by Dr Ndiaye, 2026-03-14 11:30 (UTC+01:00)"),
            "{page}"
        );
        assert!(!page.contains("DRAFT"));
    }
    let later = written("followed.pdf", &followed().summary());
    for page in pages(&later) {
        assert!(
            page.contains("FINAL · Version 2, added by Dr Moreau, 2026-03-16 13:00"),
            "{page}"
        );
    }
    if let (Some(draft), Some(done)) = (draft.information(), done.information()) {
        assert!(
            draft.contains("DRAFT – not signed: Board summary"),
            "{draft}"
        );
        assert!(!done.contains("DRAFT"), "{done}");
    }
}

#[test]
fn the_decision_stands_on_page_one_and_in_full_after_it() {
    let file = written("signed.pdf", &signed().summary());
    assert_tidy(&file);
    let pages = pages(&file);
    let Some(first) = pages.first() else { return };
    for said in [
        "Made-up University Hospital",
        "Spine centre",
        "Telephone 555 0100",
        "Decision of the board",
        "Surgery with radiotherapy · T9, T10 · 24 Gy in 2 fractions",
    ] {
        assert!(first.contains(said), "{said} is not on page one:\n{first}");
    }
    let rest = pages[1..].join(" ");
    for said in [
        "Separation surgery T10 with posterior stabilisation T8 to T12",
        "Continue osimertinib",
        "High-grade epidural disease",
        "randomised trial",
        "Dr Moreau (Radiation oncology)",
        "dissents, prefers: Conventional radiotherapy",
        "fast progression",
        "stable liver metastases in a new CT",
        "Admit for operation",
        "2026-03-16",
        "overdue",
        "Signed by Dr Ndiaye (Spine surgery)",
        "0f1e 2d3c 4b5a 6978",
        "Lactate dehydrogenase: older than its limit",
        "the clock of the computer stood before the last entry",
        "Times on the way to treatment",
        "too late",
        "NICE guideline NG234",
        "84 of 100 (76–89)",
        "of 100: 50, 70",
    ] {
        assert!(rest.contains(said), "{said} is not in the report:\n{rest}");
    }
    let drawn = report::texts_of(&signed().summary()).unwrap().concat();
    let drawn: String = drawn.split_whitespace().collect();
    assert!(drawn.contains(SEALED), "the whole hash can be compared");
}

#[test]
fn addenda_are_visible_with_version_time_and_what_they_change() {
    let file = written("followed.pdf", &followed().summary());
    assert_tidy(&file);
    let Some(text) = file.text(&[]) else { return };
    for said in [
        "Decision of the board, as changed by version 2",
        "Conventional radiotherapy · T10 · 8 Gy in one fraction",
        "Version 1, as signed: Surgery with radiotherapy",
        "Version 2: Dr Moreau, 2026-03-16 13:00 (UTC+01:00)",
        "Fever on the day of admission",
        "Blood cultures",
        "done 2026-03-13",
        "Done in part or otherwise",
        "[deterioration]",
        "mii-cs-mtb-therapiestatusgrund",
        "died 2026-08-21, after 5.3 months",
        "Walks with an aid; worst pain 3 of 10; continent",
        "Complications: Wound infection, grade 3, 2026-04-02.",
    ] {
        assert!(text.contains(said), "{said}:\n{text}");
    }
    // Alive at 3 months, dead at 6.
    assert!(text.contains("3 months (2026-06-14) 84 of 100 (76–89) of 100: 50, 70 alive"));
}

#[test]
fn a_model_that_is_held_back_says_nothing_anywhere() {
    let mut held = followed();
    held.model_held_back = true;
    held.assessment.forecast = clinical::assessment::ForecastState::Refused {
        code: "held_back".to_owned(),
        parameters: std::collections::BTreeMap::new(),
    };
    held.reasons.clear();
    for pdf in [held.summary(), held.referrer_summary("en", true)] {
        let text = report::texts_of(&pdf).unwrap().join(" ");
        assert!(!text.contains("76–89"), "{text}");
        assert!(text.contains("left out of this report"));
    }
}

#[test]
fn a_masked_report_of_a_decision_keeps_the_staff_and_names_no_patient() {
    let mut masked = followed();
    masked.identity_masked = true;
    let decision = masked.case.episodes[0].decision.as_mut().unwrap();
    decision.rationale = "Mr Öztürk wishes it.".to_owned();
    decision.actions[0].what = "Call Łukasz (SYN-000417)".to_owned();
    decision.positions[2].hinges_on = "what ÑANDÚ-ÖZTÜRK wants".to_owned();
    decision.addenda[0].text = "Łukasz, born 3.2.1961, has fever.".to_owned();
    decision.carried_out[0].note = "Öztürk agreed".to_owned();
    decision.recommendation.procedure = "Öztürk's operation".to_owned();
    masked.case.follow_ups[0].note = "Seen with Łukasz's wife".to_owned();
    masked.case.follow_ups[0].complications[0].what = "Infection of Ñandú".to_owned();
    for pdf in [
        masked.summary(),
        masked.referrer_summary("en", true),
        masked.referrer_summary("de", false),
    ] {
        written("masked-decision.pdf", &pdf).assert_valid();
        let text = report::texts_of(&pdf).unwrap().join(" ");
        for secret in [
            "Łukasz",
            "Öztürk",
            "ÖZTÜRK",
            "Ñandú",
            "ÑANDÚ",
            "SYN-000417",
            "1961",
        ] {
            assert!(!text.contains(secret), "{secret}:\n{text}");
        }
        for staff in ["Dr Ndiaye", "Dr Moreau", "Ward 7"] {
            assert!(text.contains(staff), "{staff}:\n{text}");
        }
    }
}

#[test]
fn a_decision_without_end_is_printed_whole() {
    let mut long = signed();
    let words = |letter: char| -> Vec<String> {
        (0..900)
            .map(|number| format!("{letter}{number:03}"))
            .collect()
    };
    let signed = long.case.episodes[0].decision.as_mut().unwrap();
    signed.rationale = words('r').join(" ");
    signed.recommendation.systemic_plan = words('s').join(" ");
    signed.positions[2].hinges_on = words('h').join(" ");
    signed.actions[0].what = words('a').join(" ");
    let file = written("long-decision.pdf", &long.summary());
    assert_tidy(&file);
    let Some(text) = file.text(&["-f", "2"]) else {
        return;
    };
    for word in "rsha".chars().flat_map(words) {
        assert!(text.contains(&word), "{word} is lost");
    }
}

#[test]
fn a_copy_without_identity_is_no_draft() {
    let mut copy = drafted();
    copy.identity_masked = true;
    copy.dates_moved = true;
    copy.case.episodes[0].decision = Some(decision());
    let text = report::texts_of(&copy.summary()).unwrap().join(" ");
    assert!(text.contains("Copy without identity") && !text.contains("DRAFT – not signed."));
}

#[test]
fn the_language_of_the_text_stands_in_the_file() {
    for language in ["en", "de"] {
        let file = written("language.pdf", &signed().summary_in(language));
        let Some(unpacked) = file.unpacked() else {
            return;
        };
        let text = String::from_utf8_lossy(&unpacked);
        assert!(text.contains(&format!("/Lang ({language})")), "{language}");
    }
}
