// Nothing typed is lost: what stands in a form is kept in this browser, per person and form, until the server has it.

const PREFIX = "draft:";
const KEEP_MS = 30 * 86_400_000;

interface Kept<T> {
  at: number;
  value: T;
}

/** Where a mend of this document is kept. */
export const mendSlot = (letter: string): string => `amend:${letter}`;

export function keep<T>(person: string, form: string, value: T): void {
  try {
    localStorage.setItem(`${PREFIX}${person}:${form}`, JSON.stringify({ at: Date.now(), value }));
  } catch {
    // A full or forbidden store must not disturb typing.
  }
}

export function kept<T>(person: string, form: string): T | null {
  try {
    const text = localStorage.getItem(`${PREFIX}${person}:${form}`);
    const found = text ? (JSON.parse(text) as Kept<T>) : null;
    return found && Date.now() - found.at < KEEP_MS ? found.value : null;
  } catch {
    return null;
  }
}

export function forget(person: string, form: string): void {
  localStorage.removeItem(`${PREFIX}${person}:${form}`);
}

/** Told when another tab of this browser forgets the draft, with what it held last. Returns how to stop. */
export function onForgotten<T>(person: string, form: string, tell: (gone: T) => void): () => void {
  const listen = (event: StorageEvent): void => {
    if (event.key !== `${PREFIX}${person}:${form}` || event.newValue !== null || !event.oldValue) return;
    tell((JSON.parse(event.oldValue) as Kept<T>).value);
  };
  addEventListener("storage", listen);
  return () => removeEventListener("storage", listen);
}
