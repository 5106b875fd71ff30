import * as box from "../../api/box";
import type { Hand, Letter, LetterLine, Me, Uuid } from "../../api/types";
import { Attempt } from "../../kit/attempt.svelte";
import type { Asking } from "./asking.svelte";
import { awaited, sealing } from "./carrying";
import { isHere } from "./keys.svelte";

/** How one document of a stack stands: waiting for the box, for a key elsewhere, done, or not done and why. */
export interface Laid {
  letter: LetterLine;
  state: "asked" | "prepared" | "done" | "failed";
  sentence: string | null;
}

/** As many as the box takes at once. */
export const MOST_AT_ONCE = 200;

/** Several documents, one PIN: each is asked for, followed and told by itself. */
export class Stack {
  readonly hand: Hand;
  readonly attempt = new Attempt();
  chosen = $state<Uuid[]>([]);
  laid = $state.raw<Laid[]>([]);
  private readonly me: Me;
  private looking: Promise<void> | null = null;
  private again = false;
  /** The key is not at the box. */
  private away = false;
  /** The version each was last looked at in. */
  private readonly seen = new Map<Uuid, number>();

  constructor(hand: Hand, me: Me) {
    this.hand = hand;
    this.me = me;
  }

  get done(): number {
    return this.laid.filter((one) => one.state === "done").length;
  }

  get failed(): Laid[] {
    return this.laid.filter((one) => one.state === "failed");
  }

  /** Those whose digests lie ready for a key that is not at the box. */
  get prepared(): Laid[] {
    return this.laid.filter((one) => one.state === "prepared");
  }

  get running(): boolean {
    return this.laid.some((one) => one.state === "asked");
  }

  /** Asks for all that are chosen. Whether the box took the key; what became of each, `laid` says. */
  async ask(letters: readonly LetterLine[], asking: Asking): Promise<boolean> {
    const wanted = letters.filter((letter) => this.chosen.includes(letter.id)).slice(0, MOST_AT_ONCE);
    const lines = await this.attempt.run(() =>
      box.signBatch({ hand: this.hand, ...asking.body(), letters: wanted.map((letter) => letter.id) }),
    );
    if (!lines) return false;
    this.away = !isHere(asking.chosen);
    this.laid = wanted.map((letter) => {
      const line = lines.find((each) => each.letter === letter.id);
      return { letter, state: line?.asked ? "asked" : "failed", sentence: line?.sentence ?? null };
    });
    this.chosen = [];
    void this.follow();
    return true;
  }

  /** For an effect: something of the documents has changed. Done when nothing is left to look at. */
  follow(): Promise<void> {
    this.again = true;
    this.looking ??= this.look();
    return this.looking;
  }

  private async look(): Promise<void> {
    while (this.again) {
      this.again = false;
      const unfinished = this.laid.filter((each) => each.state === "asked" || each.state === "prepared");
      const versions = await this.versions(unfinished.length);
      for (const one of unfinished) {
        const { id } = one.letter;
        // That a digest lies ready is no change of the document, and only a key elsewhere waits for it.
        const unseen = this.away && one.state === "asked";
        if (!unseen && versions.has(id) && versions.get(id) === this.seen.get(id)) continue;
        const letter = await box.letter(id).catch(() => null);
        if (!letter) continue;
        this.note(letter);
        this.seen.set(id, letter.version);
      }
    }
    // At once: whoever asks between the last round and this would wait for nobody.
    this.looking = null;
  }

  /** What the register's newest lines say of how often each was changed: one question instead of one for each document. */
  private async versions(unfinished: number): Promise<Map<Uuid, number>> {
    if (unfinished < 2) return new Map();
    const page = await box.letters({ book: "outgoing", state: "released", limit: MOST_AT_ONCE }).catch(() => null);
    return new Map(page?.items.map((line) => [line.id, line.version]));
  }

  clear(): void {
    this.laid = [];
  }

  private note(letter: Letter): void {
    const own = letter.signatures.filter((found) => found.signer_id === this.me.id).at(-1);
    const { state, sentence } = this.hand === "seal" ? sealing(letter) : { state: own?.state, sentence: own?.sentence };
    const now: Laid["state"] =
      state === "sealed" || state === "signed" ? "done"
      : state === "failed" ? "failed"
      : awaited(letter, this.me) ? "prepared"
      : "asked";
    this.laid = this.laid.map((one) => (one.letter.id === letter.id ? { ...one, state: now, sentence: now === "failed" ? (sentence ?? null) : null } : one));
  }
}
