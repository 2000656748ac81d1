// Characters are counted as they are typed, as the bank counts them; what is wrong gets the focus.
const formatted = new Intl.NumberFormat("en");
document.addEventListener("input", ({ target }) => {
  const form = target.closest("form[data-most]");
  if (!form) return;
  const texts = [...form.querySelectorAll("[data-counted]")].map((each) => each.value.trim());
  const count = texts.reduce((sum, text) => sum + [...text].length, 0);
  form.querySelector("meter").value = count;
  const output = form.querySelector("output");
  output.textContent = formatted.format(count);
  output.classList.toggle("wrong", count > Number(form.dataset.most));
});
for (const swapped of ["htmx:afterSwap", "htmx:oobAfterSwap"]) {
  document.addEventListener(swapped, () => {
    const wrong = document.querySelector('#answer [aria-invalid="true"]');
    if (wrong) wrong.focus();
  });
}
