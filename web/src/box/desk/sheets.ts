// What lies on the desk: a scan with its pages, or a file somebody brought, which has pages but no pictures of them.

import type { Scan } from "../../api/types";

/** How many pages it has, whichever way it came. */
export function pagesOf(scan: Scan): number {
  return scan.pages.length || (scan.paper?.pages ?? 0);
}

export function isBrought(scan: Scan): boolean {
  return scan.pages.length === 0 && !!scan.paper;
}

/** Whether the machine or a person stopped it before its last sheet. */
export function isStopped(scan: Scan): boolean {
  return scan.state === "failed" || scan.state === "cancelled";
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
