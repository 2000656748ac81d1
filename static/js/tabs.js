// The arrows go from tab to tab, as Home and End do; Space opens one, as Enter does.
document.addEventListener("keydown", (event) => {
  const tab = event.target.closest('[role="tab"]');
  if (!tab || event.altKey || event.ctrlKey || event.metaKey) return;
  const tabs = [...tab.parentElement.querySelectorAll('[role="tab"]')];
  const last = tabs.length - 1;
  const at = tabs.indexOf(tab);
  const to = {
    ArrowRight: at === last ? 0 : at + 1,
    ArrowLeft: at === 0 ? last : at - 1,
    Home: 0,
    End: last,
  }[event.key];
  if (to === undefined && event.key !== " ") return;
  event.preventDefault();
  if (to === undefined) tab.click();
  else tabs[to].focus();
});
