// Counts the words of a text while it is typed, as the server does (app/assessment/essays.py); it says so without this too.
const WORD = /\S*[\p{L}\p{N}_]\S*/gu;

for (const line of document.querySelectorAll("[data-words-of]")) {
  const text = document.getElementById(line.dataset.wordsOf);
  const most = Number(line.dataset.most);
  const written = new Intl.NumberFormat(document.documentElement.lang);
  text.addEventListener("input", () => {
    const count = (text.value.match(WORD) ?? []).length;
    const over = most > 0 && count > most ? count - most : 0;
    const words = over ? line.dataset.over : line.dataset.within;
    const strong = document.createElement(over ? "strong" : "span");
    strong.textContent = words.replace("{count}", written.format(count)).replace("{over}", written.format(over));
    line.replaceChildren(strong);
  });
}
