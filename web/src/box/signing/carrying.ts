// What goes to a key that is elsewhere, and what comes back from it.

import * as box from "../../api/box";
import type { Letter, SealState, SigningDigest, Uuid } from "../../api/types";
import { type HelperKey, hexOfBase64, openKey, type OpenKey } from "./helper";

/** What one document of several came to. */
export interface Carried {
  letter: Uuid;
  /** Why not; nothing where the box has the signature. */
  sentence: string | null;
}

/** So many are signed before their answers go back: whatever happens next, these are done. */
const AT_ONCE = 10;

/** Fetches what waits, has it signed by a key of this PC with one PIN, and brings every answer back by itself. A PIN that is
 * refused is thrown before anything happened; from then on each document fails alone. */
export async function carry(letters: Uuid[], key: HelperKey, pin: string, ondone?: (at: number) => void): Promise<Carried[]> {
  const opened = await openKey(key, pin);
  const carried: Carried[] = [];
  const note = (letter: Uuid, sentence: string | null): void => {
    carried.push({ letter, sentence });
    ondone?.(carried.length);
  };
  // What ended the key's session; nothing after it is tried, for it could only fail in another word.
  let lost: string | null = null;
  try {
    for (let from = 0; from < letters.length; from += AT_ONCE) {
      const some = letters.slice(from, from + AT_ONCE);
      if (lost === null) lost = await carrySome(some, opened, note);
      else for (const letter of some) note(letter, lost);
    }
  } finally {
    await opened.close();
  }
  return carried;
}

/** One handful, there and back. Why the key signs no more, where it does not. */
async function carrySome(letters: Uuid[], key: OpenKey, note: (letter: Uuid, sentence: string | null) => void): Promise<string | null> {
  const fetched: { letter: Uuid; digest: SigningDigest }[] = [];
  for (const letter of letters) {
    await box.signingDigest(letter).then((digest) => void fetched.push({ letter, digest }), (error: Error) => note(letter, error.message));
  }
  if (!fetched.length) return null;
  const signed = await key.sign(fetched.map(({ digest }) => digest.attributes)).catch((error: Error) => error.message);
  if (typeof signed === "string") {
    for (const { letter } of fetched) note(letter, signed);
    return signed;
  }
  for (const [at, { letter, digest }] of fetched.entries()) {
    const one = signed[at];
    if (!one || "detail" in one) note(letter, one?.detail ?? "Trình ký chưa ký văn bản này. Hãy bấm ký lại.");
    else note(letter, await box.signingAnswer(letter, digest.prepared, one).then(() => null, (error: Error) => error.message));
  }
  const last = signed.at(-1);
  return last && "detail" in last && ENDS.has(last.code) ? last.detail : null;
}

/** After these the helper has closed the key. */
const ENDS = new Set(["token.gone", "token.none", "token.hung", "token.module_died", "token.pin_locked", "token.key_mismatch"]);

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

/** So much of the prepared file's name goes into the file's: enough to tell two of one document apart. */
const TELLING = 12;
const SLOT = "exported:";

/** The name of the file that goes out. Programs name the signature after it, so it says what was prepared. */
export function exportedName(letter: Letter, prepared: string): string {
  return `ma-bam-${(letter.number_text ?? "van-ban").replace(/[^\p{L}\p{N}]+/gu, "-")}-${prepared.slice(0, TELLING)}.json`;
}

/** Keeps what went out from this browser, for a signature that comes back under another name. */
export function noteExported(letter: Uuid, prepared: string): void {
  localStorage.setItem(SLOT + letter, prepared);
}

/** The prepared file a signature that comes back is for: as its name says, else what went out last from here. Not the one that
 * is prepared now: the document may have been prepared anew meanwhile, and the box says so only if it is told which was signed. */
export function exportedAs(letter: Uuid, fileName: string, now: string): string {
  const told = /-([0-9a-f]{12})(?=\D|$)/.exec(fileName)?.[1];
  if (told) return now.startsWith(told) ? now : told;
  return localStorage.getItem(SLOT + letter) ?? now;
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
  if (me.role !== "clerk") return null;
  return [letter.seal, ...letter.annexes].find((each) => each.state === "prepared")?.certificate ?? null;
}

/** How far the unit's key has come with a document and its annexes; one annex that failed is told with its name. */
export function sealing({ seal, annexes }: Letter): { state: SealState; sentence?: string | null } {
  const left = annexes.find((annex) => annex.state === "failed") ?? annexes.find((annex) => annex.state !== "sealed");
  if (seal.state !== "sealed" || !left) return seal;
  return { state: left.state === "none" ? "failed" : left.state, sentence: `${left.title}: ${left.sentence ?? ""}` };
}
