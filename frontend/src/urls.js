// Which addresses a link or an image may have. The server checks again.
const SCHEMES = /^((https?|mailto|tel):|page:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$)/i;

/** True for web, mail and telephone addresses and for addresses inside the site. */
export const isSafeUrl = (text) => {
  const bare = text.replace(/[\u0000-\u0020\u007f-\u00a0\u200b-\u200f\u2028\u2029\ufeff]/g, "");
  if (!/^[^/?#]*:/.test(bare)) return bare !== "";
  return SCHEMES.test(bare);
};

/** The id of the own page that a link leads to, or null. */
export const ownPage = (href) => href?.match(/^page:([0-9a-f-]{36})$/i)?.[1] ?? null;

/** "example.org/x" is meant as a web address; everything else stays as typed. */
export const completeUrl = (text) => {
  const typed = text.trim();
  if (/^[^\s@/]+@[^\s@/]+\.[a-z]{2,}$/i.test(typed)) return `mailto:${typed}`;
  return /^(www\.|[a-z0-9-]+(\.[a-z0-9-]+)*\.[a-z]{2,}(\/|$))/i.test(typed) ? `https://${typed}` : typed;
};
