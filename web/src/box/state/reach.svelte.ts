import { listeners } from "../../api/http";

const PAUSE_MS = 3000;

/** Whether the server answers. While it does not, it is asked again every few seconds. */
class Reach {
  ok = $state(true);
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    listeners.reached = (ok) => {
      this.ok = ok;
      if (!ok) this.askLater();
    };
    addEventListener("offline", () => void this.ask());
    addEventListener("online", () => void this.ask());
  }

  async ask(): Promise<void> {
    try {
      await fetch("/api/door", { cache: "no-store" });
      this.ok = true;
    } catch {
      this.ok = false;
      this.askLater();
    }
  }

  private askLater(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.ask(), PAUSE_MS);
  }
}

export const reach = new Reach();
