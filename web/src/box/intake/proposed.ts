// What the pages seem to say of the columns, and when that is offered: never over what a hand has written.

import type { ScanProposal } from "../../api/types";
import { day } from "../../kit/dates";
import { fold } from "../../kit/words";
import type { Columns } from "./columns";
import { EMPTY } from "./columns";

/** A column the pages may say something of. */
export type Told = "issuing_body" | "reference_code" | "issue_date" | "document_type" | "subject" | "signatory";

/** What is read for a column, if it may be offered: the column is as the blank slip has it, and would change. */
export function offered(items: readonly ScanProposal[], column: Told, columns: Columns): ScanProposal | null {
  const item = items.find((each) => each.column === column);
  const untouched = columns[column] === EMPTY[column];
  return item && untouched && item.value !== columns[column] ? item : null;
}

/** What is read for a column and stands in it, as read or in other words: there is something to show on the page. */
export function standing(items: readonly ScanProposal[], column: Told): ScanProposal | null {
  return items.find((each) => each.column === column) ?? null;
}

/** A name as it was written in the book before, if it is the same but for marks and capitals. */
export function asWritten(value: string, before: readonly string[]): string {
  const wanted = fold(value).replace(/\s+/g, " ").trim();
  return before.find((each) => fold(each).replace(/\s+/g, " ").trim() === wanted) ?? value;
}

/** What a chip says. */
export function readable(item: ScanProposal, types: readonly { value: string; label: string }[] = []): string {
  if (item.column === "issue_date") return day(item.value);
  if (item.column === "document_type") return types.find((type) => type.value === item.value)?.label ?? item.value;
  return item.value;
}
