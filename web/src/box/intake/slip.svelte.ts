import * as box from "../../api/box";
import type { IncomingDraft, Letter, OutgoingDraft } from "../../api/types";
import { Attempt } from "../../kit/attempt.svelte";
import { forget, keep, kept, mendSlot, onForgotten } from "../state/drafts";
import type { Picked } from "./intake";

/**
 * One slip to be entered in a book: what is typed, and the id its document will have. The id is chosen here and stays
 * through refusals, lost answers, and a page opened anew, so that asking again enters the document once.
 */
export class Slip<Fields extends object> {
  fields: Fields = $state()!;
  picked = $state<Picked | null>(null);
  entered = $state<Letter | null>(null);
  /** Why it is in the book but did not reach the head. */
  submitRefused = $state<string | null>(null);
  readonly attempt = new Attempt();
  private id: string = $state()!;
  private submits = true;
  private readonly empty: Fields;
  private readonly person: string;
  private readonly slot: string;

  constructor(empty: Fields, person: string, slot: string) {
    this.empty = empty;
    this.person = person;
    this.slot = slot;
    const before = kept<Partial<Fields & { id: string }>>(person, slot);
    const { id, ...typed } = before ?? {};
    this.fields = { ...empty, ...typed };
    this.id = id || newId();
  }

  /** Keeps what is typed in this browser until it is in the book. For an effect: it runs again when that changes. */
  keep(): void {
    const now = { ...($state.snapshot(this.fields) as Fields), id: this.id };
    if (!this.entered) keep(this.person, this.slot, now);
  }

  /**
   * The same slip open in a second tab has the same id. Once it was entered or cleared there, what stands here is
   * another document and must not be taken for that one. Returns how to stop listening.
   */
  watchOtherTabs(): () => void {
    return onForgotten<{ id?: string }>(this.person, this.slot, (gone) => {
      if (gone.id === this.id && !this.entered) this.id = newId();
    });
  }

  /** Enters it, and submits it to the head where that is wanted. Whether it is in the book. */
  async enter(draft: (fields: Fields) => IncomingDraft | OutgoingDraft, submits: boolean): Promise<boolean> {
    this.submits = submits;
    this.submitRefused = null;
    const slip = { ...draft($state.snapshot(this.fields) as Fields), id: this.id };
    const letter = await this.attempt.run(() => box.enterLetter(slip));
    if (!letter) return false;
    if (submits) {
      const step = new Attempt();
      await step.run(() => box.step(letter.id, "submit", { version: letter.version }));
      this.submitRefused = step.sentence;
    }
    this.entered = letter;
    forget(this.person, this.slot);
    return true;
  }

  /** Enters it after all, as it was wanted the time before. */
  again(draft: (fields: Fields) => IncomingDraft | OutgoingDraft): Promise<boolean> {
    return this.enter(draft, this.submits);
  }

  /** It was entered before it was edited: what is typed goes on as a mend of that document. */
  carryOver(): void {
    keep(this.person, mendSlot(this.id), { columns: $state.snapshot(this.fields) });
    forget(this.person, this.slot);
  }

  /** A clean slip for another document. */
  renew(fields: Partial<Fields> = {}): void {
    forget(this.person, this.slot);
    this.fields = { ...this.empty, ...fields };
    this.id = newId();
    this.entered = null;
    this.submitRefused = null;
    this.attempt.forget();
  }
}

/** A random UUID (version 4). `crypto.randomUUID` is kept from pages without TLS, and the box has none. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
