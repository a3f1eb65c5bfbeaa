// The words of a mail while they are written: below what would come of them, as HTML and as text; placeholders are put in
// by a press. Without JavaScript the buttons beside the frames show the same.
const address = document.querySelector("[data-preview]").dataset.preview;
const form = document.getElementById("words");

// Where the pointer last stood in the subject or the body.
let field = form.elements.body;
for (const one of [form.elements.subject, form.elements.body]) one.addEventListener("focus", () => (field = one));
for (const button of document.querySelectorAll("[data-insert]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    field.setRangeText(button.dataset.insert, field.selectionStart, field.selectionEnd, "end");
    field.focus();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
}

// A frame of its own for every answer, behind the one that is shown until it is there: a frame that is used again would
// put each answer into the browser's history.
let count = 0;
function fill(button) {
  const old = button.closest("figure").querySelector("iframe:last-of-type");
  const fresh = old.cloneNode();
  fresh.name = `${button.formTarget}-${++count}`;
  old.after(fresh);
  fresh.addEventListener("load", () => {
    while (fresh.previousElementSibling?.tagName === "IFRAME") fresh.previousElementSibling.remove();
  });
  const sent = document.createElement("form");
  Object.assign(sent, { method: "post", action: button.formAction, target: fresh.name, hidden: true });
  for (const [name, value] of new FormData(form)) {
    const input = document.createElement("textarea");
    Object.assign(input, { name, value });
    sent.append(input);
  }
  document.body.append(sent);
  sent.submit();
  sent.remove();
}

let waiting, asking;
async function ask(first = false) {
  asking?.abort();
  asking = new AbortController();
  for (const button of form.querySelectorAll("[formtarget]")) fill(button);
  try {
    const answer = await fetch(address, { method: "POST", body: new FormData(form), signal: asking.signal });
    if (answer.ok && !answer.redirected) show(await answer.text(), first);
  } catch {
    // A newer question took its place, or there is no network: what was shown last stays.
  }
}

// The parts of the answer stand apart on the page: what is wrong beside the words, the text below the frames. What is wrong
// at first the page itself says.
function show(answer, first) {
  const parts = document.createElement("template");
  parts.innerHTML = answer;
  for (const part of parts.content.children) if (!first || part.id !== "trial-status") document.getElementById(part.id).replaceChildren(...part.childNodes);
}

for (const button of form.querySelectorAll("[formtarget], [value=preview]")) button.hidden = true;
form.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(() => ask(), 400);
});
ask(true);
