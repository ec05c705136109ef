//! Pages as they come out of a printer, compared by tolerance. The repository holds no pictures, so what is kept of a page is a text
//! that people can read too: the page as a grid of cells, and of each cell how bright it is on the average and how warm.
//!
//! A cell is a quarter of an inch. Another version of poppler changes a cell by a few of 255; a chart, a strip or a table that is gone
//! changes many by far more. `SPINEBOARD_WRITE_PICTURES=1` writes the texts anew; look at the pages before.

use crate::{
    meetings,
    tools::{Written, written},
    week, year,
};
use clinical::assessment::ForecastState;
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

/// Pixels of a cell at [`RESOLUTION`].
const CELL: usize = 18;
const RESOLUTION: &str = "72";
/// A cell differs from so much on: of 255 in brightness, of 9 in warmth (from blue 0 to red 9).
const BRIGHTNESS: i32 = 14;
const WARMTH: i32 = 2;
/// So many cells of a thousand may differ.
const MOST_DIFFERING: usize = 8;

/// Width and height of a picture in the binary form of PPM, and its pixels of three bytes.
fn pixels(ppm: &[u8]) -> (usize, usize, &[u8]) {
    let mut words = ppm.splitn(5, |byte| byte.is_ascii_whitespace());
    let mut word = || words.next().unwrap();
    assert_eq!(word(), b"P6");
    let mut number = || {
        std::str::from_utf8(word())
            .unwrap()
            .parse::<usize>()
            .unwrap()
    };
    let (width, height, most) = (number(), number(), number());
    assert_eq!(most, 255);
    (width, height, &ppm[ppm.len() - 3 * width * height..])
}

/// A line for each row of cells: two hexadecimal digits of brightness for each, a blank, one digit of warmth for each.
fn grid(ppm: &[u8]) -> String {
    let (width, height, pixels) = pixels(ppm);
    let mean = |column: usize, row: usize| {
        let [mut bright, mut warm] = [0.0_f64; 2];
        for y in row * CELL..(row + 1) * CELL {
            for x in column * CELL..(column + 1) * CELL {
                let at = 3 * (y * width + x);
                let [red, green, blue] = [0, 1, 2].map(|part| f64::from(pixels[at + part]));
                bright += 0.2126 * red + 0.7152 * green + 0.0722 * blue;
                warm += red - blue;
            }
        }
        let area = (CELL * CELL) as f64;
        (bright / area, warm / area)
    };
    let mut text = String::new();
    for row in 0..height / CELL {
        let cells: Vec<(f64, f64)> = (0..width / CELL).map(|column| mean(column, row)).collect();
        for (bright, _) in &cells {
            text += &format!("{:02x}", bright.round() as u8);
        }
        text.push(' ');
        for (_, warm) in &cells {
            text += &((warm / 20.0).round() as i32 + 5).clamp(0, 9).to_string();
        }
        text.push('\n');
    }
    text
}

/// A mark for each cell that differs.
fn difference(kept: &str, shown: &str) -> (String, usize) {
    let mut map = String::new();
    assert_eq!(kept.lines().count(), shown.lines().count(), "another size");
    for (kept, shown) in kept.lines().zip(shown.lines()) {
        let (kept, shown) = (row(kept), row(shown));
        assert_eq!(kept.len(), shown.len(), "another size");
        for ((bright, warm), (bright_now, warm_now)) in kept.into_iter().zip(shown) {
            let differs =
                (bright - bright_now).abs() >= BRIGHTNESS || (warm - warm_now).abs() >= WARMTH;
            map.push(if differs { '#' } else { '.' });
        }
        map.push('\n');
    }
    let differing = map.matches('#').count();
    (map, differing)
}

fn row(line: &str) -> Vec<(i32, i32)> {
    let (bright, warm) = line.split_once(' ').unwrap();
    let digits = |text: &str| i32::from_str_radix(text, 16).unwrap();
    (0..warm.len())
        .map(|at| {
            (
                digits(&bright[2 * at..2 * at + 2]),
                digits(&warm[at..at + 1]),
            )
        })
        .collect()
}

/// Holds pages of a report against those that somebody looked at.
fn assert_as_kept(name: &str, file: &Written, pages: &[usize]) {
    let folder: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reports/rendered");
    for page in pages {
        let Some(ppm) = file.picture(*page, RESOLUTION) else {
            return;
        };
        let shown = grid(&ppm);
        let path = folder.join(format!("{name}-{page}.txt"));
        if std::env::var_os("SPINEBOARD_WRITE_PICTURES").is_some() {
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(&path, &shown).unwrap();
        }
        let kept = std::fs::read_to_string(&path).unwrap_or_else(|error| {
            panic!(
                "{}: {error}; SPINEBOARD_WRITE_PICTURES=1 writes it",
                path.display()
            )
        });
        let (map, differing) = difference(&kept, &shown);
        let most = map.matches(['.', '#']).count() * MOST_DIFFERING / 1000;
        assert!(
            differing <= most,
            "page {page} of {name} is another in {differing} cells:\n{map}"
        );
    }
}

#[test]
fn pages_of_the_case_look_as_they_did() {
    assert_as_kept(
        "draft",
        &written("draft.pdf", &week::drafted().summary()),
        &[1],
    );
    assert_as_kept(
        "signed",
        &written("signed.pdf", &week::signed().summary()),
        &[1, 2],
    );
    assert_as_kept(
        "followed-de",
        &written("followed-de.pdf", &week::followed().summary_in("de")),
        &[2],
    );
    let one_page = week::signed().referrer_summary("en", true);
    assert_as_kept("referrer", &written("referrer.pdf", &one_page), &[1, 2]);
}

#[test]
fn pages_of_meetings_and_of_the_year_look_as_they_did() {
    let [list, minutes] = meetings::of_seven_cases("en");
    assert_as_kept("list", &written("list.pdf", &list), &[1]);
    assert_as_kept("minutes", &written("minutes.pdf", &minutes), &[1]);
    assert_as_kept("year", &written("year.pdf", &year::of_many("en")), &[1, 2]);
}

#[test]
fn a_page_without_its_strip_or_its_curve_is_seen_to_be_another() {
    let [Some(draft), Some(signed)] = [week::drafted(), week::signed()].map(|sample| {
        let file = written("compared.pdf", &sample.summary());
        file.picture(1, RESOLUTION).map(|ppm| grid(&ppm))
    }) else {
        return;
    };
    assert_eq!(difference(&draft, &draft).1, 0);
    // The strip alone is a row of cells.
    assert!(difference(&draft, &signed).1 > 30);
    let mut without = week::signed();
    without.assessment.forecast = ForecastState::Refused {
        code: "no_pack".to_owned(),
        parameters: BTreeMap::new(),
    };
    let file = written("compared.pdf", &without.summary());
    let without = grid(&file.picture(1, RESOLUTION).unwrap());
    assert!(difference(&signed, &without).1 > 60);
}
