//! The two kinds of answers that are no success: to a box in the words of [`wire::calls::code`], to the
//! operator's page as a Vietnamese sentence. A fault is logged here, once, and nowhere else.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use uuid::Uuid;
use wire::calls::{Problem, code};

use crate::Fault;

const PROBLEM_JSON: HeaderValue = HeaderValue::from_static("application/problem+json");

/// What a box is told.
#[derive(Debug, Clone)]
pub(crate) struct BoxProblem {
    status: StatusCode,
    problem: Problem,
}

impl BoxProblem {
    pub(crate) fn new(status: StatusCode, code: &str, detail: impl Into<String>) -> Self {
        Self { status, problem: Problem { code: code.to_owned(), detail: detail.into(), expected: None } }
    }

    pub(crate) fn invalid(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, code::INVALID, detail)
    }

    pub(crate) fn too_large(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, code::TOO_LARGE, detail)
    }

    pub(crate) fn no_session() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, code::SESSION, "open a session first")
    }

    pub(crate) fn expecting(mut self, seq: u64) -> Self {
        self.problem.expected = Some(seq);
        self
    }
}

impl From<Fault> for BoxProblem {
    fn from(fault: Fault) -> Self {
        if fault.is_disk_full() {
            tracing::error!("disk full: {fault}");
            return Self::new(StatusCode::INSUFFICIENT_STORAGE, code::FULL, "the hub's disk is full");
        }
        let incident = incident(&fault);
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, code::FAULT, format!("incident {incident}"))
    }
}

impl IntoResponse for BoxProblem {
    fn into_response(self) -> Response {
        (self.status, [(header::CONTENT_TYPE, PROBLEM_JSON)], Json(self.problem)).into_response()
    }
}

/// What the operator is told.
#[derive(Debug)]
pub(crate) struct PageProblem {
    status: StatusCode,
    code: &'static str,
    detail: String,
    incident: Option<String>,
}

impl PageProblem {
    pub(crate) fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self { status, code, detail: detail.into(), incident: None }
    }

    pub(crate) fn not_found() -> Self {
        let detail = "Không tìm thấy. Hãy tải lại trang và chọn lại trong danh sách.";
        Self::new(StatusCode::NOT_FOUND, "not_found", detail)
    }
}

impl From<Fault> for PageProblem {
    fn from(fault: Fault) -> Self {
        if fault.is_disk_full() {
            tracing::error!("disk full: {fault}");
            let detail = "Ổ đĩa của máy chủ đã đầy nên chưa ghi được. Hãy giải phóng dung lượng rồi làm lại.";
            return Self::new(StatusCode::INSUFFICIENT_STORAGE, "fault.disk_full", detail);
        }
        let detail =
            "Máy chủ gặp lỗi nên chưa làm được. Hãy thử lại; nếu vẫn lỗi, báo cho bộ phận kỹ thuật mã sự cố.";
        let mut problem = Self::new(StatusCode::INTERNAL_SERVER_ERROR, "fault", detail);
        problem.incident = Some(incident(&fault));
        problem
    }
}

impl IntoResponse for PageProblem {
    fn into_response(self) -> Response {
        let mut body = json!({
            "type": "about:blank",
            "title": self.status.canonical_reason().unwrap_or_default(),
            "status": self.status.as_u16(),
            "code": self.code,
            "detail": self.detail,
        });
        if let Some(incident) = self.incident {
            body["incident"] = incident.into();
        }
        (self.status, [(header::CONTENT_TYPE, PROBLEM_JSON)], Json(body)).into_response()
    }
}

/// Logs a fault under a number a person can read out.
fn incident(fault: &Fault) -> String {
    let incident = Uuid::new_v4().simple().to_string()[..8].to_owned();
    tracing::error!(incident, "{fault}");
    incident
}
