import { expect, it } from "vitest";
import type { Device } from "../../api/types";
import { orderFor } from "./choices";

const flatbed: Device = { id: "test:0", label: "Máy thử", sources: ["flatbed"], colours: ["grey"], resolutions_dpi: [75, 150] };

it("keeps the choices of last time", () => {
  const order = orderFor({ ...flatbed, sources: ["flatbed", "feeder"], resolutions_dpi: [200, 300] }, { source: "flatbed", dpi: 200 });
  expect(order).toMatchObject({ source: "flatbed", dpi: 200 });
});

it("offers only what the device can do", () => {
  expect(orderFor(flatbed, { source: "feeder", colour: "colour", dpi: 300 })).toEqual({
    device: "test:0",
    source: "flatbed",
    colour: "grey",
    dpi: 75,
    paper: "a4",
  });
});
