import { untrack } from "svelte";
import { Refusal, Unreachable } from "../api/http";

/**
 * One thing a person tries to do: whether it is under way, and the sentence if it did not go. Forms show
 * `fields[name]` beside the field and `sentence` at the action.
 */
export class Attempt {
  busy = $state(false);
  sentence = $state<string | null>(null);
  code = $state<string | null>(null);
  fields = $state<Record<string, string>>({});
  /** Whatever else the refusal carried, e.g. the document that is already there. */
  body = $state.raw<Record<string, unknown>>({});

  /** Runs it unless it is already running; `undefined` when it was refused (the refusal is then in here). */
  async run<T>(action: () => Promise<T>): Promise<T | undefined> {
    if (untrack(() => this.busy)) return undefined;
    this.busy = true;
    this.forget();
    try {
      return await action();
    } catch (error) {
      this.take(error);
      return undefined;
    } finally {
      this.busy = false;
    }
  }

  /** Says no without asking the server, e.g. for a field left empty. */
  refuse(sentence: string, fields: Record<string, string> = {}): void {
    this.sentence = sentence;
    this.fields = fields;
    this.code = "here";
  }

  forget(): void {
    this.sentence = null;
    this.code = null;
    this.fields = {};
    this.body = {};
  }

  private take(error: unknown): void {
    if (error instanceof Refusal || error instanceof Unreachable) {
      this.sentence = error.message;
      this.code = error instanceof Refusal ? error.code : "unreachable";
      this.fields = error instanceof Refusal ? error.fields : {};
      this.body = error instanceof Refusal ? error.body : {};
      return;
    }
    this.sentence = "Trang gặp trục trặc. Hãy tải lại trang; những gì đã lưu vẫn còn.";
    this.code = "fault";
    console.error(error);
  }
}
