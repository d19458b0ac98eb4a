// Checks a certificate's statement on the phone itself: the signature with the city's published keys,
// the day and the status with its published lists. A browser without Ed25519 asks the service. What
// stands behind # in the address is never sent as part of a page's address, and nothing of it is shown.
"use strict";

const api = document.querySelector("meta[name=api]").content;
const at = (id) => document.getElementById(id);
const texts = {
  zh: {
    checking: "正在核验", valid: "有效", invalid: "无效", until: "有效期至 ", nothing: "请扫描证上的二维码",
    busy: "查询过于频繁，请稍后再试", away: "暂时无法核验，请稍后再试",
    same: "✓ 与二维码一致", other: "✗ 与二维码不一致",
  },
  en: {
    checking: "Checking", valid: "Valid", invalid: "Not valid", until: "Until ",
    nothing: "Scan the QR code on the certificate", busy: "Too many requests, try again later",
    away: "Cannot be verified now, try again later", same: "✓ matches the code",
    other: "✗ does not match the code",
  },
};
let language = navigator.language.startsWith("zh") || !navigator.language.startsWith("en") ? "zh" : "en";
let shown = { state: "waiting", word: "checking", until: null };
let subject = null; // of a valid statement only: for comparing, never for showing

function render() {
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  for (const element of document.querySelectorAll("[data-zh]")) {
    element.textContent = element.dataset[language];
  }
  at("language").textContent = language === "zh" ? "English" : "中文";
  at("language").lang = language === "zh" ? "en" : "zh-CN";
  at("verdict").className = shown.state;
  at("mark").textContent = { valid: "✓", invalid: "✗", unknown: "?", waiting: "…" }[shown.state];
  at("word").textContent = texts[language][shown.word];
  at("until").hidden = shown.until === null;
  at("until").textContent = shown.until === null ? "" : texts[language].until + shown.until;
  at("compare").hidden = subject === null;
  compare();
}

function say(state, word, until = null, about = null) {
  shown = { state, word, until };
  subject = about;
  at("shown").value = "";
  render();
}

function masked(name) {
  const characters = Array.from(name);
  return characters[0] + "*".repeat(Math.max(characters.length - 1, 1));
}

function compare() {
  const typed = at("shown").value.trim();
  const match = at("match");
  match.className = "";
  match.textContent = "";
  if (subject === null || typed === "") return;
  const same = typed === subject.number || masked(typed) === subject.holder;
  match.className = same ? "valid" : "invalid";
  match.textContent = texts[language][same ? "same" : "other"];
}

function bytes(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (character) => character.charCodeAt(0));
}

function json(part) {
  return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes(part)));
}

async function fetched(path) {
  const answer = await fetch(api + path, { credentials: "omit" });
  if (!answer.ok) throw new TypeError("not answered");
  return answer;
}

// The claims of a statement that one of the keys signed; null when none did.
async function opened(token, keys) {
  const parts = token.split(".");
  if (parts.length !== 3) return null;
  let header;
  let claims;
  try {
    header = json(parts[0]);
    claims = json(parts[1]);
  } catch {
    return null;
  }
  const jwk = keys.find((key) => key.kid === header.kid);
  if (!jwk || header.alg !== "Ed25519" || header.typ !== "vc+jwt") return null;
  const key = await crypto.subtle.importKey(
    "jwk", { kty: jwk.kty, crv: jwk.crv, x: jwk.x }, { name: "Ed25519" }, false, ["verify"],
  );
  const signed = new TextEncoder().encode(`${parts[0]}.${parts[1]}`);
  let signature;
  try {
    signature = bytes(parts[2]);
  } catch {
    return null;
  }
  return (await crypto.subtle.verify("Ed25519", key, signature, signed)) ? claims : null;
}

async function bit(encoded, index) {
  const packed = new Blob([bytes(encoded.slice(1))]).stream();
  const bits = await new Response(packed.pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
  return (new Uint8Array(bits)[index >> 3] & (128 >> (index % 8))) !== 0;
}

async function ownEd25519() {
  try {
    await crypto.subtle.importKey(
      "jwk", { kty: "OKP", crv: "Ed25519", x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" },
      { name: "Ed25519" }, false, ["verify"],
    );
    return typeof DecompressionStream === "function";
  } catch {
    return false;
  }
}

// "valid until" and the subject, or null. The day is the city's, as its signed list says it.
async function checkedHere(token) {
  const keys = (await (await fetched("/v1/credentials/keys")).json()).keys;
  const claims = await opened(token, keys);
  if (claims === null || !claims.type.includes("ReemploymentCertificate")) return null;
  let today = null;
  for (const entry of claims.credentialStatus) {
    const name = entry.statusListCredential.split("/").pop();
    if (!/^[rs][1-9][0-9]{0,3}$/.test(name)) return null;
    const list = await opened(await (await fetched(`/v1/status-lists/${name}`)).text(), keys);
    if (
      list === null || list.issuer !== claims.issuer || list.id !== entry.statusListCredential
      || list.credentialSubject.statusPurpose !== entry.statusPurpose
    ) throw new TypeError("no such list");
    if (await bit(list.credentialSubject.encodedList, Number(entry.statusListIndex))) return null;
    today = list.validFrom.slice(0, 10);
  }
  const [from, until] = [claims.validFrom.slice(0, 10), claims.validUntil.slice(0, 10)];
  if (today === null || today < from || today > until) return null;
  return { until, subject: claims.credentialSubject };
}

async function asked(question) {
  const answer = await fetch(`${api}/v1/credentials/verifications`, {
    method: "POST", credentials: "omit", body: JSON.stringify(question),
    headers: { "Content-Type": "application/json" },
  });
  if (answer.status === 429) return say("unknown", "busy");
  if (answer.status === 422) return say("invalid", "invalid");
  if (!answer.ok) throw new TypeError("not answered");
  const verdict = await answer.json();
  if (verdict.valid) say("valid", "valid", verdict.valid_until);
  else say("invalid", "invalid");
}

async function verify(work) {
  say("waiting", "checking");
  try {
    await work();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    say("unknown", "away");
  }
}

function scanned() {
  const token = location.hash.slice(1);
  if (token === "") return say("unknown", "nothing");
  return verify(async () => {
    if (!(await ownEd25519())) return asked({ credential: token.slice(0, 4096) });
    const found = await checkedHere(token);
    if (found === null) say("invalid", "invalid");
    else say("valid", "valid", found.until, found.subject);
  });
}

at("language").addEventListener("click", () => {
  language = language === "zh" ? "en" : "zh";
  render();
});
at("shown").addEventListener("input", compare);
at("ask").addEventListener("submit", (event) => {
  event.preventDefault();
  verify(() => asked({ number: at("number").value.trim(), check_code: at("code").value.trim() }));
});
addEventListener("hashchange", scanned);
scanned();
