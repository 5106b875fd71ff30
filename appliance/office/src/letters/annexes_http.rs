//! Annexes as a page sees them - in words, with what to do - and the routes that add one and take one away.

use axum::Json;
use axum::extract::{Path, State as Shared};
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::annexes::{Annex, AnnexSeal};
use super::http::{Seen, act};
use super::model::{Act, Letter};
use super::signing_view::{ProofView, failure, moment};
use super::view::LetterView;
use crate::desk::Desk;
use crate::error::Error;
use crate::http::{Office, Payload, Problem};
use crate::rights::Viewer;

pub(super) fn routes() -> OpenApiRouter<Office> {
    OpenApiRouter::new().routes(routes!(add_annex)).routes(routes!(remove_annex))
}

/// An annex in a file of its own.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct AnnexView {
    id: Uuid,
    title: String,
    /// Its file's SHA-256, which is also its address among the document's files.
    name: String,
    pages: u32,
    bytes: u64,
    signed: bool,
    /// Its pages can be shown as pictures.
    pictured: bool,
    by: String,
    /// It may be taken away again.
    removable: bool,
    /// `none`, `requested`, `prepared`, `sealed`, `failed`.
    state: String,
    sentence: Option<String>,
    certificate: Option<Uuid>,
    /// What is known of its signatures.
    proof: Option<ProofView>,
}

impl AnnexView {
    /// In words.
    pub fn of(letter: &Letter, annex: &Annex) -> Self {
        let (state, sentence, certificate) = match &annex.seal {
            AnnexSeal::None if letter.is_sealed() => (
                "none",
                Some("Phụ lục này chưa có chữ ký của cơ quan. Văn thư bấm “Đóng dấu” để ký.".into()),
                None,
            ),
            AnnexSeal::None => ("none", None, None),
            AnnexSeal::Requested { certificate, .. } if !letter.is_sealed() => {
                ("requested", Some("Ký ngay sau khi đóng dấu văn bản chính.".into()), Some(*certificate))
            }
            AnnexSeal::Requested { certificate, prepared: None } => (
                "requested",
                Some("Đang ký. Nếu máy vừa khởi động lại, hãy bấm “Đóng dấu” và gõ lại mã PIN.".into()),
                Some(*certificate),
            ),
            AnnexSeal::Requested { certificate, prepared: Some(_) } => {
                ("prepared", Some("Chờ khóa của đơn vị ký.".into()), Some(*certificate))
            }
            AnnexSeal::Sealed { certificate, at } => {
                let sentence = format!("Đã có chữ ký của cơ quan lúc {}.", moment(*at));
                ("sealed", Some(sentence), Some(*certificate))
            }
            AnnexSeal::Failed { code } => {
                let or = "Không ký được thì bỏ phụ lục này và gửi bằng một văn bản khác.";
                ("failed", Some(format!("{} {or}", failure(code))), None)
            }
        };
        let file = &annex.file;
        Self {
            id: annex.id,
            title: file.title.clone(),
            name: file.paper.name.to_string(),
            pages: file.paper.pages,
            bytes: file.paper.bytes,
            signed: file.paper.signed,
            pictured: file.scan.is_some(),
            by: annex.by.name.clone(),
            removable: annex.is_removable(),
            state: state.into(),
            sentence,
            certificate,
            proof: ProofView::of(letter, file),
        }
    }
}

#[derive(Deserialize, utoipa::ToSchema)]
struct AddAnnex {
    version: u64,
    /// The scan or upload.
    paper: Uuid,
    /// Tên phụ lục; as the file is called where nothing is said.
    #[serde(default)]
    title: String,
}

#[utoipa::path(post, path = "/api/letters/{id}/annexes", operation_id = "letters_add_annex", tag = "letters", params(("id" = Uuid, Path)), request_body = AddAnnex,
    responses((status = 200, body = LetterView), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn add_annex(
    Shared(desk): Shared<Desk>,
    viewer: Viewer,
    Path(id): Path<Uuid>,
    Payload(form): Payload<AddAnnex>,
) -> Result<Json<LetterView>, Error> {
    act(desk, viewer, id, form.version, Act::AddAnnex { paper: form.paper, title: form.title }).await
}

#[utoipa::path(post, path = "/api/letters/{id}/annexes/{annex}/remove", operation_id = "letters_remove_annex", tag = "letters", params(("id" = Uuid, Path), ("annex" = Uuid, Path)), request_body = Seen,
    responses((status = 200, body = LetterView), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn remove_annex(
    Shared(desk): Shared<Desk>,
    viewer: Viewer,
    Path((id, annex)): Path<(Uuid, Uuid)>,
    Payload(form): Payload<Seen>,
) -> Result<Json<LetterView>, Error> {
    act(desk, viewer, id, form.version, Act::RemoveAnnex { annex }).await
}
