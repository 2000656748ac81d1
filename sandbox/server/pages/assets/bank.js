// In a frame: tell the page around it that the guest's bank has its answer. It says no more than that.
const asked = document.querySelector("[data-intent]");
if (window.parent !== window && asked?.dataset.asks === "no") {
  window.parent.postMessage({ sandbox: "answered", intent: asked.dataset.intent }, "*");
}
