// Lists that hardly change while a page is open, asked for once.

import * as box from "../../api/box";
import type { DocumentType, Person } from "../../api/types";

let types: Promise<DocumentType[]> | null = null;
let people: Promise<Person[]> | null = null;

export function documentTypes(): Promise<DocumentType[]> {
  types ??= box.documentTypes().catch((error: unknown) => {
    types = null;
    throw error;
  });
  return types;
}

export function everybody(): Promise<Person[]> {
  people ??= box.people().catch((error: unknown) => {
    people = null;
    throw error;
  });
  return people;
}

/** After an account changed, or somebody else signed in. */
export function forgetLists(): void {
  types = null;
  people = null;
}
