// Where arrival stamps lie on a sheet of A4; the box's PDFs have the same sheets under the same ids. All lengths are millimetres from the sheet's upper left corner.

import type { LabelSheet } from "../../../api/types";

/** A stamp as the decree has it (30/2020, appendix IV). */
export const STAMP = { width: 50, height: 35 };

export interface Labels {
  id: LabelSheet;
  name: string;
  columns: number;
  rows: number;
  /** The first label's corner. */
  left: number;
  top: number;
  /** From one label to the next. */
  across: number;
  down: number;
  /** The label itself; on plain paper the stamp. */
  width: number;
  height: number;
}

export const SHEETS: readonly [Labels, ...Labels[]] = [
  { id: "plain", name: "Giấy thường, cắt theo khung (3 × 7)", columns: 3, rows: 7, left: 20, top: 13, across: 60, down: 39.33, width: 50, height: 35 },
  { id: "52x35", name: "Nhãn dán 52,5 × 35 mm (4 × 8)", columns: 4, rows: 8, left: 0, top: 8.5, across: 52.5, down: 35, width: 52.5, height: 35 },
  { id: "70x37", name: "Nhãn dán 70 × 37 mm (3 × 8)", columns: 3, rows: 8, left: 0, top: 0.5, across: 70, down: 37, width: 70, height: 37 },
];

export const perSheet = ({ columns, rows }: Labels): number => columns * rows;

interface Spot {
  left: number;
  top: number;
}

/** The stamp's corner on the label at `place`, counted from 0 along the rows; the stamp lies in the label's middle. */
export function spotOf(labels: Labels, place: number): Spot {
  const [row, column] = [Math.floor(place / labels.columns), place % labels.columns];
  return {
    left: labels.left + column * labels.across + (labels.width - STAMP.width) / 2,
    top: labels.top + row * labels.down + (labels.height - STAMP.height) / 2,
  };
}

/** The stamps sheet by sheet, beginning at the label `first` (from 1) of the first; those before were used up earlier. */
export function laidOut<T>(labels: Labels, stamps: readonly T[], first: number): (Spot & { stamp: T })[][] {
  const most = perSheet(labels);
  const skipped = Math.min(Math.max(1, first), most) - 1;
  const sheets: (Spot & { stamp: T })[][] = [];
  for (const [index, stamp] of stamps.entries()) {
    const at = index + skipped;
    (sheets[Math.floor(at / most)] ??= []).push({ stamp, ...spotOf(labels, at % most) });
  }
  return sheets;
}

/** A whole number as typed, from 1 to `most`; `null` where it is none. */
export function numberTyped(text: string, most: number): number | null {
  const value = /^\d{1,4}$/.test(text.trim()) ? Number(text.trim()) : 0;
  return value >= 1 && value <= most ? value : null;
}
