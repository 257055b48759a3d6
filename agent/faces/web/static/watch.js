// A draft in the making: each step as it begins. The browser reconnects by itself and says which
// event it heard last, so nothing is lost and nothing comes twice.
const box = document.getElementById("watch");
const now = document.getElementById("now");
const spoken = document.getElementById("step-said");
const connection = document.getElementById("connection");
const steps = [...box.querySelectorAll("[data-step]")];
const source = new EventSource(box.dataset.events);
let begun = null;

function show(event) {
  if (event.state === "running" && !event.step) restart();
  if (event.step) enter(event.step, Date.parse(event.at));
  if (["done", "failed", "cancelled"].includes(event.state)) finish();
}

function restart() {
  now.textContent = "Drafting. This page follows by itself.";
  for (const item of steps) item.className = "";
  begun = null;
}

function enter(step, at) {
  const item = steps.find((one) => one.dataset.step === step);
  if (!item) return;
  leave(at);
  for (const one of steps.slice(0, steps.indexOf(item))) one.className = "done";
  item.className = "current";
  begun = { item, at };
  spoken.textContent = item.textContent.trim();
}

function leave(at) {
  if (!begun) return;
  begun.item.className = "done";
  begun.item.querySelector(".took").textContent = `${((at - begun.at) / 1000).toFixed(1)} s`;
}

function finish() {
  source.close();
  leave(Date.now());
  now.textContent = "Done. Opening it …";
  location.replace(box.dataset.here);
}

// While it waits: how many are before it. A look that fails is made again; `connection` tells.
async function lookAtQueue() {
  if (begun) return;
  const answer = await fetch(box.dataset.job).catch(() => null);
  const job = answer?.ok ? await answer.json() : null;
  if (job?.state === "queued") now.textContent = waiting(job.waiting_before);
  setTimeout(lookAtQueue, 3000);
}

function waiting(ahead) {
  if (!ahead) return "Next in the queue.";
  return `Waiting: ${ahead} ${ahead === 1 ? "question" : "questions"} before this one.`;
}

setTimeout(lookAtQueue, 3000);

source.onopen = () => { connection.hidden = true; };
source.onmessage = (message) => show(JSON.parse(message.data));
source.onerror = () => {
  connection.hidden = false;
  if (source.readyState === EventSource.CLOSED) returnLater();
};

// The browser has given up on the stream. Once the desk answers again, this page is loaded anew.
function returnLater() {
  setTimeout(async () => {
    try {
      await fetch(box.dataset.here, { method: "HEAD" });
      location.replace(box.dataset.here);
    } catch {
      returnLater();
    }
  }, 2000);
}
