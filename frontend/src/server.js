// What the server is asked while writing. Every answer may be missing: then the editor does without.
const tools = (textarea) => textarea.form?.querySelector("[data-text-tools]")?.dataset ?? {};
const headers = { Accept: "application/json" };

const json = async (url, options = {}) => {
  try {
    const answer = await fetch(url, { credentials: "same-origin", ...options, headers: { ...headers, ...options.headers } });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
};

/** What would be kept of a text and what would go, or null. */
export const check = (textarea, body) => {
  const url = tools(textarea).check;
  if (!url || body.length > 1_500_000) return Promise.resolve(null);
  const form = new FormData();
  form.set("csrf_token", textarea.form.querySelector("[name=csrf_token]")?.value ?? "");
  form.set("body", body);
  return json(url, { method: "POST", body: form });
};

const found = async (url, query) => (url ? (await json(`${url}?${new URLSearchParams(query)}`))?.items ?? null : null);
export const pages = (textarea, q) => found(tools(textarea).choose, { q });
export const pagesById = (textarea, ids) => found(tools(textarea).choose, ids.map((id) => ["id", id]));
export const images = (textarea, q) => found(tools(textarea).images, { q, kind: "image" });
export const services = (textarea) => (tools(textarea).services ?? "").split(" ").filter(Boolean);
