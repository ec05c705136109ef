//! One cell as a value of its feature, with what is to be said of it.

use super::super::{
    ImportEffect, ImportFinding,
    cells::{self, NoNumber},
    mapping::{ColumnMapping, DecimalSign},
    names::names,
    proposal::{meaning, near_unit},
};
use super::{
    Code, ImportRow, ImportRows, ImportedValue, ONLY_LESION, Taken, ValueLeftOut, shortened,
};
use chrono::NaiveDate;
use clinical::{
    case::{Subject, Value},
    catalogue::{Feature, Kind, Per},
    units,
};

impl ImportRows<'_> {
    #[expect(
        clippy::too_many_arguments,
        reason = "what makes a value stands in different places of a table"
    )]
    pub(super) fn value(
        &self,
        feature: &Feature,
        column: &ColumnMapping,
        name: &str,
        cell: &str,
        unit: Option<&str>,
        observed_on: Option<NaiveDate>,
        read: &mut ImportRow,
    ) {
        let line = read.line;
        let say = |code, effect| ImportFinding::new(line, code, effect).in_column(name);
        let subject = match (feature.per, read.level) {
            (Per::Patient, _) => Subject::Patient,
            (Per::Level, Some(level)) => Subject::Level(level),
            (Per::Lesion, _) => Subject::Lesion(ONLY_LESION.to_owned()),
            (Per::Level, None) => {
                read.findings.push(say(Code::LevelMissing, ValueLeftOut));
                return;
            }
        };
        let entered = match feature.kind {
            Kind::Number | Kind::Integer => self.number(feature, cell, unit, &say),
            _ => self
                .word(feature, column, cell, &say)
                .map(|value| (value, None, None)),
        };
        match entered {
            Err(Some(finding)) => read.findings.push(finding),
            Err(None) => {}
            Ok((value, unit, finding)) => {
                read.findings.extend(finding);
                if feature.derived {
                    read.findings.push(say(Code::DerivedValue, Taken));
                }
                read.values.push(ImportedValue {
                    line,
                    column: name.to_owned(),
                    feature: feature.id.clone(),
                    subject,
                    value,
                    unit,
                    observed_on,
                });
            }
        }
    }

    /// A number in a unit of the feature, with what is to be said of it; else why it is none.
    fn number(
        &self,
        feature: &Feature,
        cell: &str,
        unit: Option<&str>,
        say: &dyn Fn(Code, ImportEffect) -> ImportFinding,
    ) -> Result<(Value, Option<String>, Option<ImportFinding>), Option<ImportFinding>> {
        let decimal = self.mapping.decimal.unwrap_or(DecimalSign::Point);
        let read = cells::number(cell, decimal).map_err(|fault| {
            let code = match fault {
                NoNumber::OnlyABound => Code::OnlyABound,
                NoNumber::Unreadable => Code::UnreadableNumber,
            };
            say(code, ValueLeftOut).with("text", shortened(cell))
        })?;
        let written = Some(read.rest).filter(|rest| !rest.is_empty()).or(unit);
        let unit = match written {
            None if feature.units().count() > 1 => {
                return Err(Some(say(Code::UnitMissing, ValueLeftOut)));
            }
            None => None,
            Some(written) => match unit_of(feature, written) {
                Ok(unit) => unit,
                Err(suggested) => {
                    let finding = say(Code::UnknownUnit, ValueLeftOut)
                        .with("unit", shortened(written))
                        .with("accepted", accepted(feature));
                    return Err(Some(match suggested {
                        Some(suggested) => finding.with("suggested_unit", suggested),
                        None => finding,
                    }));
                }
            },
        };
        let shown = |number: f64| {
            format!(
                "{number} {}",
                unit.or(feature.unit.as_deref()).unwrap_or_default()
            )
            .trim()
            .to_owned()
        };
        let canonical = units::to_canonical(feature, read.number, unit).map_err(|_| {
            say(Code::UnknownUnit, ValueLeftOut)
                .with("unit", shortened(cell))
                .with("accepted", accepted(feature))
        })?;
        if let Err(problem) = feature.accepts(&Value::Number(canonical)) {
            let finding = say(Code::InvalidValue, ValueLeftOut);
            return Err(Some(
                finding
                    .with("value", shown(read.number))
                    .with("problem", problem.id()),
            ));
        }
        let mut remark = None;
        if let Some(suggested) = units::suggest_unit(feature, read.number, unit) {
            let finding =
                say(Code::ImplausibleUnit, ValueLeftOut).with("value", shown(read.number));
            return Err(Some(finding.with("suggested_unit", suggested)));
        }
        if units::plausible(feature, read.number, unit) == Ok(false)
            && let Some(limits) = feature.limits
        {
            let limit =
                |bound: f64| shown(units::from_canonical(feature, bound, unit).unwrap_or(bound));
            let finding = say(Code::Implausible, Taken).with("value", shown(read.number));
            remark = Some(
                finding
                    .with("min", limit(limits.min))
                    .with("max", limit(limits.max)),
            );
        }
        Ok((Value::Number(read.number), unit.map(str::to_owned), remark))
    }

    fn word(
        &self,
        feature: &Feature,
        column: &ColumnMapping,
        cell: &str,
        say: &dyn Fn(Code, ImportEffect) -> ImportFinding,
    ) -> Result<Value, Option<ImportFinding>> {
        let unknown = || Some(say(Code::UnknownWord, ValueLeftOut).with("text", shortened(cell)));
        let means = meaning(column, self.catalogue, cell).ok_or_else(unknown)?;
        let value = match (means, feature.kind) {
            ("", _) => return Err(None),
            ("yes", Kind::Flag) => Value::Flag(true),
            ("no", Kind::Flag) => Value::Flag(false),
            (option, _) => Value::Code(option.to_owned()),
        };
        match feature.accepts(&value) {
            Ok(()) => Ok(value),
            Err(_) => Err(unknown()),
        }
    }
}

/// A unit of the feature, spelt as in the catalogue; none is the catalogue's. Else the unit that was perhaps meant.
fn unit_of<'feature>(
    feature: &'feature Feature,
    written: &str,
) -> Result<Option<&'feature str>, Option<&'feature str>> {
    let known = names().unit(written).unwrap_or(written);
    if let Some(unit) = feature.units().find(|unit| *unit == known) {
        return Ok(Some(unit));
    }
    // A ratio such as INR is written with 1 or a dash in the column of units, but a share in % is another measure.
    if feature.unit.is_none() && names().unit(written).is_none() {
        return Ok(None);
    }
    Err(near_unit(feature, written))
}

fn accepted(feature: &Feature) -> String {
    match feature.unit {
        None => "no_unit".to_owned(),
        Some(_) => feature.units().collect::<Vec<_>>().join(", "),
    }
}
