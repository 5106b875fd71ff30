// What goes to a key that is elsewhere, and what comes back from it.

import * as box from "../../api/box";
import type { Letter, SigningDigest, Uuid } from "../../api/types";
import { type HelperKey, hexOfBase64, signAll } from "./helper";

/** What one document of several came to. */
export interface Carried {
  letter: Uuid;
  /** Why not; nothing where the box has the signature. */
  sentence: string | null;
}

/** Fetches what waits, has it signed by a key of this PC with one PIN, and brings every answer back by itself. */
export async function carry(letters: Uuid[], key: HelperKey, pin: string, ondone?: (at: number) => void): Promise<Carried[]> {
  const digests: { letter: Uuid; digest: SigningDigest }[] = [];
  for (const letter of letters) digests.push({ letter, digest: await box.signingDigest(letter) });
  const signed = await signAll(key, pin, digests.map(({ digest }) => digest.attributes));
  const carried: Carried[] = [];
  for (const [at, { letter, digest }] of digests.entries()) {
    const one = signed[at];
    let sentence: string | null = null;
    if (!one || "detail" in one) sentence = one?.detail ?? "Trình ký chưa ký văn bản này. Hãy bấm ký lại.";
    else sentence = await box.signingAnswer(letter, digest.prepared, one).then(() => null, (error: Error) => error.message);
    carried.push({ letter, sentence });
    ondone?.(at + 1);
  }
  return carried;
}

/** The key of this PC that was asked for, first; then key files, which say nothing of themselves before they are opened. */
export function fitting(keys: readonly HelperKey[], certificate: string): HelperKey[] {
  return [...keys.filter((key) => key.certificate === certificate), ...keys.filter((key) => key.certificate === null)];
}

/** The file for a key anywhere else. What is signed is `attributes`; a program that makes a whole CMS takes `digest`. */
export function exported(digest: SigningDigest): Blob {
  const { document, prepared, certificate } = digest;
  const told = { document, digest: digest.digest, attributes: hexOfBase64(digest.attributes), certificate, prepared };
  return new Blob([JSON.stringify(told, null, 2)], { type: "application/json" });
}

/** `SEQUENCE { OBJECT IDENTIFIER id-signedData`: what a CMS begins with and a bare signature never has. */
const SIGNED_DATA = "\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02";
const HEAD_BYTES = 32;

/** A signature as it was brought: a CMS as PEM or DER, or the bare signature over the attributes. */
export async function imported(file: File): Promise<{ cms: string } | { signature: string }> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  if (text.trimStart().startsWith("-----BEGIN")) return { cms: text };
  return text.slice(0, HEAD_BYTES).includes(SIGNED_DATA) ? { cms: btoa(text) } : { signature: btoa(text) };
}

/** What of this document waits for a key elsewhere that this person holds: its certificate. */
export function awaited(letter: Letter, me: { id: Uuid; role: string }): Uuid | null {
  const mine = letter.signatures.find((found) => found.state === "prepared" && found.signer_id === me.id);
  if (mine) return mine.certificate;
  return letter.seal.state === "prepared" && me.role === "clerk" ? (letter.seal.certificate ?? null) : null;
}
