// The control page without a jump: buttons leave the page where it is, and what happens by itself
// shows up. Without this script everything works, with a new page for each button.

const every = 2_500; // milliseconds between two looks

/** Take over what another version of the page shows, and keep focus and places. */
function take(text, { quiet = false } = {}) {
  const next = new DOMParser().parseFromString(text, "text/html");
  const focused = document.activeElement?.id;
  const scrolled = document.querySelector(".events")?.scrollTop ?? 0;
  for (const part of ["nav.accounts", "main", "aside"]) {
    const [mine, theirs] = [document.querySelector(part), next.querySelector(part)];
    if (quiet && part === "main") keepWords(mine, theirs);
    if (mine.innerHTML !== theirs.innerHTML) mine.replaceWith(document.adoptNode(theirs));
  }
  const events = document.querySelector(".events");
  if (events) events.scrollTop = scrolled;
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
}

/** What was said about the last button stays until the next one. */
function keepWords(mine, theirs) {
  theirs.querySelector("#said").replaceChildren(...mine.querySelector("#said").cloneNode(true).childNodes);
  const problem = mine.querySelector(":scope > [role=alert]");
  if (problem) theirs.querySelector("#said").after(problem.cloneNode(true));
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  event.preventDefault();
  const body = new URLSearchParams(new FormData(form, event.submitter));
  try {
    const answer = await fetch(form.action, { method: "POST", body });
    take(await answer.text());
  } catch {
    form.submit();
  }
});

function typing() {
  const at = document.activeElement;
  return at?.matches("aside input, main input") ?? false;
}

setInterval(async () => {
  if (document.hidden || typing()) return;
  try {
    const answer = await fetch(location.pathname + location.search);
    const text = await answer.text();
    if (answer.ok && !typing()) take(text, { quiet: true });
  } catch {
    // It has ended, or starts anew: the next look will tell.
  }
}, every);
