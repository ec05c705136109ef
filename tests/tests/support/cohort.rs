//! A made-up cohort whose truth is known: every patient is followed for at least a year, and the points of
//! Mizumoto 2008 are added up here by hand.

use std::fmt::Write;

pub const HEADER: &str = "id,months,died,year,age,primary_tumour,mizumoto_unfavourable_primary,ecog,hypercalcaemia,visceral_metastasis_outside_brain,prior_chemotherapy,multiple_skeletal_metastases,karnofsky,albumin,survival_days";

/// One patient.
pub struct Made {
    pub months: f64,
    pub died: bool,
    pub primary: &'static str,
    pub year: i32,
    /// Mizumoto 2008, 0 to 14.
    pub points: u32,
    pub line: String,
}

/// Random numbers that are the same in every run (Steele, Lea and Flood 2014).
struct Draws(u64);

impl Draws {
    fn share(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ mixed >> 31) >> 11) as f64 / (1u64 << 53) as f64
    }

    fn yes(&mut self, share: f64) -> bool {
        self.share() < share
    }
}

/// Patients who die at a rate that rises with the points; survivors are followed for 13 to 40 months.
pub fn cohort(patients: u32, seed: u64) -> Vec<Made> {
    let mut draws = Draws(seed);
    (0..patients)
        .map(|number| one(number, &mut draws))
        .collect()
}

fn one(number: u32, draws: &mut Draws) -> Made {
    let primary = ["breast", "lung", "kidney"][(draws.share() * 3.0) as usize];
    let unfavourable = primary == "lung";
    let ecog = (draws.share() * 5.0) as u32;
    let (calcium, visceral, chemotherapy) = (draws.yes(0.2), draws.yes(0.4), draws.yes(0.5));
    let several = draws.yes(0.6);
    let age = 40 + (draws.share() * 45.0) as u32;
    let points = 3 * u32::from(unfavourable)
        + 3 * u32::from(ecog >= 3)
        + 2 * u32::from(calcium)
        + 2 * u32::from(visceral)
        + 2 * u32::from(chemotherapy)
        + u32::from(several)
        + u32::from(age >= 71);
    let rate = 0.02 * (0.25 * f64::from(points)).exp();
    let death = -(1.0 - draws.share()).ln() / rate;
    let end = 13.0 + 27.0 * draws.share();
    // Two decimals, as the table has them.
    let months = (death.min(end) * 100.0).round() / 100.0;
    let died = death <= end;
    let year = 2012 + (number % 10) as i32;
    let karnofsky = 100 - 20 * ecog;
    let albumin = if number.is_multiple_of(3) { "38" } else { "" };
    let line = format!(
        "Zebedee-{number},{months},{},{year},{age},{primary},{unfavourable},{ecog},{calcium},{visceral},{chemotherapy},{several},{karnofsky},{albumin},{}",
        u8::from(died),
        (months * 30.4) as u32
    );
    Made {
        months,
        died,
        primary,
        year,
        points,
        line,
    }
}

/// The cohort as a file.
pub fn table(patients: &[Made]) -> String {
    let mut text = format!("{HEADER}\n");
    for one in patients {
        let _ = writeln!(text, "{}", one.line);
    }
    text
}
