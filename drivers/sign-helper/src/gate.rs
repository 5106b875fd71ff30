//! Who is let in, by the headers alone. See the table in the crate's head.

use hyper::HeaderMap;
use hyper::header::{self, HeaderName, HeaderValue};

const ASKS_PRIVATE: HeaderName = HeaderName::from_static("access-control-request-private-network");
const ALLOWS_PRIVATE: HeaderName = HeaderName::from_static("access-control-allow-private-network");

/// Whether a request was meant for this helper and not for a name that was turned to loopback.
pub(crate) fn is_our_host(headers: &HeaderMap, port: u16) -> bool {
    let Some(host) = only(headers, header::HOST) else { return false };
    ["127.0.0.1", "[::1]", "localhost"]
        .iter()
        .any(|ours| host.strip_prefix(ours).is_some_and(|rest| rest == format!(":{port}")))
}

/// The page a request comes from, if a browser says so and it can be one.
pub(crate) fn origin(headers: &HeaderMap) -> Option<&str> {
    let origin = only(headers, header::ORIGIN)?;
    let host = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"))?;
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']');
    (!host.is_empty() && host.len() < 256 && host.chars().all(plain)).then_some(origin)
}

/// The pairing secret of a request.
pub(crate) fn secret(headers: &HeaderMap) -> Option<&str> {
    only(headers, header::AUTHORIZATION)?.strip_prefix("Bearer ")
}

/// Whether the body is JSON: a page can send anything else without the browser asking first.
pub(crate) fn is_json(headers: &HeaderMap) -> bool {
    let said = only(headers, header::CONTENT_TYPE).unwrap_or_default();
    said.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
}

/// What lets a browser show an answer to its page.
pub(crate) fn allow(answer: &mut HeaderMap, origin: &str) {
    if let Ok(origin) = HeaderValue::from_str(origin) {
        answer.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    }
    answer.insert(header::VARY, HeaderValue::from_static("Origin"));
}

/// What a browser asks before it sends.
pub(crate) fn allow_ahead(answer: &mut HeaderMap, asked: &HeaderMap) {
    answer.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST"));
    answer.insert(
        header::ACCESS_CONTROL_ALLOW_HEADERS,
        HeaderValue::from_static("authorization, content-type"),
    );
    answer.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    if asked.contains_key(ASKS_PRIVATE) {
        answer.insert(ALLOWS_PRIVATE, HeaderValue::from_static("true"));
    }
}

/// A header that is there once; twice is an attempt.
fn only(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(name: HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
    }

    #[test]
    fn only_loopback_with_our_port_is_our_host() {
        for host in ["127.0.0.1:9163", "[::1]:9163", "localhost:9163"] {
            assert!(is_our_host(&with(header::HOST, host), 9163), "{host}");
        }
        let others = [
            "127.0.0.1",
            "127.0.0.1:80",
            "127.0.0.1.evil.example:9163",
            "evil.example:9163",
            "localhost.evil.example:9163",
            "127.0.0.1:9163.evil.example",
            "",
        ];
        for host in others {
            assert!(!is_our_host(&with(header::HOST, host), 9163), "{host}");
        }
        assert!(!is_our_host(&HeaderMap::new(), 9163));
        let mut twice = with(header::HOST, "127.0.0.1:9163");
        twice.append(header::HOST, HeaderValue::from_static("evil.example:9163"));
        assert!(!is_our_host(&twice, 9163));
    }

    #[test]
    fn an_origin_is_a_page_with_a_name() {
        for page in ["http://vanthu.local", "https://192.168.1.5:8443", "http://[fe80::1]:80"] {
            assert_eq!(origin(&with(header::ORIGIN, page)), Some(page));
        }
        for other in ["null", "", "http://", "file://", "chrome-extension://abc", "http://a/b", "http://a b"]
        {
            assert_eq!(origin(&with(header::ORIGIN, other)), None, "{other}");
        }
    }
}
