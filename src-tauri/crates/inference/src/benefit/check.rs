//! What is checked before a number of `benefit.json` is used: the file is as little trusted as a graph.

use super::file::{BenefitDraws, Cell, Criterion, Factor, Level};
use crate::{PackError, manifest::Output};
use clinical::{
    assessment::BenefitOutcome,
    case::Value,
    catalogue::{Catalogue, Feature, FeatureId, Kind},
    conditions::{Condition, Matcher},
};
use std::collections::BTreeSet;

/// The structure of `benefit.json` that this program reads.
const BENEFIT_SCHEMA: u32 = 1;

/// Coefficients beyond this are no log odds of anything.
const LARGEST_NUMBER: f64 = 100.0;

/// Kinds of patients that the blanks of one level may stand for: what one cell costs to compute.
const MOST_KINDS: usize = 1024;

/// Those of all cells together: what a grid costs to compute.
const MOST_KINDS_OF_GRID: usize = 4096;

/// Cells, levels or criteria of one file, factors of one level, criteria or sources of one cell, parts
/// of one condition. One list is looked through for each entry of another, for every patient.
const MOST_ENTRIES: usize = 200;

/// In memory a list of small parts takes many times the length of its text.
const MOST_BYTES: usize = 4 * 1024 * 1024;

impl BenefitDraws {
    /// Reads the file and checks it.
    pub(crate) fn parse(
        bytes: &[u8],
        output: &Output,
        catalogue: &Catalogue,
    ) -> Result<BenefitDraws, PackError> {
        if bytes.len() > MOST_BYTES {
            return wrong(&format!("it is larger than {MOST_BYTES} bytes"));
        }
        let draws: BenefitDraws =
            serde_json::from_slice(bytes).map_err(|error| PackError::Benefit(error.to_string()))?;
        let paths = output.samples;
        let last_month = output.time_grid_months.last().copied().unwrap_or(0.0);
        if draws.schema_version != BENEFIT_SCHEMA {
            return wrong(&format!("it has schema version {}", draws.schema_version));
        }
        if draws.paths != paths {
            return wrong(&format!(
                "it holds {} draws for {paths} sample paths",
                draws.paths
            ));
        }
        draws.check_sizes()?;
        draws.check_pairs()?;
        draws.check_outcomes(last_month)?;
        let checker = Checker { paths, catalogue };
        for (id, level) in &draws.levels {
            checker.level(id, level)?;
        }
        for (id, criterion) in &draws.criteria {
            checker.criterion(id, criterion, last_month)?;
        }
        let mut kinds = 0;
        for cell in &draws.cells {
            kinds += draws.check_cell(cell, &checker)?;
        }
        if kinds > MOST_KINDS_OF_GRID {
            return wrong(&format!(
                "all cells together have more kinds of patients than {MOST_KINDS_OF_GRID}"
            ));
        }
        draws.check_citations()?;
        Ok(draws)
    }

    fn check_sizes(&self) -> Result<(), PackError> {
        let of_file = [
            self.cells.len(),
            self.levels.len(),
            self.criteria.len(),
            self.sources.len(),
        ];
        let of_levels = self
            .levels
            .values()
            .flat_map(|level| [level.factors.len(), level.slopes.len()]);
        let of_cells = self.cells.iter().flat_map(|cell| {
            [
                cell.option_factors.len(),
                cell.criteria.len(),
                cell.required.len(),
                cell.citations.len(),
                cell.beside.len(),
            ]
        });
        let mut sizes = of_file.into_iter().chain(of_levels).chain(of_cells);
        if sizes.any(|size| size > MOST_ENTRIES) {
            return wrong("it has more entries than a grid can need");
        }
        Ok(())
    }

    /// Every option and outcome once, and for every pair either cells or one reason why there is none.
    fn check_pairs(&self) -> Result<(), PackError> {
        let options: BTreeSet<_> = self.options.iter().collect();
        let outcomes: BTreeSet<_> = self.outcomes.iter().map(|outcome| outcome.id).collect();
        if options.len() != self.options.len() || outcomes.len() != self.outcomes.len() {
            return wrong("an option or outcome is there twice");
        }
        let filled: BTreeSet<_> = self
            .cells
            .iter()
            .map(|cell| (cell.option, cell.outcome))
            .collect();
        let empty: BTreeSet<_> = self
            .absent
            .iter()
            .map(|cell| (cell.option, cell.outcome))
            .collect();
        let sound = empty.len() == self.absent.len()
            && filled.is_disjoint(&empty)
            && filled.len() + empty.len() == self.options.len() * self.outcomes.len()
            && filled
                .union(&empty)
                .all(|(option, outcome)| options.contains(option) && outcomes.contains(outcome));
        if sound {
            return Ok(());
        }
        wrong(
            "every option needs, for every outcome, either a cell or one reason why there is none",
        )
    }

    fn check_outcomes(&self, last_month: f64) -> Result<(), PackError> {
        let sound = |outcome: &BenefitOutcome| {
            (0.0..=last_month).contains(&outcome.months)
                && (0.0..1.0).contains(&outcome.minimal_difference)
        };
        match self.outcomes.iter().find(|outcome| !sound(outcome)) {
            Some(outcome) => wrong(&format!(
                "{:?}: months must lie on the curve and minimal_difference within 0 to 1",
                outcome.id
            )),
            None => Ok(()),
        }
    }

    /// The kinds of patients that the cell's blanks may stand for.
    fn check_cell(&self, cell: &Cell, checker: &Checker<'_>) -> Result<usize, PackError> {
        let place = format!("the cell {:?} {:?}", cell.option, cell.outcome);
        let Some(level) = self.levels.get(&cell.level) else {
            return wrong(&format!("{place}: no level '{}'", cell.level));
        };
        if cell.effect.is_some() != cell.comparator.is_some() {
            return wrong(&format!("{place}: effect and comparator need each other"));
        }
        if let Some(effect) = &cell.effect {
            checker.numbers(&place, effect, -LARGEST_NUMBER, LARGEST_NUMBER)?;
        }
        for factor in &cell.option_factors {
            checker.factor(&place, factor)?;
        }
        let factors = level.factors.iter().chain(&cell.option_factors);
        let kinds = kinds(&place, factors)?;
        let known = |id: &&String| !self.criteria.contains_key(*id);
        if let Some(id) = cell.criteria.iter().find(known) {
            return wrong(&format!("{place}: no criterion '{id}'"));
        }
        if let Some(id) = cell.required.iter().find(|id| !cell.criteria.contains(id)) {
            return wrong(&format!(
                "{place}: '{id}' is required and no criterion of it"
            ));
        }
        if cell.citations.is_empty() {
            return wrong(&format!("{place}: no evidence is cited"));
        }
        Ok(kinds)
    }

    /// Whatever is cited is among the sources, also where it says why a cell is empty.
    fn check_citations(&self) -> Result<(), PackError> {
        let of_cells = self
            .cells
            .iter()
            .flat_map(|cell| cell.citations.iter().chain(&cell.beside));
        let of_absent = self.absent.iter().flat_map(|cell| &cell.citations);
        let of_criteria = self.criteria.values().flat_map(|one| &one.citations);
        let mut cited = of_cells.chain(of_absent).chain(of_criteria);
        match cited.find(|id| !self.sources.contains_key(*id)) {
            Some(id) => wrong(&format!("'{id}' is cited and not among the sources")),
            None => Ok(()),
        }
    }
}

/// What every number and condition must fit.
struct Checker<'a> {
    paths: usize,
    catalogue: &'a Catalogue,
}

impl Checker<'_> {
    fn level(&self, id: &str, level: &Level) -> Result<(), PackError> {
        self.numbers(id, &level.value, -LARGEST_NUMBER, LARGEST_NUMBER)?;
        kinds(id, level.factors.iter())?;
        for factor in &level.factors {
            self.factor(id, factor)?;
        }
        for slope in &level.slopes {
            let place = format!("{id} {}", slope.id);
            self.numbers(&place, &slope.coefficient, -LARGEST_NUMBER, LARGEST_NUMBER)?;
            let feature = self.feature(&place, &slope.feature)?;
            let limits = [slope.least, slope.centre, slope.most];
            let rising = limits.windows(2).all(|pair| pair[0] <= pair[1]);
            let bounded = limits.iter().all(|limit| limit.abs() < 1e6);
            if !is_number(feature) || !rising || !bounded {
                return wrong(&format!("{place}: no line over a number within limits"));
            }
        }
        Ok(())
    }

    fn factor(&self, place: &str, factor: &Factor) -> Result<(), PackError> {
        let place = format!("{place} {}", factor.id);
        if factor.levels.is_empty() {
            return wrong(&format!("{place}: no kinds of patients"));
        }
        self.numbers(&place, &factor.uniform, 0.0, 1.0)?;
        for kind in &factor.levels {
            self.numbers(&place, &kind.coefficient, -LARGEST_NUMBER, LARGEST_NUMBER)?;
            self.numbers(&place, &kind.share, 1e-6, 1.0)?;
            self.condition(&place, &kind.when)?;
        }
        Ok(())
    }

    fn criterion(&self, id: &str, criterion: &Criterion, last_month: f64) -> Result<(), PackError> {
        let Criterion {
            when,
            not_when,
            alive,
            ..
        } = criterion;
        let asked = [when.is_some(), not_when.is_some(), alive.is_some()];
        if asked.iter().filter(|asked| **asked).count() > 1 {
            return wrong(&format!("{id}: one question per criterion"));
        }
        for condition in when.iter().chain(not_when) {
            self.condition(id, condition)?;
        }
        match alive {
            Some(alive)
                if !((0.0..=last_month).contains(&alive.months)
                    && (0.0..=1.0).contains(&alive.at_least)) =>
            {
                wrong(&format!("{id}: no month of the curve, or no probability"))
            }
            _ => Ok(()),
        }
    }

    /// As many finite numbers within limits as there are draws.
    fn numbers(&self, place: &str, numbers: &[f64], low: f64, high: f64) -> Result<(), PackError> {
        if numbers.len() == self.paths && numbers.iter().all(|number| (low..=high).contains(number))
        {
            return Ok(());
        }
        wrong(&format!(
            "{place}: it needs {} numbers from {low} to {high}",
            self.paths
        ))
    }

    fn condition(&self, place: &str, condition: &Condition) -> Result<(), PackError> {
        if parts(condition) > MOST_ENTRIES {
            return wrong(&format!("{place}: a condition of too many parts"));
        }
        for (id, matcher) in &condition.features {
            let feature = self.feature(place, id)?;
            let fits = match matcher {
                Matcher::Is(value) => accepts(feature, value),
                Matcher::OneOf(values) => values.iter().all(|value| accepts(feature, value)),
                Matcher::Range(_) => is_number(feature),
            };
            if !fits {
                return wrong(&format!("{place}: {id} has no such value"));
            }
        }
        condition
            .any_of
            .iter()
            .try_for_each(|part| self.condition(place, part))
    }

    fn feature(&self, place: &str, id: &FeatureId) -> Result<&Feature, PackError> {
        let found = self.catalogue.feature(id);
        found.ok_or_else(|| PackError::UnknownFeature {
            place: format!("benefit.json: {place}"),
            feature: id.to_string(),
        })
    }
}

/// What a condition asks, counted.
fn parts(condition: &Condition) -> usize {
    let values = |matcher: &Matcher| match matcher {
        Matcher::OneOf(values) => values.len(),
        _ => 1,
    };
    let asked: usize = condition.features.values().map(values).sum();
    let nested: usize = condition.any_of.iter().map(parts).sum();
    1 + asked + nested
}

/// Kinds of patients over all factors together.
fn kinds<'a>(place: &str, factors: impl Iterator<Item = &'a Factor>) -> Result<usize, PackError> {
    let mut sizes = factors.map(|factor| factor.levels.len());
    match sizes.try_fold(1usize, usize::checked_mul) {
        Some(kinds) if kinds <= MOST_KINDS => Ok(kinds),
        _ => wrong(&format!(
            "{place}: more kinds of patients than {MOST_KINDS}"
        )),
    }
}

fn is_number(feature: &Feature) -> bool {
    matches!(feature.kind, Kind::Number | Kind::Integer)
}

fn accepts(feature: &Feature, value: &Value) -> bool {
    feature.kind != Kind::Outcome && feature.accepts(value).is_ok()
}

fn wrong<T>(reason: &str) -> Result<T, PackError> {
    Err(PackError::Benefit(reason.to_owned()))
}
