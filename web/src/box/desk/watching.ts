// Which pages of a scan under way must be asked for again, and how the answer joins what is known.

import type { Scan } from "../../api/types";

/** Verdicts come a little after their page; while pages come, nobody waits for one further back. */
const VERDICTS_WITHIN = 40;

/** The place to ask from: the last page known, or the first that waits for its verdict. */
export function askFrom(known: Scan): number {
  const last = known.pages.length;
  const near = known.state === "scanning" ? Math.max(0, last - VERDICTS_WITHIN) : 0;
  const waiting = known.pages.slice(near).findIndex((page) => !page.seen);
  return Math.max(1, waiting < 0 ? last : near + waiting + 1);
}

/**
 * The whole scan after an answer that holds its pages from a place on. `null` when what lies before that place may
 * have changed, too, so that all must be asked for.
 */
export function joined(known: Scan, from: number, answer: Scan): Scan | null {
  const before = known.pages.slice(0, from - 1);
  const pages = [...before, ...answer.pages];
  if (pages.length !== answer.pages_total || answer.state !== known.state) return null;
  const overlap = known.pages.slice(from - 1);
  const asBefore = overlap.every((page, at) => {
    const now = answer.pages[at];
    return now?.page === page.page && now.turn === page.turn && now.opens === page.opens;
  });
  const came = pages.length - known.pages.length;
  // Each page raises the version by one; anything more was somebody's edit of pages we did not ask for.
  const explained = answer.version - known.version === came;
  return asBefore && explained ? { ...answer, pages } : null;
}
