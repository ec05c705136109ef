//! Who is at the keyboard: people, signing in and out, and what each role may do.

use crate::{
    AppStatus, Board, BoardError, Person, PersonChange, PersonInput, Secret, lock, new_id,
};
use store::{AuditEntry, Store, StoreError};

impl Board {
    /// Adds a person. The first one signs in with it and must be a coordinator or a chair; later
    /// only these may add others.
    pub fn add_person(&self, input: PersonInput) -> Result<AppStatus, BoardError> {
        self.with_open_store(|store| {
            let manager = self.manager_or_first(store)?;
            let author = manager.as_ref();
            let person = store.add_person(&new_id(), &input, author, self.now())?;
            if manager.is_none() {
                self.enter(person);
            }
            Ok(())
        })?;
        Ok(self.status())
    }

    /// Changes what a person does here, or takes them out of the active people. For coordinators
    /// and chairs.
    pub fn change_person(&self, id: &str, change: PersonChange) -> Result<AppStatus, BoardError> {
        self.with_store(|store| {
            let manager = self.manager()?;
            let person = store.change_person(id, &change, &manager, self.now())?;
            // Whoever changed themselves goes on as what they are now, or not at all.
            if manager.id == person.id {
                lock(&self.signed_in).person = Some(person).filter(|person| person.active);
            }
            Ok(())
        })?;
        Ok(self.status())
    }

    /// Gives a person another PIN or passphrase: one's own with the current one, another's as a
    /// coordinator or chair. After an unlocking by the recovery key, a coordinator's or chair's
    /// forgotten one may be set without signing in, since nobody else could.
    pub fn set_person_secret(
        &self,
        id: &str,
        current: Option<Secret>,
        secret: Secret,
    ) -> Result<AppStatus, BoardError> {
        let done = self.with_open_store(|store| {
            let author = self.may_set_secret(store, id, current.as_ref())?;
            Ok(store.set_person_secret(id, &secret, author.as_ref(), self.now())?)
        });
        self.lock_after_too_many(done)?;
        Ok(self.status())
    }

    /// Whoever may set this person's secret now; none after the recovery key.
    fn may_set_secret(
        &self,
        store: &mut Store,
        id: &str,
        current: Option<&Secret>,
    ) -> Result<Option<Person>, BoardError> {
        let (at_keyboard, recovered) = {
            let signed_in = lock(&self.signed_in);
            (signed_in.person.clone(), signed_in.recovered)
        };
        let Some(person) = at_keyboard else {
            return match recovered && store.person(id)?.role.manages() {
                true => Ok(None),
                false => Err(BoardError::sign_in_needed()),
            };
        };
        if person.id != id {
            return self.manager().map(Some);
        }
        let current = current.ok_or(StoreError::WrongSecret)?;
        store.check_secret(id, current, None, self.now())?;
        Ok(Some(person))
    }

    /// Signs a person in. The fifth wrong secret in a row locks the store.
    pub fn sign_in(&self, id: &str, secret: Secret) -> Result<AppStatus, BoardError> {
        let done = self.with_open_store(|store| {
            let person = store.check_secret(id, &secret, Some("signed_in"), self.now())?;
            self.enter(person);
            Ok(())
        });
        self.lock_after_too_many(done)?;
        self.note_activity();
        Ok(self.status())
    }

    /// Lets somebody else sign in; the store stays open.
    pub fn sign_out(&self) -> Result<AppStatus, BoardError> {
        self.with_open_store(|store| {
            if let Some(person) = lock(&self.signed_in).person.take() {
                store.audit_append(&AuditEntry::new(&person, "signed_out"), self.now())?;
            }
            Ok(())
        })?;
        Ok(self.status())
    }

    /// The person who is signed in.
    pub(crate) fn person(&self) -> Result<Person, BoardError> {
        let signed_in = lock(&self.signed_in);
        signed_in
            .person
            .clone()
            .ok_or_else(BoardError::sign_in_needed)
    }

    /// The name that every change is recorded with.
    pub(crate) fn author(&self) -> Result<String, BoardError> {
        Ok(self.person()?.name)
    }

    /// The person who is signed in, if they are a coordinator or a chair.
    pub(crate) fn manager(&self) -> Result<Person, BoardError> {
        let person = self.person()?;
        match person.role.manages() {
            true => Ok(person),
            false => Err(BoardError::not_allowed(person.role)),
        }
    }

    /// The manager who is signed in; none while there is nobody yet who could be.
    pub(crate) fn manager_or_first(&self, store: &Store) -> Result<Option<Person>, BoardError> {
        match store.people()?.is_empty() {
            true => Ok(None),
            false => self.manager().map(Some),
        }
    }

    fn enter(&self, person: Person) {
        let mut signed_in = lock(&self.signed_in);
        signed_in.person = Some(person);
        signed_in.recovered = false;
    }

    pub(crate) fn lock_after_too_many<T>(
        &self,
        done: Result<T, BoardError>,
    ) -> Result<T, BoardError> {
        done.inspect_err(|error| {
            if error.code == StoreError::TooManyAttempts.code() {
                self.close_store("locked_attempts");
            }
        })
    }
}
