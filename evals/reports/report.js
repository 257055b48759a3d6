"use strict";
const rows = JSON.parse(document.getElementById("data").textContent);
const form = document.getElementById("filter");
const list = document.getElementById("list");
const count = document.getElementById("found");
const more = document.getElementById("more");
const STEP = 50;
let found = [], shown = 0;

const tests = {
  any: () => true,
  kept: (r) => r.kept,
  fell: (r) => !r.kept,
  unchecked: (r) => r.support === "unchecked",
  wrong: (r) => r.true !== null && r.true !== r.kept,
  accepted: (r) => r.true === false && r.kept,
  rejected: (r) => r.true === true && !r.kept,
  doubted: (r) => r.carried !== null && r.kept && r.carried !== "supported",
};

function element(name, kind, text) {
  const made = document.createElement(name);
  if (kind) made.className = kind;
  if (text !== undefined) made.textContent = text;
  return made;
}

function fact(place, name, value) {
  if (value === null || value === "") return;
  place.append(element("b", "", name), " " + value + "  ");
}

function colour(r) {
  if (r.true !== null) return r.true === r.kept ? "right" : "wrong";
  if (r.kept && r.carried !== null) return r.carried === "supported" ? "right" : "unknown";
  return "";
}

function drawn(r) {
  const box = element("article", "sentence " + colour(r));
  box.append(element("p", "said", r.text));
  const facts = element("p", "facts");
  fact(facts, r.kept ? "kept" : "thrown out", r.support);
  fact(facts, "score", r.score);
  fact(facts, "truth", r.true === null ? null : r.true ? "supported" : "not supported");
  fact(facts, "grader", r.carried === null ? null : r.carried + " (" + r.grader + ")");
  fact(facts, "kind", r.kind);
  fact(facts, "case", r.case);
  fact(facts, "", r.how);
  box.append(facts);
  if (r.reason) box.append(element("p", "facts", "Reason: " + r.reason));
  if (r.searched) box.append(element("p", "facts", r.searched));
  const details = element("details");
  details.append(element("summary", "", r.cited.length + (r.cited.length === 1 ? " citation" : " citations")));
  if (r.asked) details.append(element("p", "facts", "Asked: " + r.asked));
  for (const [title, words] of r.cited) {
    const quote = element("blockquote");
    quote.append(element("b", "", title), element("br"), words);
    details.append(quote);
  }
  box.append(details);
  return box;
}

function grow() {
  for (const r of found.slice(shown, shown + STEP)) list.append(drawn(r));
  shown = Math.min(shown + STEP, found.length);
  more.hidden = shown >= found.length;
  count.textContent = found.length + " of " + rows.length + " sentences, " + shown + " shown";
}

function filter() {
  const { part, state, words } = form.elements;
  const needle = words.value.trim().toLowerCase();
  found = rows.filter((r) =>
    (part.value === "" || r.part === part.value) && tests[state.value](r) &&
    (needle === "" || (r.text + " " + r.case + " " + r.reason + " " + r.how).toLowerCase().includes(needle)));
  list.replaceChildren();
  shown = 0;
  grow();
}

form.addEventListener("input", filter);
form.addEventListener("submit", (event) => event.preventDefault());
more.addEventListener("click", grow);
filter();
