// How the scan desk asks for a scan: plain words, and the choices of last time as far as the device has them.

import type { Colour, Device, Profile, ScanOrder, Source } from "../../api/types";

export const SOURCES: Record<Source, string> = {
  flatbed: "Mặt kính",
  feeder: "Khay nạp, một mặt",
  feeder_duplex: "Khay nạp, hai mặt",
};

export const COLOURS: Record<Colour, string> = {
  colour: "Màu (giữ dấu đỏ)",
  grey: "Xám",
  black_white: "Đen trắng",
};

const PAPERS: Record<string, string> = {
  a4: "A4",
  a5: "A5",
  a3: "A3",
  f4: "F4 (folio)",
  letter: "Letter",
  max: "Lớn nhất máy nhận",
};
export const paperWord = (paper: string): string => PAPERS[paper] ?? paper.toUpperCase();

const DPI_WORDS: Record<number, string> = { 200: "nhanh", 300: "nên dùng", 600: "chữ rất nhỏ" };
export const dpiWord = (dpi: number): string => `${dpi}${DPI_WORDS[dpi] ? ` · ${DPI_WORDS[dpi]}` : ""}`;

const KEY = "scan-device";
/** More than any feeder holds; beyond it somebody mistyped. */
const MOST_SHEETS = 1000;

/** The choices of last time as far as this device still offers them; else the good usual ones. */
export function orderFor(device: Device, before: Partial<ScanOrder>): ScanOrder {
  const pick = <T>(offered: readonly T[], wanted: T | null | undefined, usual: readonly T[]): T | undefined =>
    wanted != null && offered.includes(wanted) ? wanted : (usual.find((value) => offered.includes(value)) ?? offered[0]);
  const source: Source = pick<Source>(device.sources, before.source, ["feeder_duplex", "feeder", "flatbed"]) ?? "flatbed";
  return {
    device: device.id,
    source,
    colour: pick(device.colours, before.colour, ["colour", "grey"]) ?? "colour",
    dpi: pick(device.resolutions_dpi, before.dpi, [300, 200]) ?? 300,
    paper: pick(device.papers, before.paper, ["a4"]) ?? "a4",
    both_sides_by_hand: source === "feeder" && !!before.both_sides_by_hand,
    turn_backs: !!before.turn_backs,
    profile: before.profile ?? null,
  };
}

/** Whether the profile says just what is chosen now. */
export function isChosen({ settings }: Profile, order: ScanOrder): boolean {
  return (
    settings.device === order.device &&
    settings.source === order.source &&
    settings.colour === order.colour &&
    settings.dpi === order.dpi &&
    settings.paper === order.paper &&
    (order.source !== "feeder" || settings.both_sides_by_hand === !!order.both_sides_by_hand)
  );
}

/** How many sheets, as typed: nothing typed is no count, `null` is not a count. */
export function sheetsTyped(text: string): number | undefined | null {
  const clean = text.trim();
  if (!clean) return undefined;
  const sheets = /^\d{1,4}$/.test(clean) ? Number(clean) : 0;
  return sheets >= 1 && sheets <= MOST_SHEETS ? sheets : null;
}

/** The scanner this browser used last. */
export function lastDevice(): string | null {
  return localStorage.getItem(KEY);
}

export function rememberDevice(device: string): void {
  localStorage.setItem(KEY, device);
}

/** The one used last, else one that is ready, else any. */
export function firstDevice(devices: readonly Device[], last: string | null): Device | undefined {
  return (
    devices.find((device) => device.id === last && device.state !== "gone") ??
    devices.find((device) => device.state !== "gone") ??
    devices[0]
  );
}
