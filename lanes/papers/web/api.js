// What a paper's page asks over HTTP. An author is known by a token that the server makes and this browser keeps.

const key = "hotlane.papers.author";

/** A refusal, with the server's code as its reason. Status 0: no answer. */
export class Refusal extends Error {
  /**
   * @param {number} status
   * @param {string} reason
   */
  constructor(status, reason) {
    super(reason);
    this.status = status;
    this.reason = reason;
  }
}

function author() {
  try {
    return localStorage.getItem(key) ?? "";
  } catch {
    return "";
  }
}

/** @param {{ token?: string } | undefined} who */
function keep(who) {
  if (!who?.token) return;
  try {
    localStorage.setItem(key, who.token);
  } catch {
    // Then the next page is another author's.
  }
}

/**
 * @param {string} method
 * @param {string} path behind /v1/papers/
 * @param {unknown} [body] JSON, or a file
 */
async function ask(method, path, body) {
  /** @type {Record<string, string>} */
  const headers = { Accept: "application/json", "Accept-Language": document.documentElement.lang };
  if (author()) headers["Paper-Author"] = author();
  /** @type {RequestInit} */
  const init = { method, headers, credentials: "same-origin", signal: AbortSignal.timeout(body instanceof Blob ? 120_000 : 20_000) };
  if (body instanceof Blob) {
    headers["Content-Type"] = body.type;
    init.body = body;
  } else if (body !== undefined) {
    headers["Content-Type"] = "application/json";
    init.body = JSON.stringify(body);
  }
  let answer;
  try {
    answer = await fetch(`/v1/papers/${path}`, init);
  } catch {
    throw new Refusal(0, "offline");
  }
  const value = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refusal(answer.status, value.code ?? "unknown");
  keep(value.author);
  return value;
}

/** @param {string} link of the paper */
export function api(link) {
  return {
    /** @param {string} name @returns {Promise<{ channel: string, token: string, expires: string, role: string, author: { id: string } }>} */
    live: (name) => ask("POST", `${link}/live`, { name }),
    /** @param {Blob} file @returns {Promise<{ image: string, url: string, width: number, height: number }>} */
    upload: (file) => ask("POST", `${link}/images`, file),
    /** @param {string} note @param {string} reason */
    report: (note, reason) => ask("POST", `${link}/notes/${note}/report`, { reason }),
    close: () => ask("POST", `${link}/close`),
    deliver: () => ask("POST", `${link}/deliver`),
    /** @param {Record<string, unknown>} fields */
    change: (fields) => ask("PATCH", link, fields),
    erase: () => ask("DELETE", link),
  };
}
