// Files on their way to the desk: which lie together, in which order, and what is refused before it travels.

import { size } from "../../../kit/words";

/** What the box takes of one file, in bytes. */
const MOST_BYTES = 64 * 1024 * 1024;
/** How the file dialog filters; whoever drops a file may bring anything, and the box looks inside. */
export const KINDS = "application/pdf,image/jpeg,image/png,image/tiff,.pdf,.jpg,.jpeg,.png,.tif,.tiff,.doc,.docx,.odt,.rtf";

/** Whether it becomes pages that others can be laid behind. */
export const isPicture = (file: { type: string }): boolean => file.type.startsWith("image/");

/** Whether it becomes a PDF on its way. */
export const isWord = (file: { name: string }): boolean => /\.(docx?|odt|rtf)$/i.test(file.name);

/** By name as people count: page 2 before page 10. Hands drop files in any order. */
export function inOrder<T extends { name: string }>(files: readonly T[]): T[] {
  return [...files].sort((one, other) => one.name.localeCompare(other.name, "vi", { numeric: true }));
}

/**
 * The papers that these files make: every PDF is one, and so is every picture, unless all pictures together are the
 * pages of one paper, which then lies where its first page lay.
 */
export function papersOf<T extends { name: string; type: string }>(files: readonly T[], together: boolean): T[][] {
  const ordered = inOrder(files);
  const first = ordered.findIndex(isPicture);
  return ordered.flatMap((file, at) => {
    if (!together || !isPicture(file)) return [[file]];
    return at === first ? [ordered.filter(isPicture)] : [];
  });
}

/** Why the box would refuse it, known before anything is sent; `null` where it may come. */
export function refusalOf(file: { size: number }): string | null {
  if (!file.size) return "Tệp này trống. Hãy xem lại ở nơi đã lưu, hoặc quét lại.";
  if (file.size <= MOST_BYTES) return null;
  return `Tệp nặng ${size(file.size)}, quá mức 64 MB. Hãy quét lại ở mức 300 dpi, hoặc chia thành nhiều tệp.`;
}

/** How far the whole lot is, from 0 to 1: `share` of the file at `at` (from 0) has gone. */
export function shareOf(files: readonly { size: number }[], at: number, share: number): number {
  const all = files.reduce((sum, file) => sum + file.size, 0);
  const before = files.slice(0, at).reduce((sum, file) => sum + file.size, 0);
  return all ? Math.min(1, (before + share * (files[at]?.size ?? 0)) / all) : 0;
}
