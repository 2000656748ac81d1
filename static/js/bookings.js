// The keyboard on the list: "/" searches, the arrows go from booking to booking, Enter opens one.
document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  const search = document.getElementById("q");
  if (event.key === "/" && !event.target.closest("input, select")) {
    event.preventDefault();
    search.select();
    return;
  }
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step || event.target.closest("select")) return;
  const bookings = [...document.querySelectorAll("#results .guest a")];
  const at = bookings.indexOf(document.activeElement);
  if (at < 0 && step < 0) return;
  event.preventDefault();
  (bookings[at + step] || (at + step < 0 ? search : document.activeElement)).focus();
});
