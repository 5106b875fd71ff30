//! The door: wrong passwords, guessing, sessions that ended, cookies of elsewhere, pages of elsewhere.

use std::thread;

use serde_json::json;
use xtask::demo::client::{Client, Trouble, door};
use xtask::demo::staff::Person;

use super::support::{School, incoming, post, refused, refused_raw};

fn knock(school: &School, username: &str, password: &str) -> Result<Client, Trouble> {
    Client::sign_in(school.base(), &door(username, password))
}

#[test]
fn five_wrong_passwords_shut_one_name_for_a_while_and_nobody_elses() {
    let school = School::open("wrong-password", &[]);
    let (clerk, head) = (school.staff.clerk.clone(), school.staff.head.clone());
    let signed_in = school.clerk();
    for _ in 0..5 {
        refused(
            knock(&school, clerk.username, "không phải mật khẩu").map(drop),
            422,
            "session.wrong_password",
        );
    }
    let sentence = refused(knock(&school, clerk.username, &clerk.password).map(drop), 429, "session.locked");
    assert!(sentence.contains("phút"), "it says how long: {sentence}");
    // The same name written otherwise is the same name.
    refused(knock(&school, &clerk.username.to_uppercase(), &clerk.password).map(drop), 429, "session.locked");
    signed_in.get("/api/home").expect("who is in stays in");
    knock(&school, head.username, &head.password).expect("a colleague at the same address may enter");
    // Names nobody has, the empty one and a book are answered as any wrong password.
    for name in ["khong-co-ai", "", &"x".repeat(100_000)] {
        refused(knock(&school, name, "gì cũng được").map(drop), 422, "session.wrong_password");
    }
    refused(knock(&school, head.username, &"x".repeat(100_000)).map(drop), 422, "session.wrong_password");
    knock(&school, head.username, &head.password).expect("one wrong password does not shut");
    school.closes_sound();
}

/// Each guess costs the box as much as a real sign-in; many at once must neither get more tries than one after the
/// other, nor keep the office from its work.
#[test]
fn guessing_in_parallel_gets_no_more_tries_and_the_office_goes_on() {
    const GUESSERS: usize = 60;
    let school = School::open("guessing", &[]);
    let signed_in = school.clerk();
    let head: &Person = &school.staff.head;
    let answers: Vec<_> = thread::scope(|scope| {
        let guess = |n: usize| {
            let school = &school;
            scope.spawn(move || knock(school, head.username, &format!("đoán lần {n}")).map(drop))
        };
        let guessers: Vec<_> = (0..GUESSERS).map(guess).collect();
        signed_in.post("/api/letters", &incoming("1/while-guessing")).expect("the clerk works on");
        guessers.into_iter().map(|guesser| guesser.join().unwrap()).collect()
    });
    let wrong = answers.iter().filter(
        |answer| matches!(answer, Err(Trouble::Refused { code, .. }) if code == "session.wrong_password"),
    );
    assert_eq!(wrong.count(), 5, "five tries for one name, however they come");
    let shut = answers
        .into_iter()
        .filter(|answer| matches!(answer, Err(Trouble::Refused { code, .. }) if code == "session.locked"));
    assert_eq!(shut.count(), GUESSERS - 5);
    school.closes_sound();
}

#[test]
fn a_session_that_ended_and_a_cookie_of_elsewhere_lead_back_to_the_door() {
    let (here, elsewhere) = (School::open("cookie-here", &[]), School::open("cookie-elsewhere", &[]));
    let foreign = elsewhere.cookie(&elsewhere.staff.clerk);
    let own = here.cookie(&here.staff.clerk);
    let me = |cookie: &str| {
        here.raw(
            format!("GET /api/me HTTP/1.1\r\nHost: box\r\nConnection: close\r\nCookie: {cookie}\r\n\r\n")
                .as_bytes(),
        )
    };
    assert!(me(&own).starts_with("HTTP/1.1 200"));
    assert!(me(&format!("other=1; {own}; theme=dark")).starts_with("HTTP/1.1 200"), "among other cookies");
    for (cookie, code) in [
        (foreign.as_str(), "session.expired"),
        ("vanthu=", "session.none"),
        ("vanthu", "session.none"),
        ("", "session.none"),
        ("vanthu=../../etc/passwd", "session.expired"),
        ("vanthu=\u{1f511}", "session.none"),
        ("=;;=;vanthu=x;", "session.expired"),
    ] {
        refused_raw(&me(cookie), 401, code);
    }
    refused_raw(&me(&format!("vanthu={}", "0".repeat(60_000))), 401, "session.expired");
    let clerk = here.clerk();
    clerk.post("/api/sessions/end", &json!({})).unwrap();
    refused(clerk.get("/api/home"), 401, "session.expired");
    here.goes_on();
    here.closes_sound();
}

#[test]
fn what_changes_something_must_come_from_our_own_page() {
    let school = School::open("foreign-page", &[]);
    let cookie = school.cookie(&school.staff.clerk);
    let body = incoming("1/foreign").to_string();
    let own = String::from_utf8(post("/api/letters", &cookie, &body)).unwrap();
    for foreign in [
        own.replace("X-Requested-With: vanthu\r\n", ""),
        own.replace("X-Requested-With: vanthu", "X-Requested-With: XMLHttpRequest"),
        own.replace("POST", "PUT").replace("X-Requested-With: vanthu\r\n", ""),
        own.replace("X-Requested-With: vanthu\r\n", "Origin: http://evil.example\r\n"),
    ] {
        refused_raw(&school.raw(foreign.as_bytes()), 403, "request.foreign");
    }
    let form = own.replace("application/json", "text/plain");
    refused_raw(&school.raw(form.as_bytes()), 400, "request.invalid");
    assert_eq!(
        school.clerk().get("/api/letters?book=incoming").unwrap()["items"],
        json!([]),
        "nothing was entered"
    );
    assert!(school.raw(own.as_bytes()).starts_with("HTTP/1.1 201"));
    school.closes_sound();
}
