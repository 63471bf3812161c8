import { randomBytes } from 'node:crypto';
import type { HandleId } from './taskRecord.ts';

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';
const HANDLE = /^th_[a-z2-7]{26}$/;

/** A fresh handle: 128 random bits, so that nobody guesses one (P8). */
export function newHandleId(): HandleId {
  let bits = BigInt(`0x${randomBytes(16).toString('hex')}`);
  let text = '';
  for (let i = 0; i < 26; i++) {
    text += ALPHABET[Number(bits & 31n)];
    bits >>= 5n;
  }
  return `th_${text}`;
}

/** Whether the text has the form of a handle; says nothing about whether such a task exists. */
export function isHandleId(text: unknown): text is HandleId {
  return typeof text === 'string' && HANDLE.test(text);
}
