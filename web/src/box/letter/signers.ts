// People who are about to be named, in their order.

import type { Uuid } from "../../api/types";

export interface Named {
  person: Uuid;
  name: string;
  title: string;
}

/** With one of them moved up or down by one place; at an end it stays. */
export function moved<T>(list: readonly T[], at: number, by: -1 | 1): T[] {
  const to = at + by;
  const next = [...list];
  const [one] = next.splice(at, 1);
  if (one === undefined || to < 0 || to > next.length) return [...list];
  next.splice(to, 0, one);
  return next;
}
