//! Errors at the edge: one place turns them into problem JSON, and logs a fault once, under the number its finder sees.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Refusal};

/// The body of every answer that is not a success (RFC 9457).
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Problem {
    /// `about:blank`: `code` tells the kinds apart.
    #[serde(rename = "type")]
    pub kind: String,
    /// The status in words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// Stable name for programs: `letter.duplicate`.
    pub code: String,
    /// What happened and what to do next, in Vietnamese.
    pub detail: String,
    /// Sentences that belong beside one field.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, String>,
    /// Under which number the log has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incident: Option<String>,
    /// With `letter.duplicate`: the document that is in the book.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub existing: Option<serde_json::Value>,
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let status = StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
        Self {
            kind: "about:blank".into(),
            title: status.canonical_reason().unwrap_or_default().into(),
            status: status.as_u16(),
            code: refusal.code.into(),
            detail: refusal.detail,
            fields: refusal.fields.into_iter().map(|(field, sentence)| (field.into(), sentence)).collect(),
            incident: None,
            existing: refusal
                .extra
                .and_then(|mut extra| extra.get_mut("existing").map(serde_json::Value::take)),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(self)).into_response();
        response
            .headers_mut()
            .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        response
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        Problem::from(self).into_response()
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        Problem::from(self).into_response()
    }
}

/// A fault is logged here, once.
impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::Refusal(refusal) => refusal.into(),
            Error::Fault(fault) if fault.is_disk_full() => {
                let full = Refusal::new(
                    "disk.full",
                    507,
                    "Ổ đĩa của máy đã đầy nên chưa ghi được. Những gì đã vào sổ vẫn còn nguyên. Hãy báo người phụ trách CNTT dọn chỗ rồi làm lại.",
                );
                incident(full, &fault.to_string())
            }
            fault => {
                let broken = Refusal::new(
                    "fault",
                    500,
                    "Máy gặp lỗi nên chưa làm được việc này; những gì đã vào sổ vẫn còn nguyên. Hãy thử lại; nếu vẫn lỗi, báo số sự cố cho người phụ trách CNTT.",
                );
                incident(broken, &fault.to_string())
            }
        }
    }
}

fn incident(refusal: Refusal, fault: &str) -> Problem {
    let number = uuid::Uuid::now_v7().simple().to_string()[20..].to_uppercase();
    tracing::error!(incident = %number, code = refusal.code, "{fault}");
    Problem { incident: Some(number), ..Problem::from(refusal) }
}

/// A JSON body; what cannot be read is refused in Vietnamese.
pub struct Payload<T>(pub T);

impl<S: Send + Sync, T: serde::de::DeserializeOwned> FromRequest<S> for Payload<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        match Json::<T>::from_request(request, state).await {
            Ok(Json(value)) => Ok(Self(value)),
            Err(JsonRejection::BytesRejection(rejection))
                if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE =>
            {
                Err(Refusal::new(
                    "request.too_large",
                    413,
                    "Nội dung gửi lên quá dài. Hãy rút ngắn rồi gửi lại.",
                ))
            }
            Err(rejection) => {
                tracing::debug!("unreadable request body: {}", rejection.body_text());
                Err(Refusal::new(
                    "request.invalid",
                    400,
                    "Trang gửi lên nội dung máy không hiểu. Hãy tải lại trang rồi làm lại.",
                ))
            }
        }
    }
}
