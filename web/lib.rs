//! The built pages, embedded: [`page`] answers for the box, [`hub`] for the hub.
//!
//! Both are one-page programs over one folder of assets, so a path without a file extension is a place *inside*
//! the page and gets the page itself; the page then shows that place. A path with an extension that is not there
//! is truly missing: answering it with HTML would hide a stale script behind a syntax error.
//!
//! ```
//! let start = web::page("/").expect("the page is always embedded");
//! assert!(start.content_type.starts_with("text/html"));
//! assert_eq!(web::page("/letters/42").map(|asset| asset.etag), Some(start.etag));
//! assert!(web::page("/assets/gone.js").is_none());
//! ```

#![forbid(unsafe_code)]

use std::borrow::Cow;

use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "dist"]
struct Dist;

/// The two programs; any other page, like the guide, is a document for everybody.
const PROGRAMS: [&str; 2] = ["index.html", "hub.html"];

/// One file as it goes to the browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asset {
    /// The file.
    pub bytes: Cow<'static, [u8]>,
    /// For `Content-Type`, with the character set where it is text.
    pub content_type: String,
    /// For `ETag`, quotes included; changes with the bytes.
    pub etag: String,
    /// Whether the name carries a hash of the content, so that a browser may keep it for a year.
    pub immutable: bool,
}

/// The file of the box's page at this path of a request (`/`, `/letters/…`, `/assets/….js`). `None`: 404.
pub fn page(path: &str) -> Option<Asset> {
    find(path, "index.html")
}

/// The same for the hub's page.
pub fn hub(path: &str) -> Option<Asset> {
    find(path, "hub.html")
}

fn find(path: &str, entry: &str) -> Option<Asset> {
    let name = path.trim_start_matches('/');
    let last = name.rsplit('/').next().unwrap_or_default();
    if !last.contains('.') {
        return read(entry);
    }
    // Each program has its own page: the other's is not served under its file name.
    if PROGRAMS.contains(&name) && name != entry {
        return None;
    }
    read(name)
}

fn read(name: &str) -> Option<Asset> {
    let file = Dist::get(name)?;
    let hash: String = file.metadata.sha256_hash()[..16].iter().map(|byte| format!("{byte:02x}")).collect();
    let kind = file.metadata.mimetype();
    let text = kind.starts_with("text/") || kind.ends_with("javascript") || kind.ends_with("json");
    Some(Asset {
        bytes: file.data,
        content_type: if text { format!("{kind}; charset=utf-8") } else { kind.to_owned() },
        etag: format!("\"{hash}\""),
        immutable: name.starts_with("assets/"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_inside_the_page_is_the_page_and_a_missing_file_is_missing() {
        for (path, found) in [
            ("/", true),
            ("", true),
            ("/index.html", true),
            ("/incoming", true),
            ("/letters/0193-a", true),
            ("/huong-dan.html", true),
            ("/hub.html", false),
            ("/assets/gone.js", false),
            ("/../Cargo.toml", false),
        ] {
            assert_eq!(page(path).is_some(), found, "{path}");
        }
        assert!(hub("/").is_some() && hub("/index.html").is_none());
    }

    #[test]
    fn pages_are_utf8_html_and_never_immutable() {
        let start = page("/").expect("embedded");
        assert_eq!(start.content_type, "text/html; charset=utf-8");
        assert!(!start.immutable && start.etag.starts_with('"'));
    }
}
