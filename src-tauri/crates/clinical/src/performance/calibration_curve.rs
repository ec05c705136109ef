//! Observed against expected deaths in groups of patients with similar probabilities.

use super::{
    CalibrationCurve, CalibrationGroup, CalibrationGrouping, Estimate, Figure, NotEstimable,
    calibration::Probabilities,
    kaplan_meier::{Event, Row, curve},
    weighting::{AtHorizon, Sample},
};

/// One group for each probability where there are at most `groups` of them, else quantiles: everybody
/// with one probability is in the group in which the middle of them lies.
pub(super) fn calibration_curve(
    sample: &Sample<'_>,
    horizon: (u32, &AtHorizon),
    death: &Probabilities,
    groups: u32,
) -> CalibrationCurve {
    let groups = groups as usize;
    let distinct = death.ranks.distinct.len();
    let (grouping, group_of_rank) = if distinct <= groups {
        (CalibrationGrouping::Values, (0..distinct).collect())
    } else {
        (CalibrationGrouping::Quantiles, quantiles(death, groups))
    };
    let mut members = vec![Vec::new(); groups];
    for (position, rank) in death.ranks.of.iter().enumerate() {
        members[group_of_rank[*rank as usize]].push(position);
    }
    members.retain(|members| !members.is_empty());
    let group = |members: &Vec<usize>| group(sample, horizon, death, members);
    CalibrationCurve {
        grouping,
        groups: members.iter().map(group).collect(),
    }
}

/// The group of each rank.
fn quantiles(death: &Probabilities, groups: usize) -> Vec<usize> {
    let mut sizes = vec![0usize; death.ranks.distinct.len()];
    death
        .ranks
        .of
        .iter()
        .for_each(|rank| sizes[*rank as usize] += 1);
    let twice = 2 * death.values.len();
    let mut below = 0;
    let middle = |size: &usize| {
        let middle = 2 * below + size;
        below += size;
        // The middle of the last one lies below all of them, so that this is below the number of groups.
        middle * groups / twice
    };
    sizes.iter().map(middle).collect()
}

/// Members by position, so in order of time.
fn group(
    sample: &Sample<'_>,
    (months, horizon): (u32, &AtHorizon),
    death: &Probabilities,
    members: &[usize],
) -> CalibrationGroup {
    let patients = sample.patients;
    let rows = members.iter().map(|position| Row {
        months: patients.months[*position],
        died: patients.died[*position],
        weight: 1,
    });
    let dead = |position: &&usize| **position < horizon.alive_from && patients.died[**position];
    let expected: f64 = members.iter().map(|position| death.values[*position]).sum();
    let survival = curve(rows, Event::Death);
    let months = f64::from(months);
    CalibrationGroup {
        patients: members.len() as u32,
        deaths: members.iter().filter(dead).count() as u32,
        expected: expected / members.len() as f64,
        observed: match survival.at(months) {
            Some(alive) => Figure::Estimated(Estimate {
                point: 1.0 - alive,
                interval: survival
                    .interval(months)
                    .map(|alive| alive.of_the_opposite()),
            }),
            None => Figure::NotEstimable {
                reason: NotEstimable::AllCensoredBeforeHorizon,
            },
        },
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::{
        super::{Outcomes, weighting::Patients},
        *,
    };

    fn curve_of(death: &[f64], months: &[f64], died: &[bool], groups: u32) -> CalibrationCurve {
        let outcomes = Outcomes::new(months.to_vec(), died.to_vec()).unwrap();
        let patients = Patients::new(&outcomes);
        let sample = Sample::new(&patients, vec![1; death.len()]);
        let death = Probabilities::new(&patients, death);
        calibration_curve(&sample, (3, &sample.at(3)), &death, groups)
    }

    #[test]
    fn a_score_with_few_probabilities_gives_its_groups() {
        let death = [0.2, 0.9, 0.2, 0.9, 0.2];
        let died = [true, true, false, true, false];
        let curve = curve_of(&death, &[1.0, 2.0, 2.5, 1.0, 9.0], &died, 10);
        assert_eq!(curve.grouping, CalibrationGrouping::Values);
        let [low, high] = &curve.groups[..] else {
            panic!("{curve:?}")
        };
        assert_eq!(
            (low.patients, low.deaths, low.expected),
            (3, 1, 0.2 * 3.0 / 3.0)
        );
        let observed = low.observed.estimate().unwrap();
        let interval = observed.interval.unwrap();
        assert!(interval.low < observed.point && observed.point < interval.high);
        assert_eq!(high.observed.estimate().unwrap().point, 1.0);
        assert_eq!(high.observed.estimate().unwrap().interval, None);
    }

    #[test]
    fn quantiles_keep_equal_probabilities_together() {
        let mut death: Vec<f64> = (0..90)
            .map(f64::from)
            .map(|row| 0.5 + row / 200.0)
            .collect();
        death.extend([0.1; 35]);
        let months = vec![9.0; death.len()];
        let died = vec![false; death.len()];
        let curve = curve_of(&death, &months, &died, 5);
        assert_eq!(curve.grouping, CalibrationGrouping::Quantiles);
        let sizes: Vec<u32> = curve.groups.iter().map(|group| group.patients).collect();
        assert_eq!(sizes, [35, 15, 25, 25, 25]);
        assert!(
            curve
                .groups
                .is_sorted_by(|one, next| one.expected < next.expected)
        );
    }

    #[test]
    fn a_group_that_nobody_followed_to_the_horizon_has_a_reason() {
        let curve = curve_of(
            &[0.1, 0.1, 0.5],
            &[1.0, 2.0, 9.0],
            &[true, false, false],
            10,
        );
        assert!(curve.groups[0].observed.estimate().is_none());
        assert!(curve.groups[1].observed.estimate().is_some());
    }
}
