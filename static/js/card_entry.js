// Wherever a card is typed: Stripe's own fields, a payment made when its button is pressed, and what
// came of it, asked until that is decided. The form says what it is for in its data attributes.

(() => {
  const PAUSES = [0.5, 1, 1, 2, 3, 5, 8]; // seconds before each look; the last one again and again
  const PATIENCE = 120; // seconds after which somebody may go
  const UNDECIDED = ["open", "waiting"];
  const BLOCKED = "The fields for the card could not be loaded. Something keeps Stripe away: a blocker in this browser, or the network. Nothing was taken.";
  const OFFLINE = "The connection is lost. Nothing was taken. Try again when it is back.";
  const UNSURE = "The connection is lost. Press again when it is back: what is sent twice is done once.";
  const LOGGED_OUT = "You were logged out meanwhile.";
  const BROKEN = "Something is wrong here.";
  const NOTHING = "Nothing was taken. Load the page again.";
  const UNKNOWN = "What became of the payment is shown once you load the page again.";
  const WAITING = "Waiting for Stripe";

  let loading = null;

  /** Load Stripe.js, once; again after it was kept away. */
  function stripeScript(address) {
    if (window.Stripe) return Promise.resolve();
    loading ??= new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = address;
      script.onload = () => (window.Stripe ? resolve() : reject(new Error(BLOCKED)));
      script.onerror = () => reject(new Error(BLOCKED));
      document.head.append(script);
    }).catch((error) => {
      loading = null;
      throw error;
    });
    return loading;
  }

  /** Return a colour of the page as Stripe's fields take it. */
  function colour(name) {
    const context = document.createElement("canvas").getContext("2d");
    const probe = document.createElement("i");
    probe.className = `probe ${name}`;
    document.body.append(probe);
    context.fillStyle = getComputedStyle(probe).color;
    probe.remove();
    context.fillRect(0, 0, 1, 1);
    const [red, green, blue] = context.getImageData(0, 0, 1, 1).data;
    return `rgb(${red}, ${green}, ${blue})`;
  }

  const dark = matchMedia("(prefers-color-scheme: dark)");

  function appearance() {
    return {
      theme: dark.matches ? "night" : "stripe",
      variables: {
        borderRadius: "8px",
        colorBackground: colour("card"),
        colorDanger: colour("bad"),
        colorPrimary: colour("brand"),
        colorText: colour("ink"),
        colorTextPlaceholder: colour("soft"),
      },
    };
  }

  const pause = (seconds) => new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      window.removeEventListener("online", done);
      resolve();
    };
    const timer = setTimeout(done, seconds * 1000);
    window.addEventListener("online", done); // no need to wait for what is back
  });

  /** Ask our server; null when there was no way to it, `lost` what it said when it did not do it. */
  async function ask(address, options = {}) {
    let answer;
    try {
      answer = await fetch(address, { headers: { Accept: "application/json" }, ...options });
    } catch {
      return null;
    }
    if (answer.headers.get("Content-Type")?.startsWith("application/json")) return answer.json();
    if (answer.redirected) return { lost: LOGGED_OUT, undone: true };
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const why = [...page.querySelectorAll("[data-why]")].map((each) => each.textContent.trim());
    return { lost: why.join(" ") || BROKEN, undone: answer.status < 500 };
  }

  class CardEntry {
    constructor(form) {
      this.form = form;
      this.busy = false;
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        event.stopPropagation();
        this.press();
      });
      form.addEventListener("change", () => this.choose());
      this.part("again").addEventListener("click", () => this.again());
      dark.addEventListener("change", () => this.elements?.update({ appearance: appearance() }));
      this.show();
    }

    part(name) {
      return this.form.querySelector(`[data-${name}]`);
    }

    /** Whether the card is one that is typed here. */
    get isNew() {
      const chosen = this.form.elements.namedItem("card");
      return !chosen || chosen.value === "";
    }

    /** Show what fits the card that is chosen. */
    choose() {
      this.part("new").hidden = !this.isNew;
    }

    /** Show Stripe's fields. */
    async show() {
      const { script, key, account, amount, currency, capture } = this.form.dataset;
      const fields = this.part("fields");
      this.problem("");
      try {
        await stripeScript(script);
        this.stripe = window.Stripe(key, { stripeAccount: account });
        this.elements = this.stripe.elements({
          mode: "payment",
          amount: Number(amount) || 100,
          currency,
          captureMethod: capture,
          appearance: appearance(),
        });
        Object.assign(this, { amount: Number(amount), saves: false });
        const element = this.elements.create("payment");
        element.on("ready", () => fields.removeAttribute("aria-busy"));
        element.on("loaderror", () => this.problem(BLOCKED, "fields"));
        fields.replaceChildren();
        element.mount(fields);
      } catch {
        this.elements = null;
        fields.replaceChildren();
        this.problem(BLOCKED, "fields");
      }
    }

    again() {
      if (this.retry === "page") window.location.reload();
      else this.show();
    }

    async press() {
      if (this.busy) return;
      this.hold(true);
      try {
        await this.take();
      } finally {
        this.hold(false);
      }
    }

    hold(busy) {
      this.busy = busy;
      this.form.toggleAttribute("aria-busy", busy);
      const button = this.part("do");
      if (button) button.disabled = busy || Boolean(this.done);
    }

    /** Check the card, have the payment made, confirm it, and wait for what comes of it. */
    async take() {
      this.problem("");
      this.wrong({});
      const typed = this.isNew;
      if (typed && !this.elements) return this.problem(BLOCKED, "fields");
      if (typed && (await this.elements.submit()).error) return; // its fields say what is missing
      this.say(WAITING);
      const begun = await ask(this.form.action, { method: "POST", body: new FormData(this.form) });
      if (!begun) return this.problem(typed ? OFFLINE : UNSURE); // a card on file is charged at once
      if (begun.lost) return this.problem(`${begun.lost} ${typed || begun.undone ? NOTHING : UNKNOWN}`, "page");
      if (begun.errors || begun.detail) return this.refused(begun);
      if (begun.go) return window.location.assign(begun.go);
      const error = begun.client_secret ? await this.confirm(begun) : null;
      await this.follow(begun.status, error);
    }

    async confirm({ client_secret: clientSecret, amount, currency, saves }) {
      if (this.amount !== amount || this.saves !== saves) { // it has to be what is confirmed
        this.elements.update({ amount, currency, setupFutureUsage: saves ? "off_session" : null });
        const wrong = await this.elements.submit();
        if (wrong.error) return wrong.error;
        Object.assign(this, { amount, saves });
      }
      const back = new URL(this.form.dataset.done || window.location.href, window.location.href);
      const { error } = await this.stripe.confirmPayment({
        elements: this.elements,
        clientSecret,
        confirmParams: { return_url: back.href },
        redirect: "if_required",
      });
      return error;
    }

    /** Ask what came of it until that is decided. */
    async follow(address, error) {
      const since = Date.now();
      for (let look = 0; ; look += 1) {
        await pause(PAUSES[Math.min(look, PAUSES.length - 1)]);
        const outcome = await ask(address);
        if (outcome?.lost) return this.problem(`${outcome.lost} ${UNKNOWN}`, "page");
        if (outcome?.detail) return this.refused(outcome);
        if (outcome && !UNDECIDED.includes(outcome.state)) return this.decided(outcome);
        if (outcome && error) return this.problem(error.message);
        const long = (Date.now() - since) / 1000 > PATIENCE;
        if (!outcome) this.say(WAITING, "The connection is lost. This goes on when it is back.");
        else this.say(WAITING, long ? "This takes longer than usual. You may leave: the booking shows what comes of it." : "");
      }
    }

    decided({ state, words, note }) {
      if (state === "declined" || state === "over") return this.problem(note);
      this.done = true;
      this.form.classList.add("done");
      this.say(words, note, state);
      const { done } = this.form.dataset;
      if (done) window.location.replace(done);
      else this.form.dispatchEvent(new CustomEvent("card:done", { bubbles: true }));
    }

    refused({ detail, errors = {}, now = {} }) {
      const beside = this.wrong(errors);
      const rest = detail || (beside ? "" : Object.values(errors).flat().join(" "));
      this.problem(rest);
      if (now.seen) this.form.elements.namedItem("seen").value = now.seen; // whoever presses again knows
      const due = this.form.parentElement.querySelector("[data-due]");
      if (now.due && due) due.textContent = now.due;
    }

    /** Put what was typed wrong beside its fields; say whether all of it has one. */
    wrong(errors) {
      for (const place of this.form.querySelectorAll("[data-wrong]")) place.remove();
      for (const input of this.form.querySelectorAll("[aria-invalid]")) input.removeAttribute("aria-invalid");
      this.say("");
      let all = true;
      for (const [name, sentences] of Object.entries(errors)) {
        const input = this.form.querySelector(`.field [name="${CSS.escape(name)}"]`);
        if (!input) { all = false; continue; }
        const place = document.createElement("p");
        Object.assign(place, { className: "wrong", textContent: sentences.join(" "), role: "alert", id: `${input.id}_error` });
        place.dataset.wrong = "";
        input.closest(".field").append(place);
        input.setAttribute("aria-invalid", "true");
        input.setAttribute("aria-describedby", place.id);
        input.focus();
      }
      return all;
    }

    /** Say what went wrong; `retry` names what can be loaded again: the fields, or the page. */
    problem(text, retry = "") {
      const place = this.part("problem");
      place.textContent = text;
      this.retry = retry;
      this.part("again").hidden = !retry;
      if (!text) return;
      this.say("");
      place.scrollIntoView({ block: "nearest" });
    }

    say(words, note = "", state = "waiting") {
      const place = this.part("status");
      place.className = words ? `outcome ${state}` : "outcome";
      const bold = document.createElement("b");
      bold.textContent = words;
      place.replaceChildren(...(words ? [bold] : []), note);
    }
  }

  function begin(within) {
    for (const form of within.querySelectorAll("form[data-card-entry]")) {
      if (!form.cardEntry) form.cardEntry = new CardEntry(form);
    }
  }

  begin(document);
  document.addEventListener("htmx:afterSwap", () => begin(document));
})();
