import * as box from "../../api/box";
import type { Uuid } from "../../api/types";

/**
 * Takes a scan out of the queue; one without a page does not stay on the desk. Whether it is gone: its turn may have come
 * meanwhile, and what has pages is kept.
 */
export async function leaveQueue(id: Uuid): Promise<boolean> {
  const left = await box.cancelScan(id);
  if (left.state !== "cancelled" || left.pages_total || left.bin.length) return false;
  await box.discardScan(id);
  return true;
}
