// A paper that shall fit in so many MB: what can be chosen, how the box's steps are watched, and what they are called.

import * as box from "../../../api/box";
import type { Paper, ScanFit, SizeStep, Uuid } from "../../../api/types";
import { size } from "../../../kit/words";

const MB = 1_000_000;
const LOOK_MS = 600;

/** What offices above usually take. */
export const PRESETS = [1, 2, 5, 10];

export const STEPS: { step: SizeStep; name: string }[] = [
  { step: "usual", name: "Như thường" },
  { step: "tight", name: "Gọn" },
  { step: "tightest", name: "Gọn nhất" },
];

/** `2,5` or `2.5` as bytes; `null` where it is no size a paper can have. */
export function bytesOf(megabytes: string): number | null {
  const value = Number(megabytes.trim().replace(",", "."));
  return megabytes.trim() && value >= 0.1 && value <= 1000 ? Math.round(value * MB) : null;
}

/** `Gọn nhất, 1,8 MB`; as usual there is nothing to say but the size. */
export function sizeOf({ bytes, made }: Pick<Paper, "bytes" | "made">): string {
  return made && made.step !== "usual" ? `${made.step_name}, ${size(bytes)}` : size(bytes);
}

/** By how much it is larger than what was asked for, for instance because a page came since. */
export function overOf({ bytes, made }: Paper): string | null {
  const most = made?.most_bytes;
  return most && bytes > most ? `quá ${size(bytes - most)} so với ${size(most)} đã chọn` : null;
}

export interface StepLine {
  name: string;
  said: string;
  state: "taken" | "too_large" | "working" | "waiting";
}

/** The three steps, each as far as it is. */
export function lines(fit: ScanFit): StepLine[] {
  const fits = fit.steps.some((tried) => tried.fits);
  return STEPS.map(({ step, name }, at) => {
    const tried = fit.steps.find((tried) => tried.step === step);
    if (tried?.fits) return { name, said: `${size(tried.bytes)}, vừa`, state: "taken" };
    if (tried) return { name, said: `${size(tried.bytes)}, quá ${size(tried.bytes - (fit.most_bytes ?? 0))}`, state: "too_large" };
    if (fit.working && at === fit.steps.length && !fits) return { name, said: "đang ghép…", state: "working" };
    return { name, said: fits ? "không cần" : "chưa thử", state: "waiting" };
  });
}

/** Asks how far it is until it is through. */
export async function watched(first: ScanFit, id: Uuid, onstep: (fit: ScanFit) => void): Promise<ScanFit> {
  let fit = first;
  onstep(fit);
  while (fit.working) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    fit = await box.fitOfScan(id);
    onstep(fit);
  }
  return fit;
}
