// What pages do better with JavaScript; every one of them works without it.

// A box marked data-tick-all ticks all boxes of its table.
document.addEventListener("change", (event) => {
  const all = event.target;
  if (!(all instanceof HTMLInputElement) || !("tickAll" in all.dataset)) return;
  for (const box of all.closest("table").querySelectorAll("tbody input[type=checkbox]:not(:disabled)")) box.checked = all.checked;
});

// A form is sent once, however often the button is pressed; coming back to the page frees it again.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});
