//! `spineboard`: what a board does, without a screen. Parses, calls [`board`], prints.

mod arguments;
mod print;

use arguments::{Arguments, Command, PackCommand};
use board::{BoardError, PackSet};
use chrono::Utc;
use clap::Parser;
use std::process::ExitCode;

/// Everything came out, but some rows or files had faults that were named.
const DONE_IN_PART: u8 = 3;

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("spineboard: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<ExitCode, BoardError> {
    let now = Utc::now();
    let folders = arguments::pack_folders(arguments.packs.as_deref());
    match &arguments.command {
        Command::Demo { folder } => {
            print::demo(&board::write_demo(folder, now)?);
            Ok(ExitCode::SUCCESS)
        }
        Command::Images { path, json, hash } => {
            let report = board::images_report(path, *hash)?;
            if *json {
                print::json(&report)
            } else {
                print::images(&report)
            }
            Ok(in_part(report.rejected.is_empty()))
        }
        Command::Assess {
            json,
            csv,
            out,
            index_date,
        } => {
            let packs = PackSet::open(&folders);
            if let (Some(table), Some(out)) = (csv, out) {
                let outcome = board::assess_table(table, out, &packs, now)?;
                print::table(&outcome, out);
                return Ok(in_part(outcome.faults.is_empty()));
            }
            // Clap asks for one of the two.
            let case = board::read_case_file(json.as_deref().unwrap_or("".as_ref()), now)?;
            let stated = index_date.or(board::index_date_of(&case));
            let date = stated.unwrap_or_else(|| now.date_naive());
            print::json(&board::assess(&case, date, &packs));
            Ok(ExitCode::SUCCESS)
        }
        Command::Report {
            json,
            out,
            images,
            mask_identity,
        } => {
            let case = board::read_case_file(json, now)?;
            let packs = PackSet::open(&folders);
            board::write_report(&case, images.as_deref(), out, *mask_identity, &packs, now)?;
            println!("{}", out.display());
            Ok(ExitCode::SUCCESS)
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

fn in_part(whole: bool) -> ExitCode {
    if whole {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(DONE_IN_PART)
    }
}
