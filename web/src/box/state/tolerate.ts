// Addresses as others say them: the server's counters name documents by book and state, not by our screens.

export type Params = Record<string, string>;

const DOCUMENTS = ["/letters", "/van-ban"];
const OUTGOING_STATES = ["draft", "approved", "released"];

/** Where an address leads. Documents of one book are its register; what waits in both is "Việc". */
export function tolerate(path: string, query: Params): { path: string; query: Params } {
  const clean = path.length > 1 ? path.replace(/\/+$/, "") : path;
  if (!DOCUMENTS.includes(clean)) return { path: clean, query };
  const { book, ...rest } = query;
  const state = rest["state"];
  if (!book && !state && rest["waiting"]) return { path: "/tasks", query: {} };
  const outgoing = book ? book === "outgoing" : OUTGOING_STATES.includes(state ?? "");
  return { path: outgoing ? "/outgoing" : "/incoming", query: rest };
}

/** The same for an address in one piece. */
export function placeOf(href: string): string {
  const [path = "/", search = ""] = href.split("?");
  return tolerate(path, Object.fromEntries(new URLSearchParams(search))).path;
}
