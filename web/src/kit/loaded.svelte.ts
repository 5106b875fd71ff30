import { Refusal, Unreachable } from "../api/http";

/**
 * Something fetched to be shown, and fetched anew when it changed elsewhere. The last question wins; what was
 * shown stays while the next answer is under way.
 */
export class Loaded<T> {
  value = $state.raw<T | null>(null);
  sentence = $state<string | null>(null);
  status = $state(0);
  private turn = 0;

  load(ask: () => Promise<T>): void {
    const turn = ++this.turn;
    ask().then(
      (value) => {
        if (turn !== this.turn) return;
        this.value = value;
        this.sentence = null;
        this.status = 200;
      },
      (error: unknown) => {
        if (turn !== this.turn) return;
        const known = error instanceof Refusal || error instanceof Unreachable;
        this.sentence = known ? error.message : "Trang gặp trục trặc. Hãy tải lại trang.";
        this.status = error instanceof Refusal ? error.status : 0;
        if (!known) console.error(error);
      },
    );
  }
}
