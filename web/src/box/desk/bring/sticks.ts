// What lies on a stick, as it is looked for: by words without marks, in any order.

import type { OnStick } from "../../../api/types";
import { matches } from "../../../kit/words";

/** The folder a file lies in, as the stick has it; empty at its top. */
export function folderOf({ path, name }: Pick<OnStick, "path" | "name">): string {
  return path.slice(0, -name.length).replace(/\/$/, "");
}

export function found(files: readonly OnStick[], wanted: string): OnStick[] {
  return files.filter((file) => matches(file.path, wanted));
}

/** Those of the chosen that are still on the stick, in the order they are shown. */
export function stillThere(files: readonly OnStick[], chosen: ReadonlySet<string>): OnStick[] {
  return files.filter((file) => chosen.has(file.path));
}
