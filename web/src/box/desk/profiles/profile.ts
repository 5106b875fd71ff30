// A profile as words, and as a form sends it.

import type { Device, Profile, ProfileForm, ScanOrder } from "../../../api/types";
import { COLOURS, paperWord, SOURCES } from "../choices";

/** How it scans, in one line. */
export function inWords({ settings }: Pick<Profile, "settings">): string {
  const source = settings.both_sides_by_hand ? "Khay nạp, hai mặt lật tay" : (SOURCES[settings.source] ?? settings.source);
  const colour = COLOURS[settings.colour] ?? settings.colour;
  return [source, colour, `${settings.dpi} dpi`, paperWord(settings.paper), settings.turn_backs ? "quay mặt sau" : ""].filter(Boolean).join(" · ");
}

/** Whether there are backs that could come out upside down. */
export function hasBacks({ source, both_sides_by_hand }: Pick<ScanOrder, "source" | "both_sides_by_hand">): boolean {
  return source === "feeder_duplex" || (source === "feeder" && !!both_sides_by_hand);
}

/** What is sent: only what goes together with the source it names. */
export function formOf(name: string, order: ScanOrder, device_label: string, button: string): ProfileForm {
  return {
    name: name.trim(),
    device: order.device,
    device_label,
    source: order.source,
    colour: order.colour,
    dpi: order.dpi,
    paper: order.paper,
    both_sides_by_hand: order.source === "feeder" && !!order.both_sides_by_hand,
    turn_backs: hasBacks(order) && !!order.turn_backs,
    button: button || null,
  };
}

/** The buttons to choose from: those of the device, and the one that is bound although the device is away. */
export function buttonsOf(device: Device | undefined, bound: string | null | undefined): string[] {
  const there = device?.buttons ?? [];
  return bound && !there.includes(bound) ? [...there, bound] : [...there];
}
