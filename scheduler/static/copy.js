// A button with data-copy puts the words it names on the clipboard; where that is not allowed it selects them.
for (const button of document.querySelectorAll("button[data-copy]")) {
  const words = document.getElementById(button.dataset.copy);
  const said = button.parentElement.querySelector("[role=status]");
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(words.textContent);
      said.textContent = button.dataset.done;
    } catch {
      getSelection().selectAllChildren(words);
      said.textContent = button.dataset.select;
    }
  });
}
