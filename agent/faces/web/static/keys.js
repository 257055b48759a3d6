// Keys of the draft page. None of them does anything while somebody types or a menu has the focus.
const FIELDS = "textarea, input, select, [contenteditable]";

const lines = () => [...document.querySelectorAll(".line")].filter((line) => line.checkVisibility());
const current = () => document.activeElement?.closest(".line") ?? document.querySelector(".line:has(> .work[open])");

function go(line) {
  if (!line) return;
  const work = line.querySelector(".work");
  if (work) work.open = true;
  work?.querySelector("summary").focus({ preventScroll: true });
  const smooth = !matchMedia("(prefers-reduced-motion: reduce)").matches;
  line.scrollIntoView({ block: "center", behavior: smooth ? "smooth" : "instant" });
}

function step(by, fits = () => true) {
  const all = lines();
  const at = all.indexOf(current());
  const rest = by > 0 ? all.slice(at + 1) : all.slice(0, Math.max(at, 0)).reverse();
  go(rest.find(fits) ?? (fits === needsEyes ? all.find(fits) : null));
}

function press(key) {
  const line = current();
  const target = line?.querySelector(`[data-key="${key}"]`);
  if (!target) return;
  if (key === "c") target.focus();
  else target.click();
}

const needsEyes = (line) => "eyes" in line.dataset || line.classList.contains("rejected");

// Accepting leads on to the next sentence that needs eyes.
function accept() {
  if (!current()?.querySelector('[data-key="a"]')) return;
  press("a");
  step(1, needsEyes);
}

const KEYS = {
  j: () => step(1),
  k: () => step(-1),
  n: () => step(1, needsEyes),
  a: () => accept(),
  e: () => press("e"),
  x: () => press("x"),
  c: () => press("c"),
  o: () => current()?.querySelector("[data-pane]")?.click(),
  "/": () => search(),
  "?": () => document.getElementById("keys").showModal(),
};

// The search for passages, in the editor of the sentence; it is opened where it is not yet.
function search() {
  const line = current();
  const slot = line?.querySelector(".slot");
  const field = slot?.querySelector("input[type=search]");
  if (field) {
    field.focus();
  } else if (slot) {
    slot.dataset.first = "search";
    press("e");
  }
}

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (event.target.closest?.(FIELDS) || document.querySelector("dialog:modal")) return;
  const act = KEYS[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});
