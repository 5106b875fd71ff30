// How the scan desk asks for a scan: plain words, kept in this browser for the next time.

import type { Colour, Device, ScanOrder, Source } from "../../api/types";

export const SOURCES: Record<Source, string> = {
  flatbed: "Mặt kính (từng tờ)",
  feeder: "Khay nạp, một mặt",
  feeder_duplex: "Khay nạp, hai mặt",
};

export const COLOURS: Record<Colour, string> = {
  colour: "Màu (giữ dấu đỏ)",
  grey: "Xám",
  black_white: "Đen trắng",
};

const KEY = "scan-order";

/** The choices of last time as far as this device still offers them; else the good usual ones. */
export function orderFor(device: Device, before: Partial<ScanOrder>): ScanOrder {
  const pick = <T>(offered: readonly T[], wanted: T | undefined, usual: readonly T[]): T | undefined =>
    wanted !== undefined && offered.includes(wanted) ? wanted : (usual.find((value) => offered.includes(value)) ?? offered[0]);
  return {
    device: device.id,
    source: pick(device.sources, before.source, ["feeder_duplex", "feeder", "flatbed"]) ?? "flatbed",
    colour: pick(device.colours as Colour[], before.colour, ["colour", "grey"]) ?? "colour",
    dpi: pick(device.resolutions_dpi, before.dpi, [300, 200]) ?? 300,
    paper: before.paper ?? "a4",
  };
}

export function remembered(): Partial<ScanOrder> {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<ScanOrder>;
  } catch {
    return {};
  }
}

export function remember(order: ScanOrder): void {
  localStorage.setItem(KEY, JSON.stringify(order));
}
