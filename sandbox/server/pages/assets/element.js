// Inside the Payment Element's frame. What is typed stays here: the page around it hears whether it
// is complete, what is wrong with it, and the id of the payment method that was made of it.

const form = document.querySelector("form");
const fields = { number: form.number, expiry: form.expiry, cvc: form.cvc };
const touched = new Set();
let port = null;

const BRANDS = [
  [/^4/, "visa", "Visa"],
  [/^(5[1-5]|2[2-7])/, "mastercard", "Mastercard"],
  [/^3[47]/, "amex", "Amex"],
  [/^(6011|65|64[4-9])/, "discover", "Discover"],
  [/^(30|36|38)/, "diners", "Diners"],
  [/^35/, "jcb", "JCB"],
  [/^62/, "unionpay", "UnionPay"],
];
const digits = (text) => text.replace(/\D/g, "");
const brandOf = (number) => BRANDS.find(([begins]) => begins.test(number)) ?? [null, "unknown", ""];
const lengthOf = (brand) => ({ amex: 15, diners: 14 })[brand] ?? 16;

function luhn(number) {
  const sum = [...number].reverse().reduce((sum, digit, place) => {
    const twice = Number(digit) * (place % 2 ? 2 : 1);
    return sum + (twice > 9 ? twice - 9 : twice);
  }, 0);
  return sum % 10 === 0;
}

function problem(code, message) {
  return { type: "validation_error", code, message };
}

const checks = {
  number() {
    const number = digits(fields.number.value);
    const [, brand] = brandOf(number);
    const length = brand === "diners" && !number.startsWith("36") ? 16 : lengthOf(brand);
    if (number.length < length) return problem("incomplete_number", "Your card number is incomplete.");
    if (!luhn(number)) return problem("invalid_number", "Your card number is invalid.");
    return null;
  },
  expiry() {
    const typed = digits(fields.expiry.value);
    if (typed.length < 4) return problem("incomplete_expiry", "Your card’s expiration date is incomplete.");
    const { month, year } = expiry();
    if (month < 1 || month > 12) return problem("invalid_expiry_month", "Your card’s expiration month is invalid.");
    const now = new Date();
    const months = (year - now.getFullYear()) * 12 + month - 1 - now.getMonth();
    if (months < 0) return problem("invalid_expiry_year_past", "Your card’s expiration year is in the past.");
    if (months > 600) return problem("invalid_expiry_year", "Your card’s expiration year is invalid.");
    return null;
  },
  cvc() {
    const [, brand] = brandOf(digits(fields.number.value));
    const wanted = brand === "amex" ? 4 : 3;
    if (digits(fields.cvc.value).length < wanted) {
      return problem("incomplete_cvc", "Your card’s security code is incomplete.");
    }
    return null;
  },
};

function expiry() {
  const typed = digits(fields.expiry.value);
  return { month: Number(typed.slice(0, 2)), year: 2000 + Number(typed.slice(2, 4)) };
}

// What is typed -------------------------------------------------------------

function shape(input) {
  const behind = digits(input.value.slice(input.selectionStart)).length;
  if (input === fields.number) {
    const number = digits(input.value).slice(0, 19);
    const [, brand, words] = brandOf(number);
    const groups = brand === "amex" ? /^(\d{1,4})(\d{1,6})?(\d{1,5})?/ : null;
    input.value = groups
      ? (number.match(groups)?.slice(1).filter(Boolean) ?? []).join(" ")
      : (number.match(/\d{1,4}/g) ?? []).join(" ");
    document.getElementById("brand").textContent = words;
  } else if (input === fields.expiry) {
    let typed = digits(input.value).slice(0, 6);
    if (/^[2-9]/.test(typed)) typed = `0${typed}`;
    if (/^\d{2}20\d{2}$/.test(typed)) typed = typed.slice(0, 2) + typed.slice(4);
    typed = typed.slice(0, 4);
    input.value = typed.length > 2 ? `${typed.slice(0, 2)} / ${typed.slice(2)}` : typed;
  } else {
    input.value = digits(input.value).slice(0, 4);
  }
  let place = input.value.length;
  for (let left = behind; left && place; place -= 1) if (/\d/.test(input.value[place - 1])) left -= 1;
  input.setSelectionRange(place, place);
}

function show(name, error) {
  const place = document.getElementById(`${name}-problem`);
  place.textContent = error?.message ?? "";
  if (error) fields[name].setAttribute("aria-invalid", "true");
  else fields[name].removeAttribute("aria-invalid");
}

function errors() {
  return Object.entries(checks).map(([name, check]) => [name, check()]);
}

function tellChange() {
  const complete = errors().every(([, error]) => !error);
  const empty = Object.values(fields).every((input) => !input.value);
  port?.postMessage({ event: "change", complete, empty });
}

function tellHeight() {
  const height = Math.ceil(document.querySelector("main").getBoundingClientRect().height);
  port?.postMessage({ event: "height", height });
}

for (const [name, input] of Object.entries(fields)) {
  input.addEventListener("input", () => {
    shape(input);
    if (touched.has(name)) show(name, checks[name]());
    if (name === "number" && touched.has("cvc")) show("cvc", checks.cvc());
    tellChange();
  });
  input.addEventListener("focus", () => port?.postMessage({ event: "focus" }));
  input.addEventListener("blur", () => {
    port?.postMessage({ event: "blur" });
    if (!input.value) return;
    touched.add(name);
    show(name, checks[name]());
  });
  input.addEventListener("keydown", (key) => {
    if (key.key === "Escape") port?.postMessage({ event: "escape" });
  });
}
form.addEventListener("submit", (event) => event.preventDefault());
new ResizeObserver(tellHeight).observe(document.querySelector("main"));

// What the page around it asks ----------------------------------------------

const asked = {
  /** Check what was typed, and show what is wrong with it. */
  submit() {
    const found = errors();
    for (const [name, error] of found) {
      touched.add(name);
      show(name, error);
    }
    const wrong = found.find(([, error]) => error);
    if (!wrong) return {};
    fields[wrong[0]].focus();
    return { error: wrong[1] };
  },

  /** Make a payment method of it, and say its id. */
  async make({ key, account, billing }) {
    const body = new URLSearchParams({
      type: "card",
      "card[number]": digits(fields.number.value),
      "card[exp_month]": expiry().month,
      "card[exp_year]": expiry().year,
      "card[cvc]": fields.cvc.value,
    });
    for (const [name, value] of billing ?? []) body.append(`billing_details${name}`, value);
    const headers = { Authorization: `Bearer ${key}` };
    if (account) headers["Stripe-Account"] = account;
    const answer = await fetch("/v1/payment_methods", { method: "POST", headers, body });
    const said = await answer.json();
    return answer.ok ? { id: said.id } : { error: said.error };
  },

  /** Look as the page around it wants. */
  dress({ theme, variables }) {
    const root = document.documentElement;
    root.dataset.theme = theme === "night" ? "night" : "stripe";
    const known = {
      borderRadius: "--radius",
      colorBackground: "--background",
      colorDanger: "--danger",
      colorPrimary: "--primary",
      colorText: "--text",
      colorTextPlaceholder: "--soft",
      fontFamily: "--font",
      fontSizeBase: "--size",
    };
    for (const [name, own] of Object.entries(known)) {
      if (variables?.[name]) root.style.setProperty(own, variables[name]);
    }
    return {};
  },

  focus() {
    fields.number.focus();
    return {};
  },

  clear() {
    form.reset();
    touched.clear();
    for (const name of Object.keys(fields)) show(name, null);
    document.getElementById("brand").textContent = "";
    tellChange();
    return {};
  },
};

window.addEventListener("message", (message) => {
  if (message.source !== window.parent || message.data?.sandbox !== "element" || port) return;
  [port] = message.ports;
  port.onmessage = async ({ data }) => {
    let answer;
    try {
      answer = await asked[data.ask](data);
    } catch {
      answer = { error: { type: "api_connection_error", message: "Stripe cannot be reached." } };
    }
    port.postMessage({ number: data.number, answer });
  };
  tellHeight();
  port.postMessage({ event: "ready" });
});
