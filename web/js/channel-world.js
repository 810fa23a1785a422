// What a connection needs of the world around it, so that a test can bring a world of its own.

/**
 * @typedef {object} Socket the part of a WebSocket that is used
 * @property {(data: string) => void} send
 * @property {(code?: number, reason?: string) => void} close
 * @property {((event: any) => void) | null} onopen
 * @property {((event: any) => void) | null} onmessage
 * @property {((event: any) => void) | null} onclose
 */

/**
 * @typedef {object} World
 * @property {(url: string) => Socket} socket
 * @property {(then: () => void, milliseconds: number) => unknown} after
 * @property {(timer: any) => void} cancel what after gave
 * @property {() => number} random from 0 to 1
 * @property {() => string} instance a name that nobody else has: 8 to 40 of A-Z a-z 0-9 _ -
 * @property {() => boolean} online
 * @property {(event: "online" | "offline" | "visible", then: () => void) => () => void} on gives what ends it
 * @property {Storage | undefined} storage where operations are kept until they are acknowledged
 * @property {(name: string) => Promise<boolean>} hold whether the name is now this page's, until it is left
 */

/** @param {string} name whether the lock is ours; it is held for as long as the page lives */
function hold(name) {
  return new Promise((/** @type {(got: boolean) => void} */ answer) => {
    const forever = new Promise(() => {});
    navigator.locks
      .request(name, { ifAvailable: true }, (lock) => {
        answer(lock !== null);
        return lock ? forever : undefined;
      })
      .catch(() => answer(false));
  });
}

/** @returns {Storage | undefined} shared by all tabs where there are locks to share it by, else the tab's own */
function storage() {
  try {
    return "locks" in navigator ? localStorage : sessionStorage;
  } catch {
    return undefined; // forbidden: then only until the page is left
  }
}

/** @returns {World} the browser's */
export function browser() {
  return {
    socket: (url) => new WebSocket(url),
    after: (then, milliseconds) => setTimeout(then, milliseconds),
    cancel: (timer) => clearTimeout(timer),
    random: Math.random,
    instance: () => {
      const bytes = crypto.getRandomValues(new Uint8Array(12));
      return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_");
    },
    online: () => navigator.onLine,
    on: (event, then) => {
      const target = event === "visible" ? document : window;
      const name = event === "visible" ? "visibilitychange" : event;
      const heard = () => {
        if (event !== "visible" || !document.hidden) then();
      };
      target.addEventListener(name, heard);
      return () => target.removeEventListener(name, heard);
    },
    storage: storage(),
    hold: (name) => ("locks" in navigator ? hold(name) : Promise.resolve(true)),
  };
}
