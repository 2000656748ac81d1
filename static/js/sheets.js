// A dialog that was fetched opens above the page; Cancel closes it. What is wrong gets the focus.
document.addEventListener("htmx:afterSwap", ({ detail }) => {
  if (detail.target.matches("form.new")) document.querySelector('form.new [aria-invalid="true"]')?.focus();
  const dialog = detail.target.id === "sheet" && detail.target.querySelector("dialog");
  if (!dialog) return;
  dialog.close();
  dialog.showModal();
  const { pathname, search } = window.location;
  if (search.includes("opens=")) window.history.replaceState(null, "", pathname); // once is enough
  const wrong = dialog.querySelector('[aria-invalid="true"]');
  if (wrong) wrong.focus();
});
document.addEventListener("click", (event) => {
  const cancel = event.target.closest("#sheet .cancel");
  if (!cancel) return;
  event.preventDefault();
  cancel.closest("dialog").close();
});
const forget = ({ target }) => {
  if (target.matches("#sheet dialog") && !target.open) target.remove();
};
document.addEventListener("close", forget, true); // by Cancel or Escape: the next one starts anew

// A card has paid or holds: the dialog says so, and the page behind it is read again.
document.addEventListener("card:done", async ({ target }) => {
  const cancel = target.querySelector("#sheet .cancel");
  const sheet = document.getElementById("sheet");
  if (!cancel || !sheet) return;
  cancel.textContent = "Close";
  cancel.focus();
  const answer = await fetch(window.location.href);
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  const holds = (each) => each.contains(each.ownerDocument.getElementById("sheet"));
  const main = document.getElementById("main");
  const kept = [...main.children].find(holds);
  for (const each of [...main.children]) if (each !== kept) each.remove();
  let behind = false;
  for (const each of [...fresh.getElementById("main").children]) {
    if (holds(each)) {
      behind = true;
      continue;
    }
    if (behind) main.append(each);
    else kept.before(each);
    window.htmx.process(each);
  }
});

// What was asked was not done: the dialog, or the page, says why; what was typed stays. With DEBUG,
// django-htmx would put Django's page of the error in place of all of it.
document.addEventListener("htmx:beforeOnLoad", (event) => {
  if (event.detail.xhr.status >= 400) event.stopPropagation();
}, true);
const unanswered = "The hotel's system could not be reached.";
const broken = "Something is wrong here.";
const again = ({ requestConfig }) => (requestConfig.verb === "post" ? " Try again: what is sent twice is done once." : " Try again.");
const unsay = () => document.querySelectorAll("[data-said]").forEach((each) => each.remove());
const say = (words, { elt, requestConfig }) => {
  const dialog = document.querySelector("#sheet dialog[open]");
  const pressed = requestConfig?.triggeringEvent?.submitter || elt;
  const beside = pressed.closest("form[data-keeps] :is(.actions, .adding)");
  unsay();
  const notice = document.createElement("p");
  notice.className = "notice error";
  notice.role = "alert";
  notice.dataset.said = "";
  notice.textContent = words;
  if (dialog) dialog.querySelector("h1").after(notice);
  else if (beside) beside.after(notice);
  else document.getElementById("main").prepend(notice);
  notice.scrollIntoView({ block: "nearest" });
};
document.addEventListener("htmx:beforeRequest", ({ detail }) => detail.requestConfig.verb === "post" && unsay());
document.addEventListener("htmx:afterSwap", unsay); // it answers again
document.addEventListener("htmx:sendError", ({ detail }) => say(unanswered + again(detail), detail));
document.addEventListener("htmx:responseError", ({ detail }) => {
  const page = new DOMParser().parseFromString(detail.xhr.responseText, "text/html");
  const why = [...page.querySelectorAll("[data-why]")].map((each) => each.textContent.trim());
  say(why.join(" ") || broken + again(detail), detail);
});
