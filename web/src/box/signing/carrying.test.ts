import { expect, it } from "vitest";
import type { Letter } from "../../api/types";
import { awaited, exported, fitting, imported } from "./carrying";
import type { HelperKey } from "./helper";

const key = (id: string, certificate: string | null): HelperKey => ({
  id, certificate, label: id, chain: null, pinElsewhere: false, holder: { file: id },
});

it("offers the key that was asked for before files that do not say whose they are, and no other token", () => {
  const keys = [key("file", null), key("other", "bb"), key("hers", "aa")];
  expect(fitting(keys, "aa").map((each) => each.id)).toEqual(["hers", "file"]);
});

it("writes what another program has to sign in hexadecimal", async () => {
  const blob = exported({ document: "12/QĐ", digest: "00ff", attributes: "MII=", certificate: "aa", prepared: "pp" });
  expect(JSON.parse(await blob.text())).toEqual({ document: "12/QĐ", digest: "00ff", attributes: "3082", certificate: "aa", prepared: "pp" });
});

it("takes a CMS as DER or as PEM, and a bare signature for what it is", async () => {
  const cms = new Uint8Array([0x30, 0x0b, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02]);
  expect(await imported(new File([cms], "a.p7s"))).toEqual({ cms: "MAsGCSqGSIb3DQEHAg==" });
  expect(await imported(new File([new Uint8Array([0x30, 0x82])], "a.sig"))).toEqual({ signature: "MII=" });
  const pem = "-----BEGIN CMS-----\nMII=\n-----END CMS-----\n";
  expect(await imported(new File([pem], "a.pem"))).toEqual({ cms: pem });
});

it("asks only the holder for her key, and the clerk for the unit's", () => {
  const letter = {
    signatures: [{ signer_id: "head", certificate: "c1", state: "prepared" }],
    seal: { state: "none" },
  } as unknown as Letter;
  expect(awaited(letter, { id: "head", role: "head" })).toBe("c1");
  expect(awaited(letter, { id: "clerk", role: "clerk" })).toBeNull();
  const sealing = { signatures: [], seal: { state: "prepared", certificate: "c2" } } as unknown as Letter;
  expect(awaited(sealing, { id: "clerk", role: "clerk" })).toBe("c2");
  expect(awaited(sealing, { id: "head", role: "head" })).toBeNull();
});
