//! Commands on the encrypted database: the passphrase comes from a file, from standard input or from
//! the terminal, never from an argument, which other programs could read.

use crate::{arguments::Arguments, print};
use board::{Board, BoardError, BoardOptions, Secret};
use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

/// The code of what the person at the terminal has to type otherwise.
pub(crate) const USAGE: &str = "usage";

/// A passphrase has at most a few hundred characters.
const MAXIMUM_BYTES: u64 = 4096;

/// A board over the data folder that was named; no model packs are looked for.
fn board(arguments: &Arguments) -> Result<Board, BoardError> {
    let data = arguments.data.clone();
    Ok(Board::start(BoardOptions {
        data: data.ok_or_else(|| usage("name the data folder by --data DIR"))?,
        ..BoardOptions::default()
    }))
}

/// The same, unlocked.
pub(crate) fn unlocked(arguments: &Arguments) -> Result<Board, BoardError> {
    let board = board(arguments)?;
    board.unlock(passphrase(arguments.passphrase_file.as_deref())?)?;
    Ok(board)
}

pub(crate) fn restore(
    arguments: &Arguments,
    backup: &Path,
    recovery_key_file: Option<&Path>,
) -> Result<(), BoardError> {
    let board = board(arguments)?;
    let status = match recovery_key_file {
        Some(file) => {
            let key = secret(Some(file), "recovery key")?;
            let new_passphrase = passphrase(arguments.passphrase_file.as_deref())?;
            board.restore_backup_with_recovery_key(backup, key, new_passphrase)?
        }
        None => board.restore_backup(backup, passphrase(arguments.passphrase_file.as_deref())?)?,
    };
    let audit = board.audit_verify()?;
    println!("restored  {}", status.data_folder);
    print::audit(&audit);
    Ok(())
}

fn passphrase(file: Option<&Path>) -> Result<Secret, BoardError> {
    secret(file, "passphrase")
}

fn secret(file: Option<&Path>, what: &str) -> Result<Secret, BoardError> {
    let read = match file {
        None => rpassword::prompt_password("Passphrase: "),
        Some(path) if path == Path::new("-") => first_line(io::stdin()),
        Some(path) => File::open(path).and_then(first_line),
    };
    read.map(Secret::from)
        .map_err(|error| usage(&format!("the {what} cannot be read: {error}")))
}

fn first_line(source: impl Read) -> io::Result<String> {
    let mut text = String::new();
    source.take(MAXIMUM_BYTES).read_to_string(&mut text)?;
    Ok(text.lines().next().unwrap_or_default().to_owned())
}

fn usage(message: &str) -> BoardError {
    BoardError {
        code: USAGE.to_owned(),
        message: message.to_owned(),
        parameters: Default::default(),
    }
}
