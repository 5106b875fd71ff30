//! Tesseracts of all tempers, as scripts; and the real one on a real page.

use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use tempfile::TempDir;

use super::*;

/// Long enough for a script on a machine that is busy with other tests.
const LONG: Duration = Duration::from_secs(60);
/// For whoever never comes to an end.
const SHORT: Duration = Duration::from_millis(300);

/// What a good one says of a page.
const TABLE: &str = "level\\tpage_num\\tblock_num\\tpar_num\\tline_num\\tword_num\\tleft\\ttop\\twidth\\theight\\tconf\\ttext\\n\
    1\\t1\\t0\\t0\\t0\\t0\\t0\\t0\\t100\\t140\\t-1\\t\\n5\\t1\\t1\\t1\\t1\\t1\\t10\\t10\\t50\\t20\\t96\\tKính\\n";

/// A tesseract that knows Vietnamese, reads nothing well, and does `with_page` with everything larger.
fn tesseract(folder: &Path, languages: &str, with_nothing: &str, with_page: &str) -> Reader {
    let program = folder.join("tesseract");
    let script = format!(
        "#!/bin/sh\n\
         if [ \"$1\" = --list-langs ]; then printf 'List of available languages:\\n{languages}'; exit 0; fi\n\
         IFS= read -r kind\n\
         if [ \"$kind\" = P4 ]; then {with_nothing}; exit; fi\n\
         {with_page}\n"
    );
    std::fs::write(&program, script).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    Reader::new(program)
}

/// A page of 100 x 140 dots.
fn page() -> Vec<u8> {
    let mut png = std::io::Cursor::new(Vec::new());
    image::GrayImage::from_pixel(100, 140, image::Luma([255]))
        .write_to(&mut png, image::ImageFormat::Png)
        .unwrap();
    png.into_inner()
}

#[tokio::test]
async fn whatever_tesseract_does_costs_one_page_its_words_and_nothing_more() {
    let good = format!("cat >/dev/null; printf '{TABLE}'");
    // What it does with a page, how long it is waited for, what comes of it.
    let table = [
        (good.as_str(), LONG, Ok("Kính")),
        (&format!("printf '{TABLE}'"), LONG, Ok("Kính")),
        ("cat >/dev/null; kill -SEGV $$", LONG, Err("signal")),
        ("cat >/dev/null; echo 'Error in pixRead' >&2; exit 1", LONG, Err("Error in pixRead")),
        ("exec sleep 1000", SHORT, Err("too long")),
        ("sleep 1000 & exec sleep 1000", SHORT, Err("too long")),
        ("trap '' TERM PIPE; while :; do :; done", SHORT, Err("too long")),
        ("cat >/dev/null; exec yes", LONG, Err("stop talking")),
        ("cat >/dev/null; exec yes >&2", SHORT, Err("signal")),
        ("cat >/dev/null; echo Segmentation fault", LONG, Err("row 1")),
        ("cat >/dev/null; head -c 4000 /dev/urandom | tr -d '\\n'", LONG, Err("")),
        ("cat >/dev/null", LONG, Err("no page")),
    ];
    for (with_page, patience, expected) in table {
        let folder = TempDir::new().unwrap();
        let reader = tesseract(folder.path(), "osd\\nvie\\n", "exit 0", with_page).with_patience(patience);
        let words = reader.words(page(), 100, 0).await;
        match (&words, expected) {
            (Ok(words), Ok(expected)) => {
                assert_eq!(reading::plain(&words.page), expected, "{with_page}");
                assert_eq!((words.confidence, words.turn, words.turned_by), (96, 0, None));
            }
            (Err(Unread::Page(why)), Err(expected)) => {
                assert!(why.contains(expected), "{with_page}: {why}");
                assert_eq!(reader.with_patience(LONG).look().await, Standing::Ready, "{with_page}");
            }
            _ => panic!("{with_page}: {words:?}"),
        }
    }
}

#[tokio::test]
async fn without_a_reader_that_reads_vietnamese_the_machines_keeper_is_told_the_package() {
    let folder = TempDir::new().unwrap();
    let script = |languages, with_nothing| tesseract(folder.path(), languages, with_nothing, "exit 1");
    let table: [(&str, &dyn Fn() -> Reader, Standing); 5] = [
        ("absent", &|| Reader::new("/nowhere/tesseract"), Standing::Missing),
        ("not in PATH", &|| Reader::new("no-such-tesseract"), Standing::Missing),
        ("English only", &|| script("eng\\nosd\\n", "exit 0"), Standing::NoVietnamese),
        ("cut short", &|| script("vie\\n", "echo 'Failed loading language' >&2; exit 1"), Standing::Broken),
        ("whole", &|| script("eng\\nvie\\n", "exit 0"), Standing::Ready),
    ];
    for (name, reader, expected) in table {
        let reader = reader();
        assert_eq!(Reader::brief(Some(&reader)).state, "off", "nobody looked yet");
        assert_eq!(
            (reader.look().await, reader.is_ready().await),
            (expected, expected == Standing::Ready),
            "{name}"
        );
        let sentence = Reader::brief(Some(&reader)).sentence;
        assert_eq!(sentence.contains("tesseract-ocr-vie"), expected != Standing::Ready, "{name}: {sentence}");
    }
    assert_eq!(Reader::brief(None).state, "off");
    let gone = Reader::new("/nowhere/tesseract").words(page(), 100, 0).await;
    assert!(matches!(gone, Err(Unread::Reader(_))), "not the page's fault: {gone:?}");
    let no_picture = script("vie\\n", "exit 0").words(b"neither".to_vec(), 300, 0).await;
    assert!(matches!(no_picture, Err(Unread::Page(_))), "{no_picture:?}");
}

#[tokio::test]
async fn who_stops_waiting_ends_it_and_all_it_started() {
    let folder = TempDir::new().unwrap();
    // Whoever holds the other end of a pipe is alive: it is opened by the script and what it starts.
    let pipe = folder.path().join("alive");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let with_page = format!("exec 7>{}; sleep 1000 & exec sleep 1000", pipe.display());
    let reader = tesseract(folder.path(), "vie\\n", "exit 0", &with_page);
    let reading = tokio::spawn(async move { reader.words(page(), 100, 0).await });
    let opened = tokio::task::spawn_blocking(move || std::fs::File::open(pipe).unwrap());
    let mut alive = tokio::time::timeout(LONG, opened).await.unwrap().unwrap();
    reading.abort();
    let ended = tokio::task::spawn_blocking(move || alive.read_to_end(&mut Vec::new()).unwrap());
    assert_eq!(tokio::time::timeout(LONG, ended).await.unwrap().unwrap(), 0, "both are gone");
}

/// How many letters differ, as a share of those there should be; spaces count as one.
fn letters_wrong(got: &str, expected: &str) -> f64 {
    let letters =
        |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ").chars().collect::<Vec<_>>();
    let (got, expected) = (letters(got), letters(expected));
    let mut before: Vec<usize> = (0..=expected.len()).collect();
    for (row, letter) in got.iter().enumerate() {
        let mut now = vec![row + 1];
        for (column, wanted) in expected.iter().enumerate() {
            let same = before[column] + usize::from(letter != wanted);
            now.push(same.min(before[column + 1] + 1).min(now[column] + 1));
        }
        before = now;
    }
    before[expected.len()] as f64 / expected.len() as f64
}

#[tokio::test]
async fn the_real_one_reads_a_page_whichever_way_up_it_lies() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/pages");
    let capture = std::fs::read(folder.join("p03.jpg")).unwrap();
    let expected = std::fs::read_to_string(folder.join("p03.txt")).unwrap();
    // To the end of the decision: what comes under it stands in two columns, in an order of its own.
    let body = |text: &str| text.split("./.").next().unwrap().to_owned();
    let reader = Reader::new("tesseract");
    assert_eq!(
        reader.look().await,
        Standing::Ready,
        "tesseract is missing: run `cargo xtask setup`, or install tesseract-ocr-vie and tesseract-ocr"
    );
    for (lies, turned_by) in [(0, None), (180, Some(180))] {
        let words = reader.words(capture.clone(), 300, lies).await.unwrap();
        assert_eq!((words.turned_by, words.turn), (turned_by, 0));
        let wrong = letters_wrong(&body(&reading::plain(&words.page)), &body(&expected));
        assert!(wrong < 0.02 && words.confidence > 85, "{wrong} {}", words.confidence);
        assert_eq!((words.page.width_px, words.page.height_px), (2480, 3508));
    }
}
