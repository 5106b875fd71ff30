// Keyboard habits of a clerk: Enter goes to the next field, the last one does the main action.

import type { Attachment } from "svelte/attachments";

const FIELDS = "input:not([type=hidden]):not([type=checkbox]):not([type=radio]):not([disabled]), select:not([disabled]), textarea:not([disabled])";

/** Enter in a field goes to the next field of the form; after the last one the form is sent. */
export const enterGoesOn: Attachment<HTMLFormElement> = (form) => {
  const onKey = (event: KeyboardEvent): void => {
    const from = event.target as HTMLElement;
    if (event.key !== "Enter" || event.ctrlKey || event.shiftKey || event.isComposing) return;
    if (!from.matches("input, select") || from.matches("[type=checkbox], [type=radio], [type=file]")) return;
    const fields = [...form.querySelectorAll<HTMLElement>(FIELDS)].filter((field) => field.offsetParent !== null);
    const next = fields[fields.indexOf(from) + 1];
    event.preventDefault();
    if (next) next.focus();
    else form.requestSubmit();
  };
  form.addEventListener("keydown", onKey);
  return () => form.removeEventListener("keydown", onKey);
};

/** Whether a bare letter or sign typed now is meant for a field and not a command. */
export function isTyping(event: KeyboardEvent): boolean {
  const target = event.target as HTMLElement | null;
  return !!target?.closest("input, textarea, select, [contenteditable]");
}

/** Whether a dialog lies over the page: keys of the page are not meant then. */
export function isCovered(): boolean {
  return document.querySelector("dialog[open]") !== null;
}
