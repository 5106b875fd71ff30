//! Route of the books.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use wire::Book;

use crate::desk::Desk;
use crate::error::Error;
use crate::http::{Office, Problem};
use crate::letters::given::series;
use crate::letters::view::BookName;
use crate::rights::{Actor, Role, Viewer};

/// The route.
pub fn routes() -> OpenApiRouter<Office> {
    OpenApiRouter::new().routes(routes!(list))
}

/// A book's cover.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct BookView {
    book: BookName,
    year: i32,
    /// Its last number, which is also how many lines it has: a book has no gaps.
    last_number: u64,
}

#[utoipa::path(get, path = "/api/books", operation_id = "list_books", tag = "letters",
    responses((status = 200, body = Vec<BookView>), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn list(State(desk): State<Desk>, viewer: Viewer) -> Result<Json<Vec<BookView>>, Error> {
    Actor::Person(viewer).must_be(&[Role::Clerk, Role::Head, Role::Teacher])?;
    let this_year = chrono::Datelike::year(&desk.now().in_vietnam());
    desk.read(move |rows| {
        let mut books = Vec::new();
        for year in (this_year - 1..=this_year).rev() {
            for book in [Book::Incoming, Book::Outgoing] {
                let last_number = rows.last_number(series(book), year)?;
                if last_number > 0 || year == this_year {
                    books.push(BookView { book: book.into(), year, last_number });
                }
            }
        }
        Ok(Json(books))
    })
    .await
}
