//! Modules that hang, crash and lie, PINs that are wrong, tokens that are pulled: each has its name, and the next call
//! works.
#![allow(clippy::unwrap_used)]

mod support;

use support::{PIN, Stick, now, until};
use token::{Pin, PinState, Signer, TokenError, Tries};

fn stick() -> Stick {
    Stick::with(env!("CARGO_BIN_EXE_token-worker"), &[], &["ec:P-256"])
}

fn wrong_pin(stick: &Stick) -> TokenError {
    stick.tokens().unlock(&stick.certificate("a0"), &Pin::from("000000"), now()).unwrap_err()
}

#[test]
fn a_wrong_pin_tells_what_the_token_tells_of_the_tries_left() {
    let cases = [
        ("none", TokenError::WrongPin { tries: Tries::Unknown }),
        ("few", TokenError::WrongPin { tries: Tries::Few }),
        ("last", TokenError::WrongPin { tries: Tries::Last }),
        ("locks", TokenError::PinLocked),
        ("locked", TokenError::PinLocked),
        ("locked-at-login", TokenError::PinLocked),
        ("cancelled", TokenError::Cancelled),
    ];
    for (fault, expected) in cases {
        assert_eq!(wrong_pin(&stick().fault(fault)), expected, "{fault}");
    }
    for fault in ["must-change", "expired"] {
        assert!(matches!(wrong_pin(&stick().fault(fault)), TokenError::PinNotReady(_)), "{fault}");
    }
    // The real one, which only tells that there was a wrong one; and the right PIN still opens it.
    let plain = stick();
    assert!(matches!(wrong_pin(&plain), TokenError::WrongPin { .. }));
    plain.unlock().unwrap();
}

#[test]
fn a_locked_token_shows_it_before_anybody_types_a_pin() {
    let log = |stick: &Stick| stick.path("log");
    let locked = stick().fault("locked");
    let path = log(&locked);
    let locked = locked.env("FAULT_LOG", path.to_str().unwrap());
    assert_eq!(locked.look().pin, PinState::Locked);
    assert_eq!(locked.unlock().unwrap_err(), TokenError::PinLocked);
    assert!(!path.exists(), "the token saw a PIN");
    assert_eq!(stick().fault("must-change").look().pin, PinState::NotReady);
}

#[test]
fn a_pin_nobody_typed_costs_no_try_and_a_pad_is_waited_for() {
    let logged = |stick: Stick| {
        let log = stick.path("log");
        (stick.env("FAULT_LOG", log.to_str().unwrap()), log)
    };
    let without = |stick: &Stick| stick.tokens().unlock(&stick.certificate("a0"), &Pin::from(""), now());
    let (plain, log) = logged(stick().fault("none"));
    assert_eq!(without(&plain).unwrap_err(), TokenError::NoPin);
    assert!(!log.exists(), "the token saw a PIN");
    let (pad, log) = logged(stick().fault("pin-pad").env("FAULT_PIN", PIN));
    assert!(pad.look().pin_typed_elsewhere);
    assert!(without(&pad).unwrap().sign(b"one").is_ok());
    assert!(std::fs::read_to_string(&log).unwrap().starts_with("in\n"));
}

#[test]
fn a_login_another_program_left_open_opens_no_key_for_a_wrong_pin() {
    let shared = stick().fault("shared-login");
    let log = shared.path("log");
    let shared = shared.env("FAULT_LOG", log.to_str().unwrap());
    assert!(matches!(wrong_pin(&shared), TokenError::WrongPin { .. }));
    assert_eq!(std::fs::read_to_string(&log).unwrap(), "others out\nrefused\n");
    assert!(shared.unlock().unwrap().sign(b"one").is_ok(), "the right one does");
    assert!(matches!(stick().fault("shared-for-ever").unlock(), Err(TokenError::Failed(_))));
}

#[test]
fn a_token_pulled_out_at_the_third_document_leaves_the_first_two_signed() {
    for fault in ["removed", "not-present", "session-invalid", "device-error", "general-error"] {
        let stick = stick().fault(fault).env("FAULT_AT", "3");
        let key = stick.unlock().unwrap();
        let outcomes: Vec<_> = (0..5_u8).map(|document| key.sign(&[document])).collect();
        assert!(outcomes[..2].iter().all(Result::is_ok), "{fault}: {outcomes:?}");
        assert!(outcomes[2..].iter().all(|one| *one == Err(TokenError::TokenGone)), "{fault}: {outcomes:?}");
        // Plugged in again.
        assert!(stick.unlock().unwrap().sign(b"again").is_ok(), "{fault}");
    }
}

#[test]
fn a_signature_that_fails_alone_costs_that_document_only() {
    for fault in ["error-with-token", "odd"] {
        let stick = stick().fault(fault).env("FAULT_AT", "2");
        let key = stick.unlock().unwrap();
        let outcomes: Vec<_> = (0..3_u8).map(|document| key.sign(&[document])).collect();
        assert!(matches!(&outcomes[..], [Ok(_), Err(TokenError::Failed(_)), Ok(_)]), "{fault}: {outcomes:?}");
    }
    assert_eq!(stick().fault("lies").unlock().unwrap().sign(b"a"), Err(TokenError::KeyMismatch));
}

#[test]
fn a_module_that_hangs_crashes_or_leaves_is_replaced() {
    for place in ["load", "initialize", "list", "login", "sign"] {
        for way in ["hang", "crash", "leave"] {
            let fault = format!("{way}-in-{place}");
            let stick = stick().fault(&fault);
            let happened = stick.path("happened");
            let stick = stick.env("FAULT_ONCE", happened.to_str().unwrap());
            let failed = stick.unlock().and_then(|key| key.sign(b"one")).unwrap_err();
            match way {
                "hang" => assert_eq!(failed, TokenError::Hung, "{fault}"),
                _ => assert!(matches!(failed, TokenError::WorkerDied(_)), "{fault}: {failed:?}"),
            }
            assert!(stick.unlock().unwrap().sign(b"two").is_ok(), "{fault}");
        }
    }
}

#[test]
fn after_a_hang_the_batch_is_over_at_once() {
    let stick = stick().fault("hang-in-sign").env("FAULT_AT", "1");
    let key = stick.unlock().unwrap();
    assert_eq!(key.sign(b"one"), Err(TokenError::Hung));
    // Each waiting anew would take the suite's patience.
    for _ in 0..1000 {
        assert_eq!(key.sign(b"two"), Err(TokenError::Hung));
    }
}

#[test]
fn a_module_that_talks_and_one_that_hangs_at_the_end_do_no_harm() {
    let stick_that_talks = stick().fault("chatter");
    assert!(stick_that_talks.unlock().unwrap().sign(b"one").is_ok());
    drop(stick().fault("hang-in-logout").unlock().unwrap());
    let stick = stick().fault("no-reader");
    assert!(matches!(stick.unlock().unwrap_err(), TokenError::NoModule(_)));
}

/// The box dies by the power button: nobody tells the worker, its pipe just ends.
#[test]
fn a_worker_whose_box_has_gone_logs_out_and_leaves() {
    use std::io::Write;
    use std::process::{Command, Stdio};
    let stick = stick().fault("none");
    let log = stick.path("log");
    let mut worker = Command::new(env!("CARGO_BIN_EXE_token-worker"))
        .args(["--module".as_ref(), stick.module_path().as_os_str()])
        .envs(stick.environment().iter().cloned())
        .env("FAULT_LOG", &log)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let open = format!(
        r#"{{"order":"open","certificate":"{}","pin":"{PIN}","now_unix_ms":{}}}"#,
        stick.certificate("a0"),
        now()
    );
    let mut pipe = worker.stdin.take().unwrap();
    pipe.write_all(&u32::try_from(open.len()).unwrap().to_be_bytes()).unwrap();
    pipe.write_all(open.as_bytes()).unwrap();
    drop(pipe);
    assert!(worker.wait().unwrap().success());
    until("logged out", || std::fs::read_to_string(&log).is_ok_and(|log| log == "in\nout\n"));
}
