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

/// Who answers for a change that is made without a screen.
pub(crate) struct Signer<'a> {
    pub(crate) person: &'a str,
    pub(crate) secret_file: Option<&'a Path>,
}

/// The same, with that person signed in.
pub(crate) fn signed_in(arguments: &Arguments, signer: &Signer<'_>) -> Result<Board, BoardError> {
    let stdin = Some(Path::new("-"));
    if arguments.passphrase_file.as_deref() == stdin && signer.secret_file == stdin {
        return Err(usage(
            "standard input holds one secret only; put the other one into a file",
        ));
    }
    let board = unlocked(arguments)?;
    let people = board.status().people;
    let person = people
        .iter()
        .find(|person| person.active && person.name == signer.person)
        .ok_or_else(|| usage(&format!("nobody active here is called '{}'", signer.person)))?;
    let asked = format!("PIN or passphrase of {}: ", person.name);
    let secret = secret(signer.secret_file, &asked, "personal secret")?;
    board.sign_in(&person.id, secret)?;
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
            let key = secret(Some(file), "", "recovery key")?;
            let new_passphrase = passphrase(arguments.passphrase_file.as_deref())?;
            board.restore_backup_with_recovery_key(backup, key, new_passphrase)?
        }
        None => board.restore_backup(backup, passphrase(arguments.passphrase_file.as_deref())?)?,
    };
    let audit = board.audit_verify()?;
    println!("restored  {}", status.data_folder);
    print::audit(&audit, arguments.language());
    Ok(())
}

fn passphrase(file: Option<&Path>) -> Result<Secret, BoardError> {
    secret(file, "Passphrase: ", "passphrase")
}

fn secret(file: Option<&Path>, prompt: &str, what: &str) -> Result<Secret, BoardError> {
    let read = match file {
        None => rpassword::prompt_password(prompt),
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

pub(crate) fn usage(message: &str) -> BoardError {
    BoardError {
        code: USAGE.to_owned(),
        message: message.to_owned(),
        parameters: Default::default(),
    }
}
