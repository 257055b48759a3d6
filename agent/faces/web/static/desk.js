// Forms and links of the draft page without leaving it. Every one of them also works without this
// file: a form posts and is led back to the page; here the answer's new parts replace the old ones.
const said = document.getElementById("said");
const wide = matchMedia("(min-width: 64rem)");
const parser = new DOMParser();

let fading;

function tell(words, bad = false) {
  said.textContent = words;
  said.classList.toggle("bad", bad);
  clearTimeout(fading);
  if (!bad) fading = setTimeout(() => { said.textContent = ""; }, 8000);
}

if (said.textContent) tell(said.textContent, said.classList.contains("bad"));
said.addEventListener("click", () => tell(""));

async function fetched(address, options = {}) {
  const answer = await fetch(address, { headers: { Accept: "text/html" }, ...options });
  return { page: parser.parseFromString(await answer.text(), "text/html"), answer };
}

// Forms

addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || !form.closest("#draft")) return;
  if (form.enctype === "multipart/form-data") return; // a file: the browser leads to its page
  event.preventDefault();
  send(form, event.submitter);
});

async function send(form, button) {
  if (form.ariaBusy === "true") return;
  form.ariaBusy = "true";
  const slow = setTimeout(() => tell("Checking …"), 250);
  try {
    const body = new URLSearchParams(new FormData(form, button));
    const address = button?.getAttribute("formaction") ?? form.getAttribute("action");
    const { page, answer } = await fetched(address, { method: "POST", body });
    clearTimeout(slow);
    if (answer.status === 401 || answer.url.includes("/login")) {
      tell("You are signed out. Sign in in another tab, then repeat this.", true);
      return;
    }
    show(page, form);
  } catch {
    clearTimeout(slow);
    tell("The desk did not answer; nothing was changed. What you typed is still here.", true);
  } finally {
    form.ariaBusy = "false";
  }
}

function show(page, form) {
  const words = page.getElementById("said");
  const editing = page.getElementById("editing");
  if (page.getElementById("draft")) {
    swapDraft(page, form);
  } else if (editing && form.id.startsWith("editing")) {
    const slot = form.parentElement;
    place(editing, slot);
    const fault = slot.querySelector(".fault");
    if (fault) tell(fault.textContent, true);
    else if (slot.querySelector(".pick")) tell("Passages found. Tick those that carry the sentence.");
    return;
  }
  const message = words?.textContent || page.querySelector("main p:not(.kicker)")?.textContent || "";
  tell(message, !words?.textContent || words.classList.contains("bad") || message.startsWith("Rejected"));
}

function swapDraft(page, form) {
  const old = document.getElementById("draft");
  const focused = document.activeElement;
  const line = (focused?.closest(".line") ?? form.closest(".line"))?.id;
  const anchor = line ? document.getElementById(line) : firstInSight(old);
  const top = anchor?.getBoundingClientRect().top;
  const held = anchor?.closest("#tray");
  const beside = (anchor?.nextElementSibling ?? anchor?.previousElementSibling)?.id;
  const opened = [...old.querySelectorAll("details[open][id]:not(.menu)")].map((one) => one.id);
  const typed = unsent(old, form);
  const editors = [...old.querySelectorAll(".slot:not(:empty)")].filter((slot) => !slot.contains(form));
  const pane = document.getElementById("pane");
  const fresh = document.adoptNode(page.getElementById("draft"));
  fresh.classList.toggle("only-eyes", old.classList.contains("only-eyes"));
  const shown = fresh.querySelector("#eyes");
  shown?.setAttribute("aria-pressed", String(old.classList.contains("only-eyes")));
  fresh.querySelector("#pane").replaceWith(pane);
  for (const slot of editors) fresh.querySelector(`#${CSS.escape(slot.id)}`)?.replaceWith(slot);
  old.replaceWith(fresh);
  for (const id of opened) document.getElementById(id)?.setAttribute("open", "");
  for (const [id, value] of typed) {
    const field = document.getElementById(id);
    if (field) field.value = value;
  }
  let back = line && document.getElementById(line);
  if (back?.closest("#tray") && !held) back = beside && document.getElementById(beside); // dropped
  if (back) {
    keepInSight(back, top);
    if (focused?.isConnected && back.contains(focused)) focused.focus({ preventScroll: true });
    else focusLine(back);
  } else {
    if (!line && anchor) keepInSight(document.getElementById(anchor.id), top);
    document.querySelector(line ? "#bar a" : "#main")?.focus?.({ preventScroll: true });
  }
}

// The first sentence or part of the page that can be seen: it stays where it is.
function firstInSight(root) {
  const below = root.querySelector("#bar")?.getBoundingClientRect().bottom ?? 0;
  if (root.querySelector("#bar")?.getBoundingClientRect().top > 0) return null; // the top of the page is in sight
  return [...root.querySelectorAll(".line[id]")].find((one) => one.getBoundingClientRect().top >= below);
}

// Put an element back where it was; where that is out of sight now (its form was long), into sight.
function keepInSight(element, top) {
  if (!element || top === undefined) return;
  scrollBy({ top: element.getBoundingClientRect().top - top, behavior: "instant" });
  const bar = document.getElementById("bar");
  const below = bar && getComputedStyle(bar).position === "sticky" ? bar.getBoundingClientRect().bottom : 0;
  const { top: now, bottom } = element.getBoundingClientRect();
  if (now < below || bottom > innerHeight) element.scrollIntoView({ block: "center", behavior: "instant" });
}

// What was typed into other forms and not sent yet.
function unsent(root, form) {
  return [...root.querySelectorAll("textarea[id], input[id]")]
    .filter((field) => !form.contains(field) && field.value !== field.defaultValue)
    .map((field) => [field.id, field.value]);
}

function focusLine(line) {
  line.querySelector(".work > summary")?.focus({ preventScroll: true });
}

// The editor of a sentence, in its place

addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  const link = event.target.closest("a");
  if (link?.dataset.edit) openEditor(event, link);
  else if (link && "close" in link.dataset && link.closest(".slot")) closeEditor(event, link);
  else if (link && "pane" in link.dataset) openSource(event, link);
  else if (link?.id === "eyes") toggleEyes(event, link);
  else if (event.target.closest("[data-shut]")) shutPane();
  else closeMenus(event.target);
});

async function openEditor(event, link) {
  event.preventDefault();
  const slot = document.getElementById(link.dataset.edit);
  if (slot.firstElementChild) return void slot.querySelector("textarea").focus();
  try {
    const { page } = await fetched(link.href);
    const form = page.getElementById("editing");
    if (!form) return tell(page.querySelector("main p")?.textContent ?? "It cannot be edited.", true);
    place(form, slot);
    const field = slot.querySelector(slot.dataset.first ? "input[type=search]" : "textarea");
    delete slot.dataset.first;
    field.focus();
    field.setSelectionRange(field.value.length, field.value.length);
  } catch {
    tell("The desk did not answer. Try again.", true);
  }
}

function place(form, slot) {
  form.id = `editing-${slot.id}`;
  const grid = slot.closest("details.work");
  if (grid) grid.open = true;
  slot.replaceChildren(document.adoptNode(form));
}

function closeEditor(event, link) {
  event.preventDefault();
  const slot = link.closest(".slot");
  slot.replaceChildren();
  const line = slot.closest(".line");
  if (line) focusLine(line);
  else slot.parentElement.querySelector(".add a")?.focus();
}

// The stored source, beside the text or over it

let opener = null;

async function openSource(event, link) {
  event.preventDefault();
  const pane = document.getElementById("pane");
  opener = link;
  try {
    const { page } = await fetched(link.href);
    const view = page.getElementById("source-view");
    if (!view) return tell("This source cannot be shown.", true);
    fill(pane, document.adoptNode(view));
  } catch {
    tell("The desk did not answer. Try again.", true);
  }
}

function fill(pane, view) {
  const shut = document.createElement("button");
  shut.type = "button";
  shut.dataset.shut = "";
  shut.textContent = "Close";
  shut.className = "shut";
  const heading = view.querySelector("h1");
  const title = document.createElement("h2");
  title.id = heading.id;
  title.textContent = heading.textContent;
  heading.replaceWith(title);
  pane.replaceChildren(shut, view);
  const top = opener.getBoundingClientRect().top;
  if (!pane.open) {
    if (wide.matches) pane.show();
    else pane.showModal();
  }
  document.body.classList.add("with-pane");
  scrollBy(0, opener.getBoundingClientRect().top - top); // the text beside it is narrower now
  const mark = pane.querySelector("#mark");
  pane.scrollTop = mark ? mark.offsetTop - pane.clientHeight / 3 : 0;
  shut.focus({ preventScroll: true });
}

function shutPane() {
  const pane = document.getElementById("pane");
  if (pane?.open) pane.close();
}

addEventListener("close", (event) => {
  if (event.target.id !== "pane") return;
  const back = opener?.isConnected ? opener : null;
  const top = back?.getBoundingClientRect().top;
  document.body.classList.remove("with-pane");
  const at = document.activeElement?.closest(".line"); // a key may have led on already
  if (!at || at === back?.closest(".line")) back?.focus({ preventScroll: true });
  if (back) scrollBy(0, back.getBoundingClientRect().top - top);
}, true);

// Only what needs eyes; menus

function toggleEyes(event, link) {
  event.preventDefault();
  const only = document.getElementById("draft").classList.toggle("only-eyes");
  link.setAttribute("aria-pressed", String(only));
}

function closeMenus(target) {
  for (const menu of document.querySelectorAll("details.menu[open], details.tune[open]")) {
    if (!menu.contains(target)) menu.open = false;
  }
}

addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = event.target.closest?.("details.menu[open], details.tune[open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  } else if (!event.target.closest?.("textarea, input")) {
    shutPane();
  }
  document.activeElement?.closest(".cite")?.classList.add("dismissed");
});

addEventListener("focusout", (event) => event.target.closest?.(".cite")?.classList.remove("dismissed"));
addEventListener("mouseout", (event) => event.target.closest?.(".cite")?.classList.remove("dismissed"));
