// Whoever is logged out while they write finds it again after the login, and whoever wrote on a page that
// was open too long once they load it again: this tab alone keeps it, and forgets it on the first page that
// is no login. A form says with `data-keeps` where the login is.
(() => {
  const KEPT = "typed";
  const LOGGED_OUT = "You were logged out, and nothing was sent.";
  const OPEN_TOO_LONG = "This page was open too long, and what you sent was not accepted.";
  const AGAIN = " What you typed is here again.";
  const FILE = " A file has to be chosen again.";
  const who = () => document.querySelector(".who")?.dataset.user; // two people may share a name

  function keep(form, why) {
    const typed = [...new FormData(form)].filter(([, value]) => typeof value === "string");
    const fields = typed.filter(([name]) => name !== "csrfmiddlewaretoken");
    const kept = { why, who: who(), action: form.getAttribute("action"), fields };
    window.sessionStorage.setItem(KEPT, JSON.stringify(kept));
  }

  function fill(form, fields) {
    for (const input of form.querySelectorAll("[name]")) {
      const values = fields.filter(([name]) => name === input.name).map(([, value]) => value);
      if (input.type === "checkbox" || input.type === "radio") input.checked = values.includes(input.value);
      else if (values.length && input.type !== "file" && input.value !== values[0]) {
        input.value = values[0];
        if (input.type === "hidden") continue;
        input.closest("details")?.setAttribute("open", "");
        const changes = input.matches("select") ? "change" : input.matches("[data-counted]") && "input";
        if (changes) input.dispatchEvent(new Event(changes, { bubbles: true }));
      }
    }
  }

  function restore(form, { why, fields }) {
    form.addEventListener("htmx:afterSwap", () => fill(form, fields), { once: true }); // what follows a choice
    fill(form, fields);
    const notice = document.createElement("p");
    Object.assign(notice, { className: "notice info", role: "status", textContent: why + AGAIN + (form.querySelector("[type=file]") ? FILE : "") });
    form.prepend(notice);
  }

  document.addEventListener("htmx:beforeOnLoad", ({ detail }) => {
    const form = detail.elt.closest("form[data-keeps]");
    const to = detail.xhr.getResponseHeader("HX-Redirect");
    if (form && to?.startsWith(`${form.dataset.keeps}?`)) keep(form, LOGGED_OUT);
  });
  // Or where somebody logged in anew in another tab: the page has to be loaded again. Whatever else is
  // not allowed is not kept: it would be again, and a colleague may have written meanwhile.
  document.addEventListener("htmx:responseError", ({ detail }) => {
    const form = detail.elt.closest("form[data-keeps]");
    if (!form || detail.xhr.status !== 403) return;
    const page = new DOMParser().parseFromString(detail.xhr.responseText, "text/html");
    if (page.querySelector("[data-open-too-long]")) keep(form, OPEN_TOO_LONG);
  });

  if (document.querySelector(".login")) return;
  const kept = JSON.parse(window.sessionStorage.getItem(KEPT) || "null");
  window.sessionStorage.removeItem(KEPT);
  if (!kept || kept.who !== who()) return;
  const form = [...document.querySelectorAll("form[data-keeps]")].find((each) => each.getAttribute("action") === kept.action);
  if (form) document.addEventListener("DOMContentLoaded", () => restore(form, kept)); // after htmx
})();
