// A page that a browser has kept and shows again may be over: it is fetched once more.
window.addEventListener("pageshow", ({ persisted }) => {
  if (persisted) window.location.reload();
});
