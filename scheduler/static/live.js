// Keeps parts of a page (data-live) up to date while it is looked at. Somebody at work in a part keeps it as it is: a part
// with the pointer's focus, a box ticked, a choice made or a form unfolded waits. Without JavaScript a link does the same.
const EVERY = 10_000;

function chosen(select) {
  const shown = Math.max(0, [...select.options].findIndex((option) => option.defaultSelected));
  return select.selectedIndex !== shown;
}

function busy(part) {
  if (part.contains(document.activeElement) || part.querySelector("details[open], input[name=contact]:checked")) return true;
  return [...part.querySelectorAll("select")].some(chosen);
}

async function refresh() {
  if (document.hidden) return;
  const answer = await fetch(location.pathname, { headers: { Accept: "text/html" } });
  if (!answer.ok || answer.redirected) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  // Somebody new may have come of whom nothing stood here: then the whole page is read anew, if nobody is at work in it.
  const parts = [...document.querySelectorAll("[data-live]")];
  const fresh = [...page.querySelectorAll("[data-live]")];
  if (parts.length !== fresh.length) {
    if (!parts.some(busy)) location.reload();
    return;
  }
  for (const part of parts) {
    const other = page.getElementById(part.id);
    if (other !== null && !busy(part)) part.innerHTML = other.innerHTML;
  }
}

setInterval(() => refresh().catch(() => {}), EVERY);
