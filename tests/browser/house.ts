// What `cargo xtask browser` tells about the house it has built.
import { readFileSync } from 'node:fs';

export interface Person {
  username: string;
  name: string;
  password: string;
}

interface House {
  school: { name: string; url: string };
  hub: { url: string; password: string };
  staff: Record<'clerk' | 'head' | 'teacher' | 'otherTeacher' | 'it', Person>;
  sealPin: string;
  /** Opens the key the house has furnished the head with. */
  headPin: string;
  /** SoftHSM's configuration of the tokens plugged in at the box. */
  tokens: string;
  /** The folder that is the tray of the second scanner. */
  tray: string;
}

function read(): House {
  const file = process.env.VANTHU_HOUSE;
  if (!file) throw new Error('start me with `cargo xtask browser`, which builds the house I walk through');
  return JSON.parse(readFileSync(file, 'utf8')) as House;
}

export const house = read();
