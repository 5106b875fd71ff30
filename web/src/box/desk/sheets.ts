// What lies on the desk, in words: a scan with its pages, or a file somebody brought, which has pages but perhaps
// no pictures of them.

import type { Feeding, Scan, ScanLine, ScanPage, ScanState } from "../../api/types";
import { moment } from "../../kit/dates";
import { count } from "../../kit/words";

/** How many pages it has, whichever way it came. */
export function pagesOf(scan: Scan | ScanLine): number {
  return scan.pages_total || (scan.paper?.pages ?? 0);
}

/** It did not come from a scanner of ours. */
export function isBrought(scan: Pick<Scan, "from">): boolean {
  return scan.from !== "scanner";
}

/** A paper nobody has pictures of: the browser shows the file itself. */
export function isFileOnly(scan: Scan | ScanLine): boolean {
  return scan.pages_total === 0 && !!scan.paper;
}

/** Whether the machine or a person stopped it before its last sheet. */
export function isStopped(scan: { state: ScanState; from: Scan["from"] }): boolean {
  return (scan.state === "failed" || scan.state === "cancelled") && scan.from === "scanner";
}

/** The scanner has it, or will have it without anybody's hand. */
export function isUnderWay({ state }: { state: ScanState }): boolean {
  return state === "queued" || state === "scanning";
}

/** Its paper has gone where it belongs; nothing about it changes any more. */
export function isOver({ state }: { state: ScanState }): boolean {
  return state === "filed" || state === "discarded" || state === "merged";
}

/** Its pages lie still: they can be moved, turned and put aside. */
export function isAtRest({ state }: { state: ScanState }): boolean {
  return state === "done" || state === "failed" || state === "cancelled";
}

/** A form can take it. */
export function isUsable(scan: Scan | ScanLine): boolean {
  return isAtRest(scan) && pagesOf(scan) > 0;
}

export function nameOf(scan: Scan | ScanLine): string {
  return isBrought(scan) ? scan.device_label : `Bản quét ${moment(scan.started_at)}`;
}

/** `place` counts from 1: the next one to be fed. */
export function queueWords(place: number | null | undefined): string {
  if (!place || place === 1) return "Sắp đến lượt bản này";
  return `Trước bản này còn ${place - 1} bản chờ`;
}

/** One line for the list of the desk. */
export function standing(scan: ScanLine, feeding: Feeding | null): string {
  const pages = `${count(pagesOf(scan))} trang`;
  switch (scan.state) {
    case "queued":
      return `chờ máy quét, thứ ${scan.queue_place ?? 1} trong hàng`;
    case "scanning": {
      const page = feeding?.scan === scan.id ? feeding.page : (scan.feeding?.page ?? scan.pages_total + 1);
      return `đang quét trang ${page}`;
    }
    case "turning":
      return `đã có ${count(scan.pages_total)} mặt trước, chờ quét mặt sau`;
    default:
      if (!isStopped(scan)) return `${pages}, chưa vào sổ`;
      return pagesOf(scan) ? `dừng giữa chừng, còn giữ ${pages}` : "chưa quét được trang nào";
  }
}

/** Tenths of a degree, clockwise, by which a page is made straight. */
export function tenthsOf(page: ScanPage): number {
  return page.straighten ?? page.straight_by;
}

/** By how much a page could be made straight, by what was seen on it; 0 where there is nothing to go by. */
export function straightOf(page: ScanPage): number {
  const seen = Math.round(-10 * (page.seen?.skew_degrees ?? 0));
  const worth = Math.abs(seen) >= LEAST_TENTHS && Math.abs(seen) <= MOST_TENTHS;
  return page.straight_by || (worth ? seen : 0);
}

/** Paper lies no truer in a tray. */
const LEAST_TENTHS = 2;

/** The box straightens no further. */
export const MOST_TENTHS = 100;

/** "0,7°" */
export function degrees(tenths: number): string {
  return `${(Math.abs(tenths) / 10).toFixed(1).replace(".", ",")}°`;
}

/** Every page that carries this flag. */
export function flagged(pages: readonly ScanPage[], code: string): number[] {
  return pages.filter((page) => flagsOf(page).some((flag) => flag.code === code)).map((page) => page.page);
}

interface Flag {
  code: string;
  word: string;
  sentence: string;
  tone: "late" | "wait";
}

const WORDS: Record<string, { word: string; tone: "late" | "wait" }> = {
  "page.blank": { word: "Trang trắng?", tone: "wait" },
  "page.blurred": { word: "Mờ", tone: "late" },
  "page.dark": { word: "Tối", tone: "late" },
  "page.clipped": { word: "Mất mép", tone: "late" },
  "page.crooked": { word: "Lệch", tone: "late" },
  "page.turned": { word: "Nằm ngược?", tone: "wait" },
  "page.same_as_before": { word: "Giống trang trước", tone: "wait" },
};

/** The verdict on a page; a flag of a newer box is shown by its sentence alone. */
export function flagsOf(page: ScanPage): Flag[] {
  return (page.seen?.flags ?? []).map((flag) => {
    return { ...flag, ...(WORDS[flag.code] ?? { word: "Cần xem", tone: "wait" as const }) };
  });
}

/** The short word for a verdict; `null` where the code is not about single pages. */
export function verdictWord(code: string): string | null {
  return WORDS[code]?.word ?? null;
}

const MARKS = { separator: "Tờ ngăn", sheet: "Tờ ngăn của văn bản", stamp: "Tem đến" } as const;

export function markOf(page: ScanPage): string | null {
  return page.seen?.mark ? MARKS[page.seen.mark.kind] : null;
}

interface Local {
  /** An address of this browser's own copy. */
  local: string;
  image: boolean;
}
const locals = new Map<string, Local>();

/** Files brought from this browser are shown from its own copy for as long as the page is open. */
export function keepLocal(paper: string, file: File): Local {
  const local = { local: URL.createObjectURL(file), image: file.type.startsWith("image/") };
  locals.set(paper, local);
  return local;
}

export function localOf(paper: string): Partial<Local> {
  return locals.get(paper) ?? {};
}
