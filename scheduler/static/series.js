// The form of a series while it is filled in: only the fields of the chosen rhythm stand there, and below what would
// come of it. Without JavaScript all fields stand there, and the preview button shows the same.
const box = document.querySelector("[data-preview]");
const form = box?.closest("form");

function showChosen() {
  const chosen = new FormData(form);
  for (const part of form.querySelectorAll("[data-when]")) {
    const [name, ...values] = part.dataset.when.split(" ");
    part.hidden = !values.includes(chosen.get(name));
  }
}

// One date may differ from its series: what nobody has touched shows the values of what is to be changed.
function showValues() {
  const shown = form.elements.shown;
  const scope = new FormData(form).get("scope") === "this" ? "lecture" : "series";
  if (!shown || shown.value === scope) return;
  const bases = JSON.parse(shown.dataset.bases);
  for (const [name, value] of Object.entries(bases[scope])) {
    const field = form.elements[name];
    if (field.value === bases[shown.value][name]) field.value = value;
  }
  shown.value = scope;
}

let waiting, asking;
async function ask() {
  asking?.abort();
  asking = new AbortController();
  box.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(box.dataset.preview, { method: "POST", body: new FormData(form), signal: asking.signal });
    if (answer.ok && !answer.redirected) box.innerHTML = await answer.text();
    box.removeAttribute("aria-busy");
  } catch (error) {
    // A newer question took its place, or there is no network: what was shown last stays.
    if (error.name !== "AbortError") box.removeAttribute("aria-busy");
  }
}

if (form) {
  showChosen();
  form.addEventListener("input", () => {
    showChosen();
    showValues();
    clearTimeout(waiting);
    waiting = setTimeout(ask, 300);
  });
  // A browser that comes back to the page fills the form in again.
  window.addEventListener("pageshow", () => {
    showChosen();
    showValues();
    if (!box.querySelector("li")) ask();
  });
}
