// Stand-in of Stripe.js: the calls that a page makes to take a card, spelled and answered as
// Stripe.js has them. Card fields are in a frame of this script's own origin; what is typed there
// never reaches the page. Styles are set through the DOM alone, so a page may forbid inline ones.

(() => {
  const origin = new URL(document.currentScript.src).origin;

  class IntegrationError extends Error {
    constructor(message) {
      super(message);
      this.name = "IntegrationError";
    }
  }

  const later = () => new Promise(() => {});
  const idOf = (secret) => secret.split("_secret_")[0];
  const familyOf = (secret) => (secret.startsWith("seti_") ? "setup" : "payment");
  const FAMILIES = {
    payment: { path: "payment_intents", object: "payment_intent", name: "paymentIntent", error: "last_payment_error" },
    setup: { path: "setup_intents", object: "setup_intent", name: "setupIntent", error: "last_setup_error" },
  };

  function checkSecret(secret, family) {
    if (typeof secret !== "string" || !/^(pi|seti)_\w+_secret_\w+$/.test(secret)) {
      throw new IntegrationError(
        "Invalid value for clientSecret: it should be a string of the form ${id}_secret_${secret}.",
      );
    }
    if (family && familyOf(secret) !== family) {
      throw new IntegrationError(`Invalid value for clientSecret: it is not a ${FAMILIES[family].object}'s.`);
    }
    return secret;
  }

  /** Return a hash of hashes as the pairs that Stripe's forms have: `[address][city]`. */
  function pairs(value, name = "") {
    if (value === undefined || value === null || value === "auto" || value === "never") return [];
    if (typeof value !== "object") return [[name, String(value)]];
    return Object.entries(value).flatMap(([key, each]) => pairs(each, `${name}[${key}]`));
  }

  // The Payment Element -------------------------------------------------------

  class PaymentElement {
    #elements;
    #frame = null;
    #port = null;
    #ready = null; // a promise that the frame listens, while it is mounted
    #asked = new Map();
    #count = 0;
    #heard = new Map();
    #destroyed = false;

    constructor(elements) {
      this.#elements = elements;
    }

    mount(where) {
      if (this.#destroyed) throw new IntegrationError("This Element has already been destroyed.");
      const place = typeof where === "string" ? document.querySelector(where) : where;
      if (!(place instanceof Element)) {
        throw new IntegrationError(
          `The selector you specified (${where}) applies to no DOM elements that are currently on the page.`,
        );
      }
      this.unmount();
      const frame = document.createElement("iframe");
      frame.src = `${origin}/_sandbox/elements/payment`;
      frame.name = "__privateStripeFrame";
      frame.title = "Secure payment input frame";
      frame.allow = "payment *";
      const dark = this.#elements.appearance.theme === "night";
      Object.assign(frame.style, {
        border: "0", display: "block", width: "100%", height: "10.5rem", colorScheme: dark ? "dark" : "light",
      });
      let settle;
      this.#ready = new Promise((resolve) => { settle = resolve; });
      this.once("ready", settle);
      frame.addEventListener("load", () => { // again, and empty, where the page moves it
        this.#port?.close();
        const channel = new MessageChannel();
        this.#port = channel.port1;
        this.#port.onmessage = ({ data }) => this.#hear(data);
        frame.contentWindow.postMessage({ sandbox: "element" }, origin, [channel.port2]);
      });
      this.#frame = frame;
      place.replaceChildren(frame);
    }

    unmount() {
      this.#frame?.remove();
      this.#port?.close();
      this.#frame = this.#port = this.#ready = null;
    }

    destroy() {
      this.unmount();
      this.#destroyed = true;
      this.#elements.forget();
    }

    on(event, heard) {
      this.#heard.set(event, [...(this.#heard.get(event) ?? []), heard]);
      return this;
    }

    once(event, heard) {
      const once = (said) => {
        this.off(event, once);
        heard(said);
      };
      return this.on(event, once);
    }

    off(event, heard) {
      const rest = (this.#heard.get(event) ?? []).filter((each) => heard && each !== heard);
      this.#heard.set(event, rest);
      return this;
    }

    focus() {
      this.ask("focus");
    }

    clear() {
      this.ask("clear");
    }

    blur() {
      this.#frame?.blur();
    }

    collapse() {}

    update() {}

    dress() {
      const { theme, variables } = this.#elements.appearance;
      if (this.#frame) this.#frame.style.colorScheme = theme === "night" ? "dark" : "light";
      return this.ask("dress", { theme, variables: variables && { ...variables } });
    }

    /** Ask the frame for something; what it answers is a promise. */
    async ask(ask, more = {}) {
      if (!this.#frame?.isConnected) {
        throw new IntegrationError(
          "We could not retrieve data from the specified Element. Please make sure the Element you are attempting to use is still mounted.",
        );
      }
      if (ask !== "dress") await this.#ready;
      this.#count += 1;
      const number = this.#count;
      const answer = new Promise((resolve) => this.#asked.set(number, resolve));
      this.#port.postMessage({ ask, number, ...more });
      return answer;
    }

    #hear(data) {
      if (data.number) {
        this.#asked.get(data.number)?.(data.answer);
        this.#asked.delete(data.number);
        return;
      }
      if (data.event === "height") {
        if (this.#frame) this.#frame.style.height = `${data.height}px`;
        return;
      }
      const said = { elementType: "payment" };
      if (data.event === "ready") this.dress();
      if (data.event === "change") {
        Object.assign(said, {
          collapsed: false, complete: data.complete, empty: data.empty, value: { type: "card" },
        });
      }
      for (const heard of this.#heard.get(data.event) ?? []) heard(said);
    }
  }

  // Elements ------------------------------------------------------------------

  class Elements {
    #element = null;
    #checked = false;

    constructor(options = {}) {
      const { mode, clientSecret, currency, amount } = options;
      if (clientSecret !== undefined) checkSecret(clientSecret);
      else if (!["payment", "setup", "subscription"].includes(mode)) {
        throw new IntegrationError("Invalid value for elements(): `mode` or `clientSecret` has to be given.");
      } else if (typeof currency !== "string" && mode !== "setup") {
        throw new IntegrationError("Invalid value for elements(): `currency` has to be given.");
      } else if (mode === "payment" && !(Number.isInteger(amount) && amount > 0)) {
        throw new IntegrationError("Invalid value for elements(): `amount` should be a positive integer.");
      }
      this.options = { ...options };
    }

    get appearance() {
      return this.options.appearance ?? {};
    }

    create(type) {
      if (type !== "payment") {
        throw new IntegrationError(`The sandbox has a payment Element, and no ${type} Element.`);
      }
      if (this.#element) throw new IntegrationError("Can only create one Element of type payment.");
      this.#element = new PaymentElement(this);
      return this.#element;
    }

    getElement(type) {
      return type === "payment" ? this.#element : null;
    }

    forget() {
      this.#element = null;
    }

    update(options) {
      Object.assign(this.options, options);
      this.#checked = false;
      if (options.appearance) this.#element?.dress().catch(() => {});
    }

    async fetchUpdates() {
      return {};
    }

    /** Check what was typed: `{}` when it is complete, else `{error}`. */
    async submit() {
      const answer = await this.#asking().ask("submit");
      this.#checked = !answer.error;
      return answer.error ? answer : { selectedPaymentMethod: "card" };
    }

    /** Make a payment method of it: `{id}` or `{error}`. */
    async make(stripe, billing) {
      if (!this.options.clientSecret && !this.#checked) {
        throw new IntegrationError(
          "elements.submit() must be called before stripe.confirmPayment(). Call elements.submit() as soon as your customer presses pay.",
        );
      }
      const wrong = await this.submit();
      if (wrong.error) return wrong;
      return this.#asking().ask("make", { ...stripe, billing: pairs(billing) });
    }

    #asking() {
      if (!this.#element) throw new IntegrationError("Could not retrieve a payment Element: create and mount one.");
      return this.#element;
    }
  }

  // The guest's bank ----------------------------------------------------------

  /** Show the bank's page above everything else, until it has its answer. */
  function ask(intent) {
    const dialog = document.createElement("dialog");
    dialog.setAttribute("aria-label", "3-D Secure");
    Object.assign(dialog.style, {
      position: "fixed", inset: "0", width: "100vw", height: "100vh", maxWidth: "none", maxHeight: "none",
      margin: "0", padding: "1rem", border: "0", background: "rgb(10 12 24 / 0.6)",
      display: "grid", placeItems: "center", boxSizing: "border-box", overflow: "hidden",
    });
    const frame = document.createElement("iframe");
    frame.src = intent.next_action.use_stripe_sdk.stripe_js;
    frame.name = "__stripe3ds";
    frame.title = "3-D Secure";
    Object.assign(frame.style, {
      border: "0", borderRadius: "0.75rem", width: "min(30rem, 100%)", height: "min(26rem, 100%)",
      background: "Canvas", colorScheme: "light dark",
    });
    dialog.append(frame);
    dialog.addEventListener("cancel", (event) => event.preventDefault()); // the bank waits for an answer
    document.body.append(dialog);
    dialog.showModal();
    frame.focus();
    return new Promise((resolve) => {
      window.addEventListener("message", function heard(message) {
        if (message.origin !== new URL(frame.src).origin || message.source !== frame.contentWindow) return;
        if (message.data?.sandbox !== "answered" || message.data.intent !== intent.id) return;
        window.removeEventListener("message", heard);
        dialog.close();
        dialog.remove();
        resolve();
      });
    });
  }

  // Stripe --------------------------------------------------------------------

  class StripeObject {
    #key;
    #account;

    constructor(key, { stripeAccount } = {}) {
      if (typeof key !== "string" || !key) {
        throw new IntegrationError("Please call Stripe() with your publishable key. You used an empty string.");
      }
      if (/^(sk|rk)_/.test(key)) {
        throw new IntegrationError(
          "You should not use your secret key with Stripe.js.\n        Please pass a publishable key instead.",
        );
      }
      if (!key.startsWith("pk_test_")) {
        throw new IntegrationError("The sandbox takes keys that begin with pk_test_ alone.");
      }
      this.#key = key;
      this.#account = stripeAccount;
    }

    elements(options) {
      return new Elements(options);
    }

    async confirmPayment(options) {
      return this.#confirm("payment", options);
    }

    async confirmSetup(options) {
      return this.#confirm("setup", options);
    }

    async retrievePaymentIntent(clientSecret) {
      return this.#retrieve(checkSecret(clientSecret, "payment"));
    }

    async retrieveSetupIntent(clientSecret) {
      return this.#retrieve(checkSecret(clientSecret, "setup"));
    }

    async handleNextAction({ clientSecret } = {}) {
      const found = await this.#retrieve(checkSecret(clientSecret));
      if (found.error) return found;
      return this.#settle(found[FAMILIES[familyOf(clientSecret)].name], clientSecret);
    }

    async #confirm(family, { elements, clientSecret, confirmParams = {}, redirect = "always" } = {}) {
      const secret = checkSecret(clientSecret ?? elements?.options.clientSecret, family);
      const { payment_method_data: data, payment_method: known, ...rest } = confirmParams;
      if (redirect === "always" && !rest.return_url) {
        throw new IntegrationError("confirmParams.return_url is needed, unless redirect is 'if_required'.");
      }
      let method = known;
      if (!method) {
        if (!(elements instanceof Elements)) {
          throw new IntegrationError("Either `elements` or `confirmParams.payment_method` has to be given.");
        }
        const differs = await this.#differs(family, secret, elements.options);
        if (differs) return { error: differs };
        const made = await elements.make({ key: this.#key, account: this.#account }, data?.billing_details);
        if (made.error) return made;
        method = made.id;
      }
      const { path, name } = FAMILIES[family];
      const params = { payment_method: method, client_secret: secret, use_stripe_sdk: true, ...rest };
      const answer = await this.#call("POST", `/v1/${path}/${idOf(secret)}/confirm`, params);
      if (answer.error) return answer;
      const settled = await this.#settle(answer, secret);
      if (!settled.error && redirect === "always") {
        const back = new URL(rest.return_url, document.baseURI);
        const { object } = FAMILIES[family];
        back.searchParams.set(object, settled[name].id);
        back.searchParams.set(`${object}_client_secret`, secret);
        back.searchParams.set("redirect_status", settled[name].status === "processing" ? "pending" : "succeeded");
        window.location.assign(back);
        return later();
      }
      return settled;
    }

    /** What the fields were shown for has to be what is confirmed. */
    async #differs(family, secret, { mode, amount, currency }) {
      if (!mode) return null;
      const wrong = (message) => ({ type: "invalid_request_error", message });
      if (mode !== family) return wrong(`Elements were made in mode ${mode}, and the intent is another.`);
      if (family === "setup") return null;
      const found = await this.#retrieve(secret);
      if (found.error) return found.error;
      const { paymentIntent: intent } = found;
      if (intent.amount !== amount || intent.currency !== currency.toLowerCase()) {
        return wrong(
          `Elements were made for ${amount} ${currency}, and the PaymentIntent is of ${intent.amount} ${intent.currency}.`,
        );
      }
      return null;
    }

    async #retrieve(secret) {
      const { path, name } = FAMILIES[familyOf(secret)];
      const answer = await this.#call("GET", `/v1/${path}/${idOf(secret)}`, { client_secret: secret });
      return answer.error && !answer.id ? answer : { [name]: answer };
    }

    /** Have the guest answer their bank where it asks; return the intent as it is then. */
    async #settle(intent, secret) {
      const { name, object, error } = FAMILIES[familyOf(secret)];
      let now = intent;
      const action = intent.status === "requires_action" ? intent.next_action : null;
      if (action?.type === "redirect_to_url") {
        window.location.assign(action.redirect_to_url.url);
        return later();
      }
      if (action?.type === "use_stripe_sdk") {
        await ask(intent);
        const found = await this.#retrieve(secret);
        if (found.error) return found;
        now = found[name];
      }
      if (now.status === "requires_payment_method" && now[error]) {
        return { error: { ...now[error], [object]: now } };
      }
      return { [name]: now };
    }

    async #call(method, path, params) {
      const body = new URLSearchParams();
      for (const [name, value] of Object.entries(params)) {
        for (const [inner, each] of pairs(value)) body.append(`${name}${inner}`, each);
      }
      const headers = { Authorization: `Bearer ${this.#key}` };
      if (this.#account) headers["Stripe-Account"] = this.#account;
      try {
        const answer = method === "GET"
          ? await fetch(`${origin}${path}?${body}`, { headers })
          : await fetch(`${origin}${path}`, { method, headers, body });
        const said = await answer.json();
        return answer.ok ? said : { error: said.error };
      } catch {
        return {
          error: {
            type: "api_connection_error",
            message: "We are experiencing issues connecting to our payments provider. You have not been charged. Please check your internet connection and try again.",
          },
        };
      }
    }
  }

  window.Stripe = (key, options) => new StripeObject(key, options);
  window.Stripe.version = "sandbox";
})();
