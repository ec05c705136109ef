//! Table `people`: who works with this installation, and the personal secret that each signs in
//! with. A person is never deleted, since revisions name them; who leaves is made inactive.
//!
//! A personal secret says who is at the keyboard. It does not encrypt anything: whoever knows the
//! store's passphrase can read the database without it, and could try all PINs on a copy.

use crate::{
    Store, StoreError,
    audit::{self, Actor, AuditEntry},
    hardening::{self, Cost, Key, Secret, harden},
    secret_rules, time_of, time_text,
};
use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, TransactionBehavior, params};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use zeroize::Zeroizing;

/// After so many wrong secrets of one person in a row the store is to be locked. NIST SP
/// 800-63B-4, section 3.2.2, allows up to 100; five is what colleagues mistype.
pub const MOST_WRONG_SECRETS: u32 = 5;

/// What a person may do here: coordinators and chairs look after people and settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Coordinator,
    Member,
    Chair,
}

/// The field a person speaks for; words `specialty.<code>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Specialty {
    SpineSurgery,
    RadiationOncology,
    MedicalOncology,
    Radiology,
    InterventionalRadiology,
    Pathology,
    PalliativeCare,
    Neurology,
    Rehabilitation,
    Nursing,
    Coordination,
    Other,
}

/// Someone who may sign in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct Person {
    /// Random.
    pub id: String,
    pub name: String,
    pub specialty: Specialty,
    pub role: Role,
    /// False for someone who has left.
    pub active: bool,
    pub added_at: DateTime<Utc>,
}

/// Someone to be added.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct PersonInput {
    pub name: String,
    pub specialty: Specialty,
    pub role: Role,
    /// A personal PIN or passphrase.
    #[ts(type = "string")]
    pub secret: Secret,
}

/// What may be changed of a person.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
pub struct PersonChange {
    pub name: String,
    pub specialty: Specialty,
    pub role: Role,
    pub active: bool,
}

impl<'a> From<&'a Person> for Actor<'a> {
    fn from(person: &'a Person) -> Actor<'a> {
        Actor {
            name: &person.name,
            person_id: Some(&person.id),
        }
    }
}

/// Nobody is the program itself.
impl<'a> From<Option<&'a Person>> for Actor<'a> {
    fn from(person: Option<&'a Person>) -> Actor<'a> {
        person.map_or_else(Actor::default, Actor::from)
    }
}

impl Specialty {
    /// Every field there is.
    pub const ALL: [Specialty; 12] = [
        Specialty::SpineSurgery,
        Specialty::RadiationOncology,
        Specialty::MedicalOncology,
        Specialty::Radiology,
        Specialty::InterventionalRadiology,
        Specialty::Pathology,
        Specialty::PalliativeCare,
        Specialty::Neurology,
        Specialty::Rehabilitation,
        Specialty::Nursing,
        Specialty::Coordination,
        Specialty::Other,
    ];
}

impl Role {
    /// Coordinators and chairs look after the people and the settings.
    pub fn manages(self) -> bool {
        matches!(self, Role::Coordinator | Role::Chair)
    }

    pub fn code(self) -> String {
        code_of(&self)
    }
}

impl Specialty {
    pub fn code(self) -> String {
        code_of(&self)
    }
}

impl Store {
    /// Everyone, by name.
    pub fn people(&self) -> Result<Vec<Person>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT id, name, specialty, role, active, added_at FROM people ORDER BY name_folded",
        )?;
        let mut rows = statement.query([])?;
        let mut people = Vec::new();
        while let Some(row) = rows.next()? {
            people.push(person_of(row)?);
        }
        Ok(people)
    }

    pub fn person(&self, id: &str) -> Result<Person, StoreError> {
        find(&self.connection, id)
    }

    /// Adds a person under a random `id`. The first one must be able to manage.
    pub fn add_person<'a>(
        &mut self,
        id: &str,
        input: &PersonInput,
        author: impl Into<Actor<'a>>,
        now: DateTime<Utc>,
    ) -> Result<Person, StoreError> {
        let person = Person {
            id: id.to_owned(),
            name: clean(&input.name)?,
            specialty: input.specialty,
            role: input.role,
            active: true,
            added_at: now,
        };
        secret_rules::check(input.secret.text())?;
        let secret = Hardened::of(&input.secret)?;
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        refuse_same_name(&transaction, &person)?;
        transaction.execute(
            "INSERT INTO people VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, 0)",
            params![
                person.id,
                person.name,
                fold(&person.name),
                code_of(&person.specialty),
                person.role.code(),
                person.active,
                time_text(now),
                secret.salt,
                secret.cost.memory_kib,
                secret.cost.passes,
                secret.cost.lanes,
                secret.key.bytes()
            ],
        )?;
        keep_a_manager(&transaction)?;
        // The first person has nobody before them who could have added them.
        let author = match author.into() {
            Actor { name: "", .. } => Actor::from(&person),
            author => author,
        };
        log(&transaction, author, "person_added", &person, now)?;
        transaction.commit()?;
        Ok(person)
    }

    /// Changes a person; someone who can manage must be left.
    pub fn change_person<'a>(
        &mut self,
        id: &str,
        change: &PersonChange,
        author: impl Into<Actor<'a>>,
        now: DateTime<Utc>,
    ) -> Result<Person, StoreError> {
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        let person = Person {
            name: clean(&change.name)?,
            specialty: change.specialty,
            role: change.role,
            active: change.active,
            ..find(&transaction, id)?
        };
        refuse_same_name(&transaction, &person)?;
        transaction.execute(
            "UPDATE people SET name = ?2, name_folded = ?3, specialty = ?4, role = ?5, active = ?6
             WHERE id = ?1",
            params![
                id,
                person.name,
                fold(&person.name),
                code_of(&person.specialty),
                person.role.code(),
                person.active
            ],
        )?;
        keep_a_manager(&transaction)?;
        log(&transaction, author, "person_changed", &person, now)?;
        transaction.commit()?;
        Ok(person)
    }

    /// Gives a person another secret.
    pub fn set_person_secret<'a>(
        &mut self,
        id: &str,
        secret: &Secret,
        author: impl Into<Actor<'a>>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        secret_rules::check(secret.text())?;
        let hardened = Hardened::of(secret)?;
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        let person = find(&transaction, id)?;
        transaction.execute(
            "UPDATE people SET salt = ?2, memory_kib = ?3, passes = ?4, lanes = ?5, hardened = ?6,
                wrong_in_a_row = 0
             WHERE id = ?1",
            params![
                id,
                hardened.salt,
                hardened.cost.memory_kib,
                hardened.cost.passes,
                hardened.cost.lanes,
                hardened.key.bytes()
            ],
        )?;
        log(&transaction, author, "person_secret_changed", &person, now)?;
        transaction.commit()?;
        Ok(())
    }

    /// The active person whose secret this is. A wrong one is counted, also across restarts:
    /// [`StoreError::WrongSecret`], and at every [`MOST_WRONG_SECRETS`]th in a row
    /// [`StoreError::TooManyAttempts`], after which the store is to be locked. `action` is what
    /// the log says of a success.
    pub fn check_secret(
        &mut self,
        id: &str,
        secret: &Secret,
        action: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<Person, StoreError> {
        let person = find(&self.connection, id)?;
        if !person.active {
            return Err(StoreError::UnknownPerson);
        }
        let right = Hardened::read(&self.connection, id)?.fits(secret)?;
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        let wrong: u32 = match right {
            true => 0,
            false => transaction.query_row(
                "SELECT wrong_in_a_row + 1 FROM people WHERE id = ?1",
                [id],
                |row| row.get(0),
            )?,
        };
        transaction.execute(
            "UPDATE people SET wrong_in_a_row = ?2 WHERE id = ?1",
            params![id, wrong],
        )?;
        let action = if right {
            action
        } else {
            Some("sign_in_failed")
        };
        if let Some(action) = action {
            log(&transaction, &person, action, &person, now)?;
        }
        transaction.commit()?;
        match wrong {
            0 => Ok(person),
            wrong if wrong.is_multiple_of(MOST_WRONG_SECRETS) => Err(StoreError::TooManyAttempts),
            _ => Err(StoreError::WrongSecret),
        }
    }
}

/// A secret as it is kept.
struct Hardened {
    salt: [u8; 16],
    cost: Cost,
    key: Key,
}

impl Hardened {
    fn of(secret: &Secret) -> Result<Hardened, StoreError> {
        let (salt, cost) = (hardening::random()?, Cost::CHOSEN);
        let key = harden(secret.text(), &salt, cost)?;
        Ok(Hardened { salt, cost, key })
    }

    fn read(connection: &Connection, id: &str) -> Result<Hardened, StoreError> {
        let (salt, memory, passes, lanes, key) = connection.query_row(
            "SELECT salt, memory_kib, passes, lanes, hardened FROM people WHERE id = ?1",
            [id],
            |row| {
                let key: Vec<u8> = row.get(4)?;
                Ok((
                    row.get(0)?,
                    row.get(1)?,
                    row.get(2)?,
                    row.get(3)?,
                    Zeroizing::new(key),
                ))
            },
        )?;
        Ok(Hardened {
            salt,
            cost: Cost::read(memory, passes, lanes).ok_or(StoreError::Damaged)?,
            key: Key::from_slice(&key).ok_or(StoreError::Damaged)?,
        })
    }

    fn fits(&self, secret: &Secret) -> Result<bool, StoreError> {
        Ok(harden(secret.text(), &self.salt, self.cost)?.same(&self.key))
    }
}

fn find(connection: &Connection, id: &str) -> Result<Person, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT id, name, specialty, role, active, added_at FROM people WHERE id = ?1",
    )?;
    let mut rows = statement.query([id])?;
    let row = rows.next()?.ok_or(StoreError::UnknownPerson)?;
    person_of(row)
}

fn person_of(row: &Row<'_>) -> Result<Person, StoreError> {
    let text = |column: usize| row.get::<_, String>(column);
    Ok(Person {
        id: text(0)?,
        name: text(1)?,
        specialty: of_code(text(2)?)?,
        role: of_code(text(3)?)?,
        active: row.get(4)?,
        added_at: time_of(&text(5)?)?,
    })
}

fn refuse_same_name(transaction: &Transaction<'_>, person: &Person) -> Result<(), StoreError> {
    let other = transaction
        .query_row(
            "SELECT 1 FROM people WHERE name_folded = ?1 AND id <> ?2",
            params![fold(&person.name), person.id],
            |_| Ok(()),
        )
        .optional()?;
    other.map_or(Ok(()), |()| Err(StoreError::PersonExists))
}

fn keep_a_manager(transaction: &Transaction<'_>) -> Result<(), StoreError> {
    let left: i64 = transaction.query_row(
        "SELECT count(*) FROM people WHERE active = 1 AND role IN ('coordinator', 'chair')",
        [],
        |row| row.get(0),
    )?;
    match left {
        0 => Err(StoreError::LastManager),
        _ => Ok(()),
    }
}

fn log<'a>(
    transaction: &Transaction<'_>,
    author: impl Into<Actor<'a>>,
    action: &'a str,
    person: &Person,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let details = serde_json::to_vec(person).map_err(|_| StoreError::NotStorable)?;
    let entry = AuditEntry {
        details: &details,
        ..AuditEntry::new(author, action)
    };
    audit::append(transaction, &entry, now)?;
    Ok(())
}

/// A name as it is shown: without space around it or control characters in it.
fn clean(name: &str) -> Result<String, StoreError> {
    let words: Vec<&str> = name
        .split(|letter: char| letter.is_whitespace() || letter.is_control())
        .filter(|word| !word.is_empty())
        .collect();
    match words.is_empty() {
        true => Err(StoreError::NameNeeded),
        false => Ok(words.join(" ")),
    }
}

fn fold(name: &str) -> String {
    name.to_lowercase()
}

/// The code of a role or specialty, as in the tables and in the words.
fn code_of(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(code)) => code,
        _ => String::new(),
    }
}

fn of_code<T: serde::de::DeserializeOwned>(code: String) -> Result<T, StoreError> {
    serde_json::from_value(serde_json::Value::String(code)).map_err(|_| StoreError::Damaged)
}

#[cfg(test)]
mod tests;
