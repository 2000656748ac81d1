// stripe-node, unmodified, through the sandbox's resources: node conformance.mjs ADDRESS
// It is run beside an installed `stripe`, and ends with the first thing that is not so.
import assert from "node:assert/strict";
import Stripe from "stripe";

const { hostname, port } = new URL(process.argv[2]);
const stripe = new Stripe("sk_test_any", {
  host: hostname,
  port,
  protocol: "http",
  maxNetworkRetries: 0,
});
const hotel = { stripeAccount: "acct_1HarbourHotels00" };
const card = { amount: 5000, currency: "eur", payment_method: "pm_card_visa", confirm: true };

async function refused(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  return assert.fail("it was not refused");
}

async function until(ask) {
  for (let tries = 0; tries < 100; tries += 1) {
    if (await ask()) return;
    await new Promise((done) => setTimeout(done, 50));
  }
  assert.fail(`never: ${ask}`);
}

// Payments, with what is shown in full, and a hold captured in part
const paid = await stripe.paymentIntents.create(
  { ...card, expand: ["latest_charge.balance_transaction"], capture_method: "automatic" },
  hotel,
);
assert.equal(paid.status, "succeeded");
assert.equal(paid.latest_charge.balance_transaction.net, 4900);
const held = await stripe.paymentIntents.create({ ...card, capture_method: "manual" }, hotel);
const taken = await stripe.paymentIntents.capture(
  held.id,
  { amount_to_capture: 2000, expand: ["latest_charge.refunds"] },
  hotel,
);
assert.equal(taken.latest_charge.refunds.data[0].amount, 3000);
const waiting = await stripe.paymentIntents.create({ amount: 5000, currency: "eur" }, hotel);
assert.equal((await stripe.paymentIntents.cancel(waiting.id, {}, hotel)).status, "canceled");

// Errors are those of the SDK
const declined = await refused(
  stripe.paymentIntents.create({ ...card, payment_method: "pm_card_visa_chargeDeclined" }, hotel),
);
assert.ok(declined instanceof Stripe.errors.StripeCardError);
assert.equal(declined.decline_code, "generic_decline");
assert.equal(declined.payment_intent.status, "requires_payment_method");
const foreign = await refused(
  stripe.paymentIntents.retrieve(paid.id, {}, { stripeAccount: "acct_1Other" }),
);
assert.equal(foreign.code, "resource_missing");
assert.equal(foreign.statusCode, 404);

// Keys
const keyed = { ...hotel, idempotencyKey: "node" };
const first = await stripe.refunds.create({ payment_intent: paid.id, amount: 1000 }, keyed);
const second = await stripe.refunds.create({ payment_intent: paid.id, amount: 1000 }, keyed);
assert.equal(first.id, second.id);
const other = await refused(stripe.refunds.create({ payment_intent: paid.id }, keyed));
assert.ok(other instanceof Stripe.errors.StripeIdempotencyError);

// Guests and their cards
const guest = await stripe.customers.create({ metadata: { stay: "HB-1" } }, hotel);
const setup = await stripe.setupIntents.create(
  { customer: guest.id, payment_method: "pm_card_visa", confirm: true },
  hotel,
);
const again = await stripe.paymentIntents.create(
  { ...card, customer: guest.id, payment_method: setup.payment_method, off_session: true },
  hotel,
);
assert.equal(again.status, "succeeded");
await stripe.paymentMethods.detach(setup.payment_method, {}, hotel);
assert.equal((await stripe.customers.listPaymentMethods(guest.id, {}, hotel)).data.length, 0);

// A dispute is answered with a file, and won
const doubted = await stripe.paymentIntents.create(
  { ...card, payment_method: "pm_card_createDispute" },
  hotel,
);
const disputes = () => stripe.disputes.list({ payment_intent: doubted.id }, hotel);
await until(async () => (await disputes()).data.length === 1);
const [dispute] = (await disputes()).data;
const file = await stripe.files.create(
  { purpose: "dispute_evidence", file: { data: Buffer.from("%PDF-1.4"), name: "stay.pdf" } },
  hotel,
);
await stripe.disputes.update(
  dispute.id,
  { evidence: { uncategorized_text: "winning_evidence", receipt: file.id } },
  hotel,
);
await until(async () => (await stripe.disputes.retrieve(dispute.id, {}, hotel)).status === "won");

// A warning
const warned = await stripe.paymentIntents.create(
  { ...card, payment_method: "pm_card_createIssuerFraudRecord" },
  hotel,
);
const warnings = () => stripe.radar.earlyFraudWarnings.list({ payment_intent: warned.id }, hotel);
await until(async () => (await warnings()).data.length === 1);
assert.equal((await stripe.reviews.list({}, hotel)).data.length, 0);

// Accounts
const account = await stripe.accounts.create({
  country: "PT",
  controller: { stripe_dashboard: { type: "full" }, fees: { payer: "account" } },
});
const link = await stripe.accountLinks.create({
  account: account.id,
  type: "account_onboarding",
  refresh_url: "https://hotel.example/again",
  return_url: "https://hotel.example/back",
});
assert.ok(link.url.startsWith("http://127.0.0.1"));
await stripe.oauth.deauthorize({ client_id: "ca_any", stripe_user_id: account.id });
const gone = await refused(stripe.accounts.retrieve(account.id));
assert.equal(gone.statusCode, 403);

// What has happened, page by page
const types = [];
for await (const event of stripe.events.list({ limit: 10 }, hotel)) types.push(event.type);
assert.ok(types.includes("payment_intent.created") && types.length > 20);
const endpoint = await stripe.webhookEndpoints.create({
  url: "http://127.0.0.1:9/",
  enabled_events: ["*"],
  connect: true,
});
assert.ok(endpoint.secret.startsWith("whsec_"));
await stripe.webhookEndpoints.del(endpoint.id);
assert.equal((await stripe.balanceTransactions.list({ type: "refund" }, hotel)).data.length, 1);
console.log("stripe-node went through it all");
