// A dialog that was fetched opens above the page; Cancel closes it.
document.addEventListener("htmx:afterSwap", ({ detail }) => {
  const dialog = detail.target.id === "sheet" && detail.target.querySelector("dialog");
  if (!dialog) return;
  dialog.close();
  dialog.showModal();
  const wrong = dialog.querySelector('[aria-invalid="true"]');
  if (wrong) wrong.focus();
});
document.addEventListener("click", (event) => {
  const cancel = event.target.closest("#sheet .cancel");
  if (!cancel) return;
  event.preventDefault();
  cancel.closest("dialog").close();
});
