import { expect, it } from "vitest";
import type { Device, Profile } from "../../api/types";
import { firstDevice, isChosen, orderFor, sheetsTyped } from "./choices";

const flatbed: Device = {
  id: "usb:1",
  label: "Máy thử",
  state: "ready",
  sentence: "Sẵn sàng.",
  sources: ["flatbed"],
  colours: ["grey"],
  resolutions_dpi: [75, 150],
  papers: ["a5", "max"],
  buttons: [],
};
const feeder: Device = {
  ...flatbed,
  id: "usb:2",
  sources: ["flatbed", "feeder"],
  colours: ["colour", "grey"],
  resolutions_dpi: [200, 300, 600],
  papers: ["a4", "f4", "max"],
};

it("keeps the choices of last time", () => {
  const last = { source: "feeder", colour: "grey", dpi: 200, paper: "f4", both_sides_by_hand: true } as const;
  expect(orderFor(feeder, last)).toMatchObject({ device: "usb:2", ...last });
});

it("offers only what the device can do", () => {
  const last = { source: "feeder", colour: "colour", dpi: 300, paper: "a3", both_sides_by_hand: true } as const;
  expect(orderFor(flatbed, last)).toMatchObject({ source: "flatbed", colour: "grey", dpi: 75, paper: "a5", both_sides_by_hand: false });
});

it("begins with what a school uses most", () => {
  expect(orderFor(feeder, {})).toMatchObject({ source: "feeder", colour: "colour", dpi: 300, paper: "a4" });
});

it("shows which remembered way is chosen, until something is set otherwise", () => {
  const order = orderFor(feeder, {});
  const settings = { ...order, device_label: "Máy thử", both_sides_by_hand: false, turn_backs: false };
  const profile: Profile = { id: "p", name: "Công văn", settings, version: 1 };
  expect(isChosen(profile, order)).toBe(true);
  expect(isChosen(profile, { ...order, dpi: 600 })).toBe(false);
  expect(isChosen(profile, { ...order, both_sides_by_hand: true })).toBe(false);
});

it.each([
  ["", undefined],
  ["  ", undefined],
  ["12", 12],
  ["1000", 1000],
  ["0", null],
  ["1001", null],
  ["mười", null],
  ["-3", null],
])("takes %j typed as so many sheets", (typed, sheets) => expect(sheetsTyped(typed)).toBe(sheets));

it("goes to the scanner used last, unless it was unplugged", () => {
  expect(firstDevice([flatbed, feeder], "usb:2")).toBe(feeder);
  expect(firstDevice([flatbed, { ...feeder, state: "gone" }], "usb:2")).toBe(flatbed);
  expect(firstDevice([{ ...feeder, state: "gone" }], null)?.id).toBe("usb:2");
  expect(firstDevice([], "usb:2")).toBeUndefined();
});
