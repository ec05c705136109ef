//! Benefit beside harm by option, in whole numbers of 100 with intervals; reasons stand where a cell is empty. Nothing is ranked.

use crate::{
    context::{Context, of_hundred},
    layout::Flow,
    style::{CONTENT_WIDTH, NOTE, SMALL},
    table::{Cell, Column},
};
use clinical::assessment::{
    BenefitEstimate, BenefitGrid, BenefitState, CriterionState, OutcomeId, TreatmentOption,
};

const OUTCOME_WIDTH: f32 = 92.0;
/// Marks a figure that the note below the table is about; a cell has no room for it.
const RECALLED: &str = " †";

pub(crate) fn in_full(flow: &mut Flow, context: &Context) {
    let Some(grid) = &context.input.assessment.benefit else {
        return;
    };
    flow.heading(&context.say("benefit_table.title", &[]), 120.0);
    let level = of_hundred(grid.interval_level);
    let lead = context.say("benefit_table.lead", &[("level", level.as_str())]);
    flow.paragraph(NOTE, &lead);
    flow.space(3.0);

    let count = u16::try_from(grid.options.len()).unwrap_or(u16::MAX).max(1);
    let width = (CONTENT_WIDTH - OUTCOME_WIDTH) / f32::from(count);
    let column = |heading: String, width: f32| Column {
        heading,
        width,
        ends_right: false,
    };
    let mut columns = vec![column(
        context.say("benefit_table.outcome", &[]),
        OUTCOME_WIDTH,
    )];
    columns.extend(grid.options.iter().map(|option| {
        let key = format!("report.benefit.short_{}", option.code());
        column(context.say(&key, &[]), width)
    }));
    let cell = |text: String| Cell { text, style: NOTE };
    let rows: Vec<Vec<Cell>> = grid
        .outcomes
        .iter()
        .map(|outcome| {
            let name = context.say(&format!("benefit_outcome.{}", outcome.id.code()), &[]);
            let mut row = vec![Cell {
                text: name,
                style: SMALL,
            }];
            let options = grid.options.iter();
            row.extend(options.map(|option| cell(cell_text(context, grid, *option, outcome.id))));
            row
        })
        .collect();
    flow.table(&columns, &rows);
    let is_recalled =
        |state: &BenefitState| matches!(state, BenefitState::Shown(estimate) if estimate.recalled);
    if grid.cells.iter().any(|cell| is_recalled(&cell.state)) {
        let note = context.say("benefit_table.recalled", &[]);
        flow.paragraph(NOTE, &format!("{}: {note}.", RECALLED.trim()));
    }
    sources(flow, context, grid);
    flow.space(8.0);
}

fn cell_text(
    context: &Context,
    grid: &BenefitGrid,
    option: TreatmentOption,
    outcome: OutcomeId,
) -> String {
    let mut cells = grid.cells.iter();
    let cell = cells.find(|cell| cell.option == option && cell.outcome == outcome);
    match cell.map(|cell| &cell.state) {
        Some(BenefitState::Shown(estimate)) => shown(context, estimate),
        Some(BenefitState::Absent { reason, .. }) => {
            context.say(&format!("benefit_absent.{}", reason.code()), &[])
        }
        None => String::new(),
    }
}

/// "52 of 100 (35 to 68) †; randomised trial; meets 4 of 5 entry criteria"
fn shown(context: &Context, estimate: &BenefitEstimate) -> String {
    let (point, low, high) = (
        of_hundred(estimate.probability.point),
        of_hundred(estimate.probability.low),
        of_hundred(estimate.probability.high),
    );
    let values = [("low", low.as_str()), ("high", high.as_str())];
    let recalled = if estimate.recalled { RECALLED } else { "" };
    let of_100 = context.say("benefit_table.of_100", &values);
    let mut parts = vec![
        format!("{point} {of_100}{recalled}"),
        context.say(
            &format!("benefit_evidence.{}", estimate.evidence.code()),
            &[],
        ),
    ];
    if !estimate.criteria.is_empty() {
        let is_met = |state: CriterionState| state == CriterionState::Met;
        let met = estimate.criteria.iter().filter(|one| is_met(one.state));
        let (met, all) = (met.count().to_string(), estimate.criteria.len().to_string());
        let values = [("met", met.as_str()), ("all", all.as_str())];
        parts.push(context.say("benefit_table.criteria_met", &values));
    }
    parts.join("; ")
}

/// What the shown cells rest on, each once.
fn sources(flow: &mut Flow, context: &Context, grid: &BenefitGrid) {
    let mut cited: Vec<&String> = grid
        .cells
        .iter()
        .filter_map(|cell| match &cell.state {
            BenefitState::Shown(estimate) => Some(estimate),
            BenefitState::Absent { .. } => None,
        })
        .flat_map(|estimate| estimate.citations.iter().chain(&estimate.beside))
        .filter_map(|id| grid.sources.get(id))
        .collect();
    cited.sort();
    cited.dedup();
    if cited.is_empty() {
        return;
    }
    let sources: Vec<String> = cited
        .into_iter()
        .map(|source| context.free(source))
        .collect();
    let title = context.say("benefit_table.sources", &[]);
    flow.paragraph(NOTE, &format!("{title}: {}", sources.join("; ")));
}
