// What the numbers of the Centrifuge client protocol mean for who comes back, when, and who does not.

/** A refusal, or the loss of what was asked. code is the protocol's, 0 where the connection was lost; reason is the lane's own code, "paper.closed". */
export class Refused extends Error {
  /**
   * @param {number} code
   * @param {string} message
   * @param {boolean} temporary asking again may help
   */
  constructor(code, message, temporary) {
    super(message);
    this.name = "Refused";
    this.code = code;
    this.temporary = temporary;
    const lane = /^([a-z][a-z0-9_]*\.[a-z0-9_.]+)(?::|$)/.exec(message);
    this.reason = lane?.[1] ?? "";
  }
}

/** The token is over: a new one is to be shown, and all goes on. */
export const tokenExpired = 109;

/** @param {number} code of a closed connection: whether the server wants to see this client again */
export function comesBack(code) {
  if (code === 1009) return false; // a message was too large, and would be again
  return !((code >= 3500 && code < 4000) || (code >= 4500 && code < 5000));
}

/** @param {number} code of an unsubscribe push: whether the client is to subscribe again */
export const rejoins = (/** @type {number} */ code) => code >= 2500;

/**
 * When a new token is shown that is asked for every so many seconds: before the old one is over. Milliseconds.
 * @param {number} seconds
 */
export const untilRefresh = (seconds) => Math.min(Math.max(1000, seconds * 900), 2 ** 31 - 1);

const first = 400; // milliseconds
const longest = 20_000;

/**
 * How long to wait before the next attempt: full jitter (Brooker, "Exponential Backoff and Jitter", AWS 2015), so that all who lost
 * a server do not come back at once. Milliseconds.
 * @param {number} attempt from 0
 * @param {() => number} random
 */
export function delay(attempt, random) {
  return Math.round(random() * Math.min(longest, first * 2 ** Math.min(attempt, 16)));
}
