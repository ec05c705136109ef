//! What happened to the patients.

/// Follow-up of each patient, and whether it ended with death.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcomes {
    months: Vec<f64>,
    died: Vec<bool>,
}

/// Outcomes that cannot be used; rows are counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum OutcomesError {
    #[error("{months} times of follow-up, but {died} outcomes")]
    Lengths { months: usize, died: usize },
    #[error("row {row}: {months} is not a time of follow-up in months")]
    Months { row: usize, months: f64 },
    #[error("more than 4294967295 patients")]
    TooMany,
}

impl Outcomes {
    /// `months` is the time to death, or to the last day on which the patient was known to be alive.
    ///
    /// # Errors
    /// Lengths that differ; a time that is negative, infinite or not a number, with its row.
    pub fn new(months: Vec<f64>, died: Vec<bool>) -> Result<Outcomes, OutcomesError> {
        if months.len() != died.len() {
            return Err(OutcomesError::Lengths {
                months: months.len(),
                died: died.len(),
            });
        }
        if u32::try_from(months.len()).is_err() {
            return Err(OutcomesError::TooMany);
        }
        let wrong = |months: &f64| !months.is_finite() || *months < 0.0;
        match months.iter().position(wrong) {
            Some(row) => Err(OutcomesError::Months {
                row,
                months: months[row],
            }),
            // Adding 0 turns -0 into 0, which would else come before it.
            None => Ok(Outcomes {
                months: months.into_iter().map(|months| months + 0.0).collect(),
                died,
            }),
        }
    }

    /// Number of patients.
    pub fn len(&self) -> usize {
        self.months.len()
    }

    /// Without any patient.
    pub fn is_empty(&self) -> bool {
        self.months.is_empty()
    }

    /// Follow-up in months, patient by patient.
    pub fn months(&self) -> &[f64] {
        &self.months
    }

    /// Whether follow-up ended with death, patient by patient.
    pub fn died(&self) -> &[bool] {
        &self.died
    }

    /// Those for whom `keep` answers true to their row.
    pub fn filtered(&self, keep: impl Fn(usize) -> bool) -> Outcomes {
        let rows = (0..self.len()).filter(|row| keep(*row));
        let (months, died) = rows.map(|row| (self.months[row], self.died[row])).unzip();
        Outcomes { months, died }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_that_is_none_is_refused_with_its_row() {
        for wrong in [f64::NAN, f64::INFINITY, -0.1] {
            let refused = Outcomes::new(vec![1.0, wrong], vec![true, false]);
            assert!(matches!(refused, Err(OutcomesError::Months { row: 1, .. })));
        }
        assert_eq!(
            Outcomes::new(vec![1.0], vec![]),
            Err(OutcomesError::Lengths { months: 1, died: 0 })
        );
    }

    #[test]
    fn rows_are_picked_together() {
        let picked = Outcomes::new(vec![1.0, 2.0, 3.0], vec![true, false, true])
            .map(|outcomes| outcomes.filtered(|row| row != 0));
        assert_eq!(picked, Outcomes::new(vec![2.0, 3.0], vec![false, true]));
    }
}
