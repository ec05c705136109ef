//! A case file, and everything that is computed from a case but the forecast.
#![no_main]

use clinical::catalogue::Catalogue;
use libfuzzer_sys::fuzz_target;
use spineboard_fuzz::{Panics, assess, noon, start};

fn parse(bytes: &[u8]) -> Option<clinical::case::Case> {
    let mut count = 0;
    let mut new_id = || {
        count += 1;
        format!("new-{count}")
    };
    let mut defaults = exchange::Defaults {
        now: noon(),
        author: "fuzz",
        new_id: &mut new_id,
    };
    exchange::case_file::parse(bytes, Catalogue::shipped(), &mut defaults).ok()
}

fuzz_target!(
    init: start(Panics::All, || {
        let by_hand = r#"{ "index_date": "2026-03-01", "index_level": "L3", "observations": [
            { "feature": "age", "value": 67 },
            { "feature": "albumin", "value": 3.4, "unit": "g/dL", "observed_on": "2026-02-27" },
            { "feature": "bilsky_grade", "value": "2", "subject": "Th12" },
            { "feature": "haemoglobin", "absent": "pending" },
            { "feature": "tumour_volume", "value": 12, "subject": { "kind": "lesion", "name": "a" } } ],
            "courses": [ { "kind": "surgery", "status": "planned", "levels": ["T9", "T10"], "dose_gray": 24, "started_on": "2026-04-01" } ],
            "lesions": [ { "name": "a", "level": "Th12", "part": "left" } ] }"#;
        let whole = parse(by_hand.as_bytes()).and_then(|case| exchange::case_file::to_json(&case).ok());
        let mut seeds = vec![by_hand.as_bytes().to_vec(), b"{}".to_vec()];
        seeds.extend(whole.map(String::into_bytes));
        for line in spineboard_fuzz::golden_facts() {
            let facts = line.iter().map(|(feature, value)| format!(r#"{{"feature":"{feature}","value":{value}}}"#));
            let facts: Vec<String> = facts.collect();
            seeds.push(format!(r#"{{"index_level":"L1","observations":[{}]}}"#, facts.join(",")).into_bytes());
        }
        seeds
    }),
    |bytes: &[u8]| {
        let Some(case) = parse(bytes) else {
            return;
        };
        assess(&case);
        clinical::spine::spine_index(&case, Catalogue::shipped(), noon().date_naive());
        let text = exchange::case_file::to_json(&case).expect("what was read can be written");
        assert_eq!(parse(text.as_bytes()).as_ref(), Some(&case), "what was written reads the same");
    }
);
