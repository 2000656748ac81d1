// A page that a browser has kept and shows again may be over: it is fetched once more.
window.addEventListener("pageshow", ({ persisted }) => {
  if (persisted) window.location.reload();
});

// On a phone the menu is one row that moves: it begins where somebody is.
document.querySelector(".top nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
