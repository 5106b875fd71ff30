// What both intake forms share: the lists behind their fields, the paper they were opened with, their draft.

import * as box from "../../api/box";
import type { DocumentType, Paper, ScanPage } from "../../api/types";
import { isFileOnly, localOf, nameOf } from "../desk/sheets";
import { documentTypes } from "../state/lists";

/** A paper chosen for a form: on the box already, and how it can be shown meanwhile. */
export interface Picked {
  paper: Paper;
  title: string;
  /** The scan whose pages show it. */
  scan?: { id: string; pages: ScanPage[] };
  /** Where the file itself can be shown from: this browser's copy, or the box. */
  local?: string;
  image?: boolean;
}

/** The document that is in the book already, as a refusal names it. */
export type Existing = { id: string; number_text: string; subject: string; entered_on: string | null } | undefined;

export const URGENCIES = [
  { value: "normal", label: "Thường" },
  { value: "urgent", label: "Khẩn" },
  { value: "very_urgent", label: "Thượng khẩn" },
  { value: "flash", label: "Hỏa tốc" },
] as const;

export function choices(types: DocumentType[]): { value: string; label: string }[] {
  return types.map((type) => ({ value: type.id, label: type.name + (type.abbreviation ? ` (${type.abbreviation})` : "") }));
}

export async function typeChoices(): Promise<{ value: string; label: string }[]> {
  return choices(await documentTypes());
}

/** The scan named in the address, put together as a paper. */
export async function paperOfScan(id: string): Promise<Picked> {
  const { paper } = await box.composeScan(id);
  const scan = await box.scan(id).catch(() => null);
  if (!scan) return { paper, title: "Bản quét" };
  if (isFileOnly(scan)) return { paper, title: nameOf(scan), local: box.scanPaperAddress(id), ...localOf(id) };
  return { paper, title: nameOf(scan), scan: { id, pages: scan.pages } };
}

/** Issuers (or recipients) written before, most recent first, each once. */
export async function written(book: "incoming" | "outgoing"): Promise<string[]> {
  const page = await box.letters({ book, limit: 100 });
  const values = page.items.map((letter) => (book === "incoming" ? letter.issuing_body : letter.recipients));
  return [...new Set(values.filter(Boolean))];
}
