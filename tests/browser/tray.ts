// The tray of the scanner "Hoa Phượng HP-25" (`tray_sane.c`): a folder whose files are the sheets.
//
//   lay(sample(1), sample(2), JAM, sample(3));    the feeder jams behind the second sheet
//   hold(); ... letRun();                         the paper crawls, so that there is time to look
//
// Sheets are grey, 200 dpi, as the driver wants them.
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, type Page } from '@playwright/test';
import { house } from './house';

export type Sheet = Buffer;
/** In its place among the sheets the feeder jams. */
export const JAM: Sheet = Buffer.alloc(0);
export const SCANNER = 'Hoa Phượng HP-25';

const DPI = 200;
const A4_PIXELS = { width: 1654, height: 2339 };
const MOST_BYTES = 64 << 20;
const dots = (millimetres: number): number => Math.round((millimetres * DPI) / 25.4);
const made = new Map<string, Sheet>();

/** Lays these sheets into the tray, the first on top; what lay there is taken out. */
export function lay(...sheets: Sheet[]): void {
  for (const old of readdirSync(house.tray)) rmSync(join(house.tray, old));
  for (const [at, sheet] of sheets.entries()) {
    const kind = sheet === JAM ? 'jam' : 'pgm';
    writeFileSync(join(house.tray, `${String(at + 1).padStart(4, '0')}.${kind}`), sheet);
  }
}

export function hold(): void {
  writeFileSync(join(house.tray, 'hold'), '');
}

export function letRun(): void {
  rmSync(join(house.tray, 'hold'), { force: true });
}

/** All that lies in the tray becomes a scan, one side of each sheet, grey, at 200 dpi; the walker stands before it. */
export async function scan(page: Page): Promise<void> {
  await page.goto('/desk');
  await page.getByLabel('Máy quét', { exact: true }).selectOption({ label: SCANNER });
  await page.getByText('Khay nạp, một mặt').click();
  // The desk keeps how it was scanned last.
  await page.getByRole('checkbox', { name: /Hai mặt, lật tay/ }).uncheck();
  await page.getByText('Xám', { exact: true }).click();
  await page.getByLabel('Độ nét (dpi)').selectOption('200');
  await page.keyboard.press('F2');
  await expect(page).toHaveURL(/\/desk\/[0-9a-f-]{36}$/);
}

/** A sheet with the sample page of this number, 1 to 4, on it. */
export function sample(number: number): Sheet {
  const file = `../fixtures/pages/p0${number}.jpg`;
  return once(file, () => {
    const grey = tool('ppmtopgm', [], tool('jpegtopnm', ['-quiet', file]));
    return tool('pamscale', ['-quiet', '-width', String(A4_PIXELS.width), '-height', String(A4_PIXELS.height)], grey);
  });
}

/** What comes out of the printer when this page is printed, a sheet for each. */
export async function printed(page: Page): Promise<Sheet[]> {
  const pdf = await page.pdf({ preferCSSPageSize: true });
  const pages = Number(/^Pages:\s+(\d+)/m.exec(tool('pdfinfo', ['-'], pdf).toString())?.[1]);
  return Array.from({ length: pages }, (_, at) =>
    tool('pdftoppm', ['-gray', '-r', String(DPI), '-f', String(at + 1), '-l', String(at + 1), '-singlefile', '-'], pdf),
  );
}

/** The sheet drawn in askew, so many degrees anticlockwise. */
export function crooked(sheet: Sheet, degrees: number): Sheet {
  const { width, height } = A4_PIXELS;
  const larger = tool('pnmrotate', ['-background=white', String(degrees)], sheet);
  const [across, down] = sizeOf(larger).map(Number) as [number, number];
  const [left, top] = [Math.round((across - width) / 2), Math.round((down - height) / 2)];
  return tool('pamcut', ['-left', String(left), '-top', String(top), '-width', String(width), '-height', String(height)], larger);
}

/** The sheet laid in head downwards. */
export const upsideDown = (sheet: Sheet): Sheet => tool('pamflip', ['-rotate180'], sheet);

/** What nothing can make small: no two points of this sheet know of each other. */
export function grains(): Sheet {
  const { width, height } = A4_PIXELS;
  return Buffer.concat([Buffer.from(`P5\n${width} ${height}\n255\n`), randomBytes(width * height)]);
}

interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** The sheet with a piece of another stuck on it; all lengths in millimetres. */
export function stuckOn(sheet: Sheet, from: Sheet, piece: Box, at: { left: number; top: number }): Sheet {
  const { left, top, width, height } = piece;
  const cut = ['-left', String(dots(left)), '-top', String(dots(top)), '-width', String(dots(width)), '-height', String(dots(height))];
  const label = join(house.tray, 'label.tmp');
  writeFileSync(label, tool('pamcut', cut, from));
  const whole = tool('pnmpaste', [label, String(dots(at.left)), String(dots(at.top))], sheet);
  rmSync(label);
  return whole;
}

const sizeOf = (sheet: Sheet): string[] => /^P5\s+(\d+)\s+(\d+)/.exec(sheet.subarray(0, 64).toString('latin1'))?.slice(1) ?? [];

function once(name: string, make: () => Sheet): Sheet {
  const sheet = made.get(name) ?? make();
  made.set(name, sheet);
  return sheet;
}

const tool = (program: string, words: string[], input?: Buffer): Buffer => execFileSync(program, words, { input, maxBuffer: MOST_BYTES });

