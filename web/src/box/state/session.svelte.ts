import * as box from "../../api/box";
import { listeners, Refusal } from "../../api/http";
import type { Me } from "../../api/types";

/**
 * Who sits here. When the session lapses the person stays known: the screen behind the sign-in keeps what was
 * typed, and comes back as it was if the same person signs in again.
 */
class Session {
  me = $state<Me | null>(null);
  known = $state(false);
  lapsed = $state(false);

  constructor() {
    listeners.sessionLost = () => {
      if (this.me) this.lapsed = true;
    };
  }

  get open(): boolean {
    return this.me !== null && !this.lapsed;
  }

  /** Asks the server whether the cookie still holds. */
  async find(): Promise<void> {
    try {
      this.me = await box.me();
    } catch (error) {
      // Only the server's own word ends it; a lost line does not.
      if (error instanceof Refusal) this.me = null;
    } finally {
      this.known = true;
    }
  }

  enter(me: Me): void {
    this.me = me;
    this.lapsed = false;
    this.known = true;
  }

  async leave(): Promise<void> {
    await box.signOut();
    this.me = null;
    this.lapsed = false;
  }
}

export const session = new Session();
