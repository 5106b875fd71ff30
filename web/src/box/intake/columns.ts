// The columns a person writes, in both books: as a form holds them, as the box takes them, as a document has them.

import type { IncomingDraft, Letter, OutgoingDraft, Urgency } from "../../api/types";

export interface Columns {
  issuing_body: string;
  reference_code: string;
  issue_date: string;
  document_type: string;
  subject: string;
  recipients: string;
  signatory: string;
  field: string;
  urgency: Urgency;
  due_date: string;
  copies: string;
  note: string;
}

export const EMPTY: Columns = {
  issuing_body: "", reference_code: "", issue_date: "", document_type: "official_letter", subject: "", recipients: "",
  signatory: "", field: "", urgency: "normal", due_date: "", copies: "", note: "",
};

/** The sentences beside columns. */
export type Errors = Partial<Record<keyof Columns, string>>;

const common = ({ document_type, subject, signatory, urgency, due_date, copies, note }: Columns) => ({
  document_type,
  subject,
  signatory,
  urgency,
  due_date: due_date || null,
  copies: Number(copies) || undefined,
  note,
});

export function incomingDraft(columns: Columns): IncomingDraft {
  const { issuing_body, reference_code, issue_date } = columns;
  return { book: "incoming", issuing_body, reference_code, issue_date: issue_date || null, secrecy: "none", ...common(columns) };
}

export function outgoingDraft(columns: Columns): OutgoingDraft {
  return { book: "outgoing", recipients: columns.recipients, field: columns.field, ...common(columns) };
}

export function columnsOf(letter: Letter): Columns {
  const { issuing_body, reference_code, document_type, subject, recipients, signatory, field, urgency, note } = letter;
  return {
    issuing_body, reference_code, document_type, subject, recipients, signatory, field, urgency, note,
    issue_date: letter.issue_date ?? "",
    due_date: letter.due_date ?? "",
    copies: letter.copies ? String(letter.copies) : "",
  };
}

/**
 * What is typed, when the document it was filled `from` meanwhile stands as `now`: a column no hand has touched takes
 * what stands there now. `clash` where somebody else wrote another thing in a column that was touched.
 */
export function carriedOver(typed: Columns, from: Columns, now: Columns): { columns: Columns; clash: boolean } {
  const columns: Columns = { ...typed };
  let clash = false;
  for (const name of Object.keys(from) as (keyof Columns)[]) {
    if (typed[name] === from[name]) Object.assign(columns, { [name]: now[name] });
    else if (now[name] !== from[name] && now[name] !== typed[name]) clash = true;
  }
  return { columns, clash };
}
