// A click on a mark of a picture chooses its option below, and the mark of the option chosen stands out.
// Without this file the options do it all.
for (const marks of document.querySelectorAll("fieldset svg.marks")) {
  const question = marks.closest("fieldset");
  const options = [...question.querySelectorAll("input[type=radio]")];
  if (options.every((option) => option.disabled)) continue;
  const show = () => {
    for (const mark of marks.querySelectorAll("[data-choice]")) {
      const option = options.find((one) => one.value === mark.dataset.choice);
      mark.classList.toggle("chosen", option?.checked ?? false);
    }
  };
  marks.classList.add("live");
  marks.addEventListener("click", (event) => {
    const choice = event.target.closest("[data-choice]")?.dataset.choice;
    const option = options.find((one) => one.value === choice);
    if (!option || option.checked) return;
    option.checked = true;
    option.dispatchEvent(new Event("input", { bubbles: true }));
  });
  question.addEventListener("input", show);
  window.addEventListener("pageshow", show);
  show();
}
