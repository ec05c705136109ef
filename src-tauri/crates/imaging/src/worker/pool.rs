//! The running workers, idle and in use.

use super::{
    process::{Ending, LOOK, Worker, WorkerCommand},
    protocol::{Answer, Request},
};
use crate::problem::ImagingError;
use std::{
    path::Path,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

pub(super) struct Pool {
    command: WorkerCommand,
    pub(super) time_limit: Duration,
    /// Workers at once.
    limit: usize,
    state: Mutex<State>,
    /// A worker became free.
    freed: Condvar,
}

#[derive(Default)]
struct State {
    idle: Vec<Worker>,
    in_use: usize,
}

/// A worker in use. Goes back to the idle ones unless it ended.
pub(super) struct Lease<'pool> {
    pool: &'pool Pool,
    /// None only while it is handed back.
    worker: Option<Worker>,
}

impl Pool {
    pub(super) fn new(command: WorkerCommand, time_limit: Duration, limit: usize) -> Pool {
        Pool {
            command,
            time_limit,
            limit,
            state: Mutex::default(),
            freed: Condvar::new(),
        }
    }

    /// An idle worker, first of all the one that has `path` open, else a new one. Waits where
    /// all are in use, until `stop` says not to.
    pub(super) fn lease(
        &self,
        path: Option<&Path>,
        stop: &dyn Fn() -> bool,
    ) -> Result<Lease<'_>, ImagingError> {
        let mut state = self.state();
        loop {
            if stop() {
                return Err(ImagingError::Cancelled);
            }
            let at = state
                .idle
                .iter()
                .position(|worker| Some(worker.last.as_path()) == path);
            let worker = match at {
                Some(at) => Some(state.idle.swap_remove(at)),
                None => state.idle.pop(),
            };
            if worker.is_some() || state.in_use < self.limit {
                state.in_use += 1;
                drop(state);
                let mut lease = Lease { pool: self, worker };
                if lease.worker.is_none() {
                    let started = Worker::start(&self.command, self.time_limit, stop)?;
                    lease.worker = Some(started);
                }
                return Ok(lease);
            }
            let woken = self.freed.wait_timeout(state, LOOK);
            state = woken.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    pub(super) fn rest(&self) {
        let idle = std::mem::take(&mut self.state().idle);
        drop(idle);
    }

    /// Every change is a single push, removal or addition.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lease<'_> {
    pub(super) fn send(
        &self,
        request: Request,
        body: Vec<u8>,
        answers: usize,
    ) -> Result<(), Ending> {
        match &self.worker {
            Some(worker) => worker.send(request, body, answers),
            None => Err(Ending::Stale),
        }
    }

    /// Waits for an answer within the time limit and until `stop` says not to.
    pub(super) fn receive(&mut self, stop: &dyn Fn() -> bool) -> Result<(Answer, Vec<u8>), Ending> {
        match &mut self.worker {
            Some(worker) => worker.receive(self.pool.time_limit, stop),
            None => Err(Ending::Stale),
        }
    }

    /// Answers that the worker has given so far.
    pub(super) fn answered(&self) -> u64 {
        self.worker.as_ref().map_or(0, |worker| worker.answered)
    }

    /// The file that the worker has open.
    pub(super) fn remember(&mut self, path: &Path) {
        if let Some(worker) = &mut self.worker {
            worker.last = path.to_owned();
        }
    }

    /// Ends the worker instead of handing it back.
    pub(super) fn discard(mut self) {
        self.worker = None;
    }
}

impl Drop for Lease<'_> {
    fn drop(&mut self) {
        let mut state = self.pool.state();
        state.in_use -= 1;
        state.idle.extend(self.worker.take());
        drop(state);
        self.pool.freed.notify_all();
    }
}
