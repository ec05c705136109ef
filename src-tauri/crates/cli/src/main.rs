//! `spineboard`: what a board does, without a screen. Parses, calls [`board`], prints.

mod arguments;
mod print;
mod store;
mod study;

use arguments::{Arguments, AuditCommand, Command, PackCommand, ReportKind};
use board::{
    BoardError, Case, DeidentifiedWarning, DeidentifiedWarningCode, NaiveDate, PackSet,
    StudyQuestion, WorkerCommand, Workers,
};
use chrono::{DateTime, Utc};
use clap::Parser;
use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

/// Everything came out, but some rows or files had faults that were named.
const DONE_IN_PART: u8 = 3;

/// As Clap ends for arguments that do not fit.
const WRONG_USAGE: u8 = 2;

fn main() -> ExitCode {
    if let Some(code) = board::serve_images() {
        return code;
    }
    board::without_memory_image();
    board::report_crashes(None, "spineboard", Utc::now);
    match run(&Arguments::parse()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("spineboard: {error}");
            match error.code.as_str() {
                store::USAGE => ExitCode::from(WRONG_USAGE),
                _ => ExitCode::FAILURE,
            }
        }
    }
}

fn run(arguments: &Arguments) -> Result<ExitCode, BoardError> {
    let (now, language) = (Utc::now(), arguments.language());
    let folders = arguments::pack_folders(arguments.packs.as_deref());
    let workers = Arc::new(Workers::new(WorkerCommand::this_executable()));
    match &arguments.command {
        Command::Demo { folder } => {
            print::demo(&board::write_demo(folder, &workers, now)?);
            Ok(ExitCode::SUCCESS)
        }
        Command::Images { paths, json, hash } => {
            let report = board::images_report(paths, *hash, &workers)?;
            if *json {
                print::json(&report)
            } else {
                print::images(&report)
            }
            Ok(in_part(
                report.rejected.is_empty() && report.missing.is_empty(),
            ))
        }
        Command::Assess {
            json,
            csv,
            out,
            cohort,
            setting,
            index_date,
        } => {
            let packs = answering(arguments, &folders);
            let setting = setting.as_deref();
            board::check_setting(&packs, setting)?;
            if let (Some(table), true) = (csv, *cohort) {
                let outcome = board::assess_cohort(table, out.as_deref(), &packs, setting, now)?;
                print::cohort(&outcome);
                return Ok(in_part(outcome.faults.is_empty()));
            }
            if let (Some(table), Some(out)) = (csv, out) {
                let outcome = board::assess_table(table, out, &packs, setting, now)?;
                print::table(&outcome, out);
                return Ok(in_part(outcome.faults.is_empty()));
            }
            // Clap asks for one of the two.
            let json = json.as_deref().unwrap_or("".as_ref());
            let (case, date) = case_of(json, *index_date, now)?;
            print::json(&board::assess(&case, date, &packs, setting));
            Ok(ExitCode::SUCCESS)
        }
        Command::Explain {
            json,
            endpoint,
            setting,
            index_date,
        } => {
            let setting = setting.as_deref();
            let (packs, case, date) = asked_about(json, *index_date, setting, arguments, now)?;
            let endpoint = (*endpoint).into();
            print::json(&board::explain(&case, date, &packs, setting, endpoint));
            Ok(ExitCode::SUCCESS)
        }
        Command::Sweep {
            json,
            threshold,
            setting,
            index_date,
        } => {
            let setting = setting.as_deref();
            let (packs, case, date) = asked_about(json, *index_date, setting, arguments, now)?;
            match board::sweep(&case, date, &packs, setting, threshold) {
                Ok(rows) => {
                    print::json(&rows);
                    Ok(ExitCode::SUCCESS)
                }
                Err(refusal) => {
                    print::refusal(&refusal);
                    Ok(ExitCode::FAILURE)
                }
            }
        }
        Command::Validate {
            table,
            out,
            setting,
            score,
            cohort_of,
            threshold,
            bootstraps,
            seed,
            json,
        } => {
            let question = StudyQuestion {
                setting: setting.clone(),
                as_shipped: false,
                scores: score.clone(),
                developed_here: cohort_of.clone(),
                thresholds: threshold.clone(),
                bootstraps: *bootstraps,
                seed: *seed,
            };
            let packs = answering(arguments, &folders);
            let mut progress = print::Progress::default();
            let study = board::study_cohort(table, &question, &packs, now, &mut |share| {
                progress.tell(share);
                true
            });
            progress.end();
            let study = study?;
            if *json {
                print::json(&study);
            } else {
                study::print(&study, language);
            }
            if let Some(folder) = out {
                for path in board::write_study(folder, table, &study, language, now)? {
                    eprintln!("{}", path.display());
                }
            }
            study::doubts(&study, language);
            Ok(in_part(study.faults.is_empty() && study.passed.is_empty()))
        }
        Command::Report {
            kind,
            charts,
            json,
            out,
            images,
            mask_identity,
        } => {
            board::not_over_the_input(json, out)?;
            let case = board::read_case_file(json, now)?;
            let packs = answering(arguments, &folders);
            let images = images.as_deref();
            let kind = match kind {
                ReportKind::Full => board::CaseReport::Full,
                ReportKind::Referrer => board::CaseReport::Referrer { charts: *charts },
            };
            board::write_report(
                &case,
                images,
                &workers,
                out,
                *mask_identity,
                language,
                &packs,
                now,
                kind,
            )?;
            println!("{}", out.display());
            Ok(ExitCode::SUCCESS)
        }
        Command::Recalibrate {
            cohort,
            dry_run,
            remove: _,
            pack,
            person,
            secret_file,
        } => {
            let signer = store::Signer {
                person: person.as_deref().unwrap_or_default(),
                secret_file: secret_file.as_deref(),
            };
            let (cohort, pack) = (cohort.as_deref(), pack.as_deref());
            recalibrate(arguments, cohort, *dry_run, pack, &signer, now)
        }
        Command::Audit {
            command: AuditCommand::Verify { against },
        } => {
            let board = store::unlocked(arguments)?;
            let found = board.audit_verify()?;
            print::audit(&found, language);
            let mut whole = found.faults.is_empty();
            if let Some(earlier) = against {
                let found = board.audit_against(earlier)?;
                print::against(&found, earlier, language);
                whole &= found.fault.is_none();
            }
            Ok(in_part(whole))
        }
        Command::Audit {
            command: AuditCommand::Export { out },
        } => {
            let written = store::unlocked(arguments)?.export_audit(Some(out))?;
            println!("{}", written.path);
            Ok(ExitCode::SUCCESS)
        }
        Command::Backup { out } => {
            let written = store::unlocked(arguments)?.write_backup(Some(out))?;
            print::backup(&written);
            Ok(ExitCode::SUCCESS)
        }
        Command::Restore {
            backup,
            recovery_key_file,
        } => {
            store::restore(arguments, backup, recovery_key_file.as_deref())?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Deidentify {
            paths,
            out,
            case,
            confirm_burned_in,
        } => {
            let case = case
                .as_deref()
                .map(|path| board::read_case_file(path, now))
                .transpose()?;
            let view = board::write_deidentified(
                paths,
                case.as_ref(),
                out,
                *confirm_burned_in,
                &workers,
                now,
            )?;
            print::deidentified(&view);
            // That writing in the picture is harmless, a person has confirmed.
            let left_out =
                |warning: &DeidentifiedWarning| warning.code == DeidentifiedWarningCode::LeftOut;
            Ok(in_part(!view.warnings.iter().any(left_out)))
        }
        Command::Pack {
            command: PackCommand::Check { pack },
        } => {
            let checks = board::check_packs(pack.as_deref(), &folders)?;
            print::packs(&checks);
            let all = checks.iter().all(|check| check.ready);
            Ok(if all {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            })
        }
    }
}

/// The packs, with the recalibrations of the data folder that was named; those that are not used are named.
fn answering(arguments: &Arguments, folders: &[PathBuf]) -> PackSet {
    let packs = PackSet::open(folders);
    let Some(data) = &arguments.data else {
        return packs;
    };
    let answering = board::answering(&packs, data);
    print::refused_recalibrations(&answering.refused);
    answering.packs
}

/// Learns, shows, and keeps what was learned; or takes it away.
fn recalibrate(
    arguments: &Arguments,
    cohort: Option<&Path>,
    dry_run: bool,
    pack: Option<&str>,
    signer: &store::Signer<'_>,
    now: DateTime<Utc>,
) -> Result<ExitCode, BoardError> {
    let packs = PackSet::open(&arguments::pack_folders(arguments.packs.as_deref()));
    let Some(cohort) = cohort else {
        let default = packs
            .default_pack()
            .map(|pack| pack.identity().name.as_str());
        let pack = pack
            .or(default)
            .ok_or_else(|| store::usage("name the pack by --pack NAME"))?;
        let aside = store::signed_in(arguments, signer)?.remove_recalibration(pack)?;
        println!(
            "{pack} answers as shipped; the recalibration was kept as {}",
            aside.display()
        );
        return Ok(ExitCode::SUCCESS);
    };
    let learned = board::learn_recalibration(cohort, &packs, pack, now)?;
    print::learned(&learned, arguments.language());
    if !dry_run {
        let path = store::signed_in(arguments, signer)?.keep_recalibration(&learned)?;
        println!("kept       {}", path.display());
    }
    Ok(in_part(
        learned.faults.is_empty() && learned.passed.is_empty(),
    ))
}

/// The case in a file, and the day on which it is judged.
fn case_of(
    path: &Path,
    index_date: Option<NaiveDate>,
    now: DateTime<Utc>,
) -> Result<(Case, NaiveDate), BoardError> {
    let case = board::read_case_file(path, now)?;
    let stated = index_date.or(board::index_date_of(&case));
    let date = stated.unwrap_or_else(|| now.date_naive());
    Ok((case, date))
}

/// The case of a question about its forecast, with packs that know the setting.
fn asked_about(
    path: &Path,
    index_date: Option<NaiveDate>,
    setting: Option<&str>,
    arguments: &Arguments,
    now: DateTime<Utc>,
) -> Result<(PackSet, Case, NaiveDate), BoardError> {
    let packs = answering(
        arguments,
        &arguments::pack_folders(arguments.packs.as_deref()),
    );
    let (case, date) = case_of(path, index_date, now)?;
    board::check_setting(&packs, setting)?;
    Ok((packs, case, date))
}

fn in_part(whole: bool) -> ExitCode {
    if whole {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(DONE_IN_PART)
    }
}
