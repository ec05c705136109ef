//! What became of the patients beside the forecasts that were sealed with the decisions: counted once,
//! with those lost from sight, never over two models; and a recalibration that is proposed, kept and taken
//! away. Every centre here is made up.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use board::{Board, NaiveDate, OwnResults, OwnResultsQuestion, ProposalOutcome};
use clinical::{
    assessment::PackIdentity,
    verification::{CheckState, CheckedModel, Verification, VerificationWarning},
};
use support::{
    centre::{Decided, End, centre},
    opened,
};

fn today() -> NaiveDate {
    chrono::Utc::now().date_naive()
}

fn identity(version: &str) -> PackIdentity {
    PackIdentity {
        name: "made-up-model".to_owned(),
        version: version.to_owned(),
        sha256: version.repeat(8),
        rests_on: vec!["simulation".to_owned()],
        recalibration: None,
    }
}

fn filled(board: &Board, patients: &[Decided]) {
    for one in patients {
        board.insert_case(one.case()).unwrap();
    }
}

fn results(board: &Board, question: &OwnResultsQuestion) -> OwnResults {
    board.own_results(question, &mut |_| ()).unwrap()
}

fn found(board: &Board) -> Verification {
    results(board, &OwnResultsQuestion::default())
        .found
        .unwrap()
}

/// Decided so many days ago; nothing is known since.
fn one(number: u32, days_ago: u64) -> Decided {
    Decided {
        number,
        decided_on: today() - chrono::Days::new(days_ago),
        primary: "lung",
        pack: identity("1"),
        alive: [0.8, 0.6, 0.4],
        estimate: None,
        end: End::Nothing,
        fulfilled: false,
        synthetic: false,
    }
}

#[test]
fn a_centre_without_a_decision_is_told_that_nothing_was_checked() {
    let folder = tempfile::tempdir().unwrap();
    let board = opened(folder.path());
    let nothing = results(&board, &OwnResultsQuestion::default());
    assert_eq!((nothing.found, nothing.without_forecast), (None, 0));
    assert!(board.own_results_in_short().unwrap().horizons.is_empty());
    board.lock();
    let locked = board.own_results(&OwnResultsQuestion::default(), &mut |_| ());
    assert_eq!(locked.unwrap_err().code, "store_locked");
}

#[test]
fn what_is_known_is_counted_and_what_is_missing_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let board = opened(folder.path());
    let ago = |days: u64| today() - chrono::Days::new(days);
    filled(
        &board,
        &[
            // Too young for any horizon.
            one(1, 30),
            Decided {
                end: End::Died(ago(380)),
                ..one(2, 400)
            },
            Decided {
                end: End::SeenAlive(ago(10)),
                fulfilled: true,
                ..one(3, 400)
            },
            // Never heard of again.
            one(4, 400),
            Decided {
                synthetic: true,
                end: End::Died(ago(399)),
                ..one(5, 400)
            },
            Decided {
                pack: identity("2"),
                end: End::Died(ago(499)),
                ..one(6, 500)
            },
        ],
    );
    // A patient discussed again counts by the first decision alone.
    let first = Decided {
        end: End::SeenAlive(ago(5)),
        ..one(7, 450)
    };
    let mut case = first.case();
    let mut again = Decided {
        alive: [0.1, 0.1, 0.1],
        ..one(7, 200)
    }
    .case()
    .episodes
    .remove(0);
    again.id = "again".to_owned();
    case.episodes.push(again);
    board.insert_case(case).unwrap();

    let found = found(&board);
    assert_eq!(found.model, CheckedModel::from(&identity("1")));
    assert_eq!((found.patients, found.later_decisions), (5, 1));
    let year = &found.horizons[2];
    assert_eq!(year.not_old_enough, 1);
    let deaths = &year.everybody.deaths;
    assert_eq!((deaths.patients, deaths.counts.deaths), (4, 1));
    assert_eq!(
        (deaths.counts.censored_before, deaths.counts.known_alive),
        (1, 2)
    );
    // One of four died on the twentieth day, after one was lost on the first.
    assert!((deaths.observed.estimate().unwrap().point - 1.0 / 3.0).abs() < 1e-12);
    assert!((deaths.expected - 0.6).abs() < 1e-12);
    assert_eq!(
        year.everybody.state,
        CheckState::NotYetChecked {
            events: 1,
            non_events: 2,
            needed: 100
        }
    );
    assert_eq!(year.everybody.performance, None);
    assert_eq!(year.fulfilled, 1);
    for expected in [
        VerificationWarning::OtherModels { decisions: 1 },
        VerificationWarning::FollowUpMissing {
            months: 12,
            patients: 1,
            never_seen: 1,
            of: 4,
        },
        VerificationWarning::ForecastDecided {
            months: 12,
            patients: 1,
            of: 4,
        },
    ] {
        assert!(found.warnings.contains(&expected), "{:?}", found.warnings);
    }
    let other = results(
        &board,
        &OwnResultsQuestion {
            model: Some(CheckedModel::from(&identity("2"))),
            ..OwnResultsQuestion::default()
        },
    );
    assert_eq!(other.found.unwrap().patients, 1);
    // None of it is the model that answers now.
    assert!(board.own_results_in_short().unwrap().horizons.is_empty());
    let log = board.audit_rows(None, 50).unwrap();
    assert!(log.iter().any(|row| row.action == "own_results_checked"));
}

#[test]
fn a_large_made_up_centre_is_checked_and_said_to_be_made_up() {
    let folder = tempfile::tempdir().unwrap();
    let board = opened(folder.path());
    filled(
        &board,
        &centre(300, (&identity("1"), today()), (8.0, 8.0), true),
    );
    let checked = results(
        &board,
        &OwnResultsQuestion {
            bootstraps: 40,
            ..OwnResultsQuestion::default()
        },
    );
    assert!(checked.synthetic);
    let found = checked.found.unwrap();
    let states = |at: usize| found.horizons[at].everybody.state;
    assert_eq!(states(1), CheckState::Checked);
    // Fewer than a hundred died so soon.
    assert!(matches!(states(0), CheckState::NotYetChecked { .. }));
    assert!(found.horizons[0].estimates.is_some() && found.horizons[1].estimates.is_none());
    let ended = board.own_results(&OwnResultsQuestion::default(), &mut |_| {
        board.cancel_own_results()
    });
    assert_eq!(ended.unwrap_err().code, "own_results_stopped");

    let proposal = board.propose_recalibration(&mut |_| ()).unwrap();
    assert!(proposal.synthetic && proposal.never_seen == 30);
    let kept = board.keep_proposed_recalibration();
    let code = match proposal.outcome {
        ProposalOutcome::Proposed(_) => "recalibration_synthetic",
        ProposalOutcome::Refused { .. } => "no_proposal",
    };
    assert_eq!(kept.unwrap_err().code, code);
}

#[test]
fn what_the_patients_teach_is_proposed_kept_and_taken_away() {
    let folder = tempfile::tempdir().unwrap();
    let board = opened(folder.path());
    // They die far sooner than any model says.
    filled(
        &board,
        &centre(170, (&identity("1"), today()), (1.5, 8.0), false),
    );
    let answering = || {
        results(&board, &OwnResultsQuestion::default())
            .answering
            .unwrap()
    };
    assert_eq!(answering().recalibration, None);
    let proposal = board.propose_recalibration(&mut |_| ()).unwrap();
    let ProposalOutcome::Proposed(numbers) = proposal.outcome else {
        panic!("{proposal:?}")
    };
    assert!(numbers.intercept > 0.0 && numbers.gain.low > 0.0);
    assert_eq!(
        (proposal.patients, proposal.never_seen, proposal.left_out),
        (170, 17, 0)
    );
    assert_eq!(numbers.patients, 153);
    // Nothing answers otherwise before somebody keeps it.
    assert_eq!(answering().recalibration, None);
    board.keep_proposed_recalibration().unwrap();
    assert!(answering().recalibration.is_some());
    assert_eq!(
        board.keep_proposed_recalibration().unwrap_err().code,
        "no_proposal"
    );
    board.remove_recalibration(&answering().name).unwrap();
    assert_eq!(answering().recalibration, None);
}

#[test]
fn a_proposal_is_forgotten_with_the_lock() {
    let folder = tempfile::tempdir().unwrap();
    let board = opened(folder.path());
    filled(&board, &[one(1, 400)]);
    let proposal = board.propose_recalibration(&mut |_| ()).unwrap();
    let ProposalOutcome::Refused { code, .. } = proposal.outcome else {
        panic!("{proposal:?}")
    };
    assert_eq!(code, "nobody_died");
    board.lock();
    support::enter(&board);
    assert_eq!(
        board.keep_proposed_recalibration().unwrap_err().code,
        "no_proposal"
    );
}
